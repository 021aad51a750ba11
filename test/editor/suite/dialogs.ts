import * as vscode from 'vscode';

type Show = (message: string, ...rest: unknown[]) => Thenable<unknown>;
type Window = Record<string, unknown>;

const MESSAGES = ['showInformationMessage', 'showWarningMessage', 'showErrorMessage'] as const;

/** The person in front of the editor, as far as tests need one: presses buttons, picks rows and files. */
export class Dialogs {
  /** All that was said, in its order. */
  readonly said: string[] = [];
  private readonly window = vscode.window as unknown as Window;
  private readonly before: Window = {};
  private readonly presses: string[] = [];
  private row: RegExp | undefined;
  private file: string | undefined;

  constructor() {
    for (const name of MESSAGES) {
      this.replace(name, ((message, ...rest) => {
        this.said.push(message);
        return Promise.resolve(this.pressed(rest));
      }) satisfies Show);
    }
    this.replace('showQuickPick', async (rows: Thenable<readonly vscode.QuickPickItem[]>) =>
      (await rows).find(({ label }) => this.row?.test(label)),
    );
    this.replace('showOpenDialog', () =>
      Promise.resolve(this.file === undefined ? undefined : [vscode.Uri.file(this.file)]),
    );
  }

  /** Presses these buttons, each once, in the next messages that have them. */
  press(...buttons: string[]): void {
    this.presses.push(...buttons);
  }

  /** Picks the first row of this label. */
  pick(label: RegExp): void {
    this.row = label;
  }

  /** Chooses this file wherever one is asked for. */
  choose(file: string): void {
    this.file = file;
  }

  /** Gives the editor its own dialogs back. */
  dispose(): void {
    Object.assign(this.window, this.before);
  }

  private replace(name: string, stand: unknown): void {
    this.before[name] = this.window[name];
    this.window[name] = stand;
  }

  private pressed(offered: readonly unknown[]): string | undefined {
    const [next] = this.presses;
    if (next === undefined || !offered.includes(next)) return undefined;
    this.presses.shift();
    return next;
  }
}
