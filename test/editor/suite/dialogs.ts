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
  private rows: readonly RegExp[] = [];
  private unticked: RegExp | undefined;
  private file: string | undefined;

  constructor() {
    for (const name of MESSAGES) {
      this.replace(name, ((message, ...rest) => {
        this.said.push(message);
        return Promise.resolve(this.pressed(rest));
      }) satisfies Show);
    }
    this.replace(
      'showQuickPick',
      async (rows: Thenable<readonly vscode.QuickPickItem[]>, options?: vscode.QuickPickOptions) => {
        const all = await rows;
        if (!options?.canPickMany) {
          const [wanted = /$^/, ...rest] = this.rows;
          if (rest.length > 0) this.rows = rest;
          return all.find(({ label }) => wanted.test(label));
        }
        return all.filter(({ label, picked }) => picked === true && this.unticked?.test(label) !== true);
      },
    );
    this.replace('showSaveDialog', () =>
      Promise.resolve(this.file === undefined ? undefined : vscode.Uri.file(this.file)),
    );
    this.replace('showOpenDialog', () =>
      Promise.resolve(this.file === undefined ? undefined : [vscode.Uri.file(this.file)]),
    );
  }

  /** Presses these buttons, each once, in the next messages that have them. */
  press(...buttons: string[]): void {
    this.presses.push(...buttons);
  }

  /** Picks the first row of this label, wherever one can be picked; of several, one after the other. */
  pick(...labels: RegExp[]): void {
    this.rows = labels;
  }

  /** Takes the ticks off the rows of this label. */
  untick(label: RegExp): void {
    this.unticked = label;
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
