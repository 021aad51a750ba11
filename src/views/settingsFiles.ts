import * as vscode from 'vscode';
import type { Clock } from '../base/clock';
import { DisposableStore } from '../base/disposable';
import { VescError } from '../base/errors';
import type { Core } from '../controllers/core';
import type { Configuration } from '../settings/configuration';
import type { SettingChange } from '../settings/settingsComparison';
import { type LineRemark, readDocument, settingsDocument } from '../settings/settingsDocument';
import { settingTextWithUnit } from '../settings/settingText';
import type { FlashState } from './flashState';
import { placeUri, readPlace, SETTINGS_SCHEME, type SettingsPlace } from './settingsPlace';
import type { SettingsSource } from './settingsSource';
import { plain } from './text';

const REMARK_LIMIT = 400;

/** A document as it was last read. */
interface OpenFile {
  readonly text: string;
  readonly changed_ms: number;
  readonly configuration?: Configuration;
  /** What the firmware made of the values that were saved last. */
  readonly adjusted: readonly SettingChange[];
}

export interface SettingsFilesDependencies {
  readonly source: SettingsSource;
  readonly registry: Core['registry'];
  readonly flashing: FlashState;
  readonly clock: Clock;
  /** Told of a file that has another content than before. */
  readonly changed: (uri: vscode.Uri) => void;
}

/**
 * Settings as files: those of a controller can be changed and saved, which writes them to it and reads them back; all
 * others are read-only. What is wrong with a line stands on the line.
 */
export class SettingsFiles implements vscode.Disposable {
  private readonly owned = new DisposableStore();
  private readonly diagnostics = this.owned.add(vscode.languages.createDiagnosticCollection('vesc-settings'));
  private readonly open = new Map<string, OpenFile>();
  private readonly states = new Map<string, string>();
  /** What the firmware made of a document that the editor has not done saving. */
  private readonly saving = new Map<string, Omit<OpenFile, 'changed_ms'>>();

  constructor(private readonly dependencies: SettingsFilesDependencies) {
    this.owned.add(vscode.workspace.onDidChangeTextDocument(({ document }) => this.remark(document)));
    this.owned.add(vscode.workspace.onDidSaveTextDocument(({ uri }) => this.saved(uri)));
    this.owned.add(vscode.workspace.onDidOpenTextDocument((document) => this.remark(document)));
    this.owned.add(vscode.workspace.onDidCloseTextDocument(({ uri }) => this.forget(uri)));
    this.owned.add(dependencies.registry.onChange((controller) => controller && this.follow(controller)));
  }

  dispose(): void {
    this.owned.dispose();
  }

  /** The configuration behind an open document, for those who explain its lines. */
  configurationOf(uri: vscode.Uri): Configuration | undefined {
    return this.open.get(uri.toString())?.configuration;
  }

  /** Shows `text` at a place that is not read from anywhere. */
  put(place: SettingsPlace, text: string): vscode.Uri {
    const uri = uriOf(place);
    this.keep(uri, { text, adjusted: [] });
    return uri;
  }

  /** Reads the open settings of a controller again. */
  async refresh(uuid: string): Promise<void> {
    for (const document of vscode.workspace.textDocuments) {
      const place = readPlace(document.uri);
      if (place?.uuid !== uuid || place.source === 'migration') continue;
      // A controller that is away keeps the last text; opening it again tells why.
      await this.load(document.uri).catch(() => undefined);
    }
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const file = this.open.get(uri.toString()) ?? (await this.load(uri));
    return {
      type: vscode.FileType.File,
      ctime: 0,
      mtime: file.changed_ms,
      size: Buffer.byteLength(file.text),
      ...(readPlace(uri)?.source === 'controller' ? {} : { permissions: vscode.FilePermission.Readonly }),
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return new TextEncoder().encode((await this.load(uri)).text);
  }

  /** @throws VescError what is wrong; the document then stays unsaved, and the controller as it is */
  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const place = readPlace(uri);
    if (place?.source !== 'controller') throw new VescError('settings-read-only', { what: 'This document' });
    const { source, flashing, registry, clock } = this.dependencies;
    const owner = registry.atLink(source.controllerOf(place.uuid));
    if (flashing.isBusy(owner)) throw new VescError('controller-busy', { what: owner.title });
    const { configuration } = this.open.get(uri.toString()) ?? (await this.load(uri));
    const text = new TextDecoder().decode(content);
    const { values, remarks } = readDocument(text, configuration!.layout);
    const problems = remarks.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    if (problems.length > 0) throw new VescError('settings-invalid', { problems });
    const work = flashing.begin(owner);
    work.report({ message: 'Writing settings', fraction: 0, cancellable: false }, 0);
    try {
      const { now, adjusted } = await source.write(place.uuid, place.kind, values);
      this.open.set(uri.toString(), {
        text,
        changed_ms: clock.date().getTime(),
        configuration: now,
        adjusted,
      });
      const written = { text: settingsDocument(now), configuration: now, adjusted };
      const document = documentOf(uri);
      // While it saves, the editor does not believe that the file has changed again.
      if (document?.isDirty) this.saving.set(uri.toString(), written);
      else clock.schedule(0, () => this.keep(uri, written));
    } finally {
      work.finish(undefined);
    }
  }

