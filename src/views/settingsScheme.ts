import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable';
import { Lazy } from '../base/lazy';
import type { SettingsFiles } from './settingsFiles';
import { SETTINGS_SCHEME } from './settingsPlace';

/** Makes settings files of the editor, one by one: there are no folders. What knows them is read with the first. */
export class SettingsScheme implements vscode.FileSystemProvider, vscode.Disposable {
  private readonly owned = new DisposableStore();
  private readonly changes = this.owned.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  readonly onDidChangeFile = this.changes.event;
  /** What reads and writes them. */
  readonly files: Lazy<SettingsFiles>;

  /** @param make makes what reads and writes them; `changed` is called with a file that has another content now */
  constructor(make: (changed: (uri: vscode.Uri) => void) => Promise<SettingsFiles>) {
    this.files = new Lazy(() =>
      make((uri) => this.changes.fire([{ type: vscode.FileChangeType.Changed, uri }])),
    );
    this.owned.add(
      vscode.workspace.registerFileSystemProvider(SETTINGS_SCHEME, this, { isCaseSensitive: true }),
    );
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    return (await this.files.get()).stat(uri);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return (await this.files.get()).readFile(uri);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    await (await this.files.get()).writeFile(uri, content);
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => {});
  }
  readDirectory(): [string, vscode.FileType][] {
    return [];
  }
  createDirectory(): never {
    throw vscode.FileSystemError.NoPermissions();
  }
  delete(): never {
    throw vscode.FileSystemError.NoPermissions();
  }
  rename(): never {
    throw vscode.FileSystemError.NoPermissions();
  }

  dispose(): void {
    this.owned.dispose();
  }
}