  private async load(uri: vscode.Uri): Promise<OpenFile> {
    const place = readPlace(uri);
    const known = this.open.get(uri.toString());
    if (place?.source === 'migration' && known) return known;
    if (!place || place.source === 'migration') throw vscode.FileSystemError.FileNotFound(uri);
    const configuration = await this.dependencies.source.read(place);
    const text = settingsDocument(configuration);
    const isSame = text === known?.text;
    return this.keep(uri, { text, configuration, adjusted: isSame ? known.adjusted : [] });
  }

  /** What stands in a file now; the editor is told when that is news. */
  private keep(uri: vscode.Uri, file: Omit<OpenFile, 'changed_ms'>): OpenFile {
    const key = uri.toString();
    const known = this.open.get(key);
    const isNews = known?.text !== file.text;
    const now_ms = this.dependencies.clock.date().getTime();
    const changed_ms = !known ? now_ms : isNews ? Math.max(now_ms, known.changed_ms + 1) : known.changed_ms;
    const kept = { ...file, changed_ms };
    this.open.set(key, kept);
    if (known && isNews) this.dependencies.changed(uri);
    const document = documentOf(uri);
    if (document) this.remark(document);
    return kept;
  }

  private saved(uri: vscode.Uri): void {
    const written = this.saving.get(uri.toString());
    this.saving.delete(uri.toString());
    if (written) this.keep(uri, written);
  }

  private forget(uri: vscode.Uri): void {
    if (uri.scheme !== SETTINGS_SCHEME) return;
    this.open.delete(uri.toString());
    this.saving.delete(uri.toString());
    this.diagnostics.delete(uri);
  }

  /** Says on each line what there is to say about it. */
  private remark(document: vscode.TextDocument): void {
    const file = this.open.get(document.uri.toString());
    if (!file?.configuration || readPlace(document.uri)?.source !== 'controller') return;
    const text = document.getText();
    // The editor has not taken up yet what was read: its text is of another moment, maybe of another layout.
    if (!document.isDirty && text !== file.text) {
      this.diagnostics.delete(document.uri);
      return;
    }
    const { remarks, lines } = readDocument(text, file.configuration.layout);
    const adjusted = document.isDirty ? [] : file.adjusted.flatMap((change) => adjustedRemark(change, lines));
    this.diagnostics.set(
      document.uri,
      [...remarks, ...adjusted].map((remark) => diagnostic(document, remark)),
    );
  }

  /** After an update or a restart its settings may be others. */
  private follow({ identity, state }: { identity?: { uuid: string } | undefined; state: string }): void {
    if (!identity || this.states.get(identity.uuid) === state) return;
    const before = this.states.get(identity.uuid);
    this.states.set(identity.uuid, state);
    if (before !== undefined && state === 'connected') void this.refresh(identity.uuid);
  }
}

function documentOf(uri: vscode.Uri): vscode.TextDocument | undefined {
  return vscode.workspace.textDocuments.find((each) => each.uri.toString() === uri.toString());
}

/** The URI of a place, for the editor. */
export function uriOf(place: SettingsPlace): vscode.Uri {
  return vscode.Uri.from(placeUri(place));
}

function adjustedRemark(
  { field, before, after }: SettingChange,
  lines: ReadonlyMap<string, number>,
): LineRemark[] {
  const line = lines.get(field.name);
  if (line === undefined) return [];
  const [wanted, now] = [settingTextWithUnit(field, before), settingTextWithUnit(field, after)];
  return [
    {
      line,
      start: 0,
      end: Infinity,
      message: `${wanted} was written; the firmware made it ${now}`,
      severity: 'warning',
    },
  ];
}

const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  information: vscode.DiagnosticSeverity.Information,
} as const;

function diagnostic(
  document: vscode.TextDocument,
  { line, start, end, message, severity }: LineRemark,
): vscode.Diagnostic {
  const range = document.validateRange(new vscode.Range(line, start, line, Math.min(end, 1000)));
  const made = new vscode.Diagnostic(range, plain(message, REMARK_LIMIT), SEVERITIES[severity]);
  made.source = 'vesc';
  return made;
}
