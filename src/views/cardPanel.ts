import * as vscode from 'vscode';
import { type Card, type CardPlace, placesOf } from './card';
import { cardBody, cardPage, readCardMessage } from './cardHtml';

const VIEW_TYPE = 'vesc.card';

/** Goes to a line of the source. Undefined when the file is not there any more. */
export async function openPlace(
  { file, line }: Pick<CardPlace, 'file' | 'line'>,
  viewColumn: vscode.ViewColumn = vscode.ViewColumn.Active,
): Promise<vscode.TextEditor | undefined> {
  const document = await vscode.workspace
    .openTextDocument(vscode.Uri.file(file))
    .then(undefined, () => undefined);
  if (!document) return undefined;
  const at = document.lineAt(Math.min(line, document.lineCount) - 1);
  const start = new vscode.Position(at.lineNumber, at.firstNonWhitespaceCharacterIndex);
  return vscode.window.showTextDocument(document, {
    viewColumn,
    selection: new vscode.Range(start, at.range.end),
  });
}

/** The one page that shows cards. It stays where the user puts it. */
export class CardPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private card: Card | undefined;
  private html = '';

  /** @param extension where the files of this extension lie */
  constructor(private readonly extension: vscode.Uri) {}

  /** The card that is shown; undefined while there is no page. */
  get shown(): Card | undefined {
    return this.panel && this.card;
  }

  /** Shows `card`, in front of the user. */
  show(card: Card): void {
    if (this.panel) this.panel.reveal(undefined, false);
    else this.panel = this.open();
    this.draw(card);
  }

  /** Shows what is known by now; the page stays where it is. */
  update(card: Card): void {
    if (this.panel) this.draw(card);
  }

  /** What the page sends. Anything but a place of the card that is shown is ignored. */
  async receive(message: unknown): Promise<void> {
    const asked = readCardMessage(message);
    const place = asked && this.card && placesOf(this.card)[asked.place];
    if (!place || !this.panel) return;
    // Beside the card where there is room already, else in front of it.
    const groups = vscode.window.tabGroups.all.map((group) => group.viewColumn);
    const other = groups.find((column) => column !== this.panel?.viewColumn);
    const opened = await openPlace(place, other ?? this.panel.viewColumn);
    if (!opened) void vscode.window.showWarningMessage(`${place.label} is not there any more.`);
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private open(): vscode.WebviewPanel {
    const media = vscode.Uri.joinPath(this.extension, 'media');
    const panel = vscode.window.createWebviewPanel(VIEW_TYPE, 'VESC', vscode.ViewColumn.Active, {
      enableScripts: true,
      enableCommandUris: false,
      localResourceRoots: [media],
    });
    panel.iconPath = vscode.Uri.joinPath(media, 'vesc.svg');
    panel.webview.onDidReceiveMessage((message: unknown) => void this.receive(message));
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.html = '';
    });
    let wasVisible = true;
    panel.onDidChangeViewState(() => {
      // A page that was hidden is loaded again as it was last written: that may not be what is known now.
      if (panel.visible && !wasVisible && this.card) this.write(panel, this.card);
      wasVisible = panel.visible;
    });
    return panel;
  }

  private draw(card: Card): void {
    const { panel } = this;
    if (!panel) return;
    const isFirst = this.html === '';
    const html = cardBody(card);
    this.card = card;
    panel.title = `VESC: ${card.title}`;
    if (html === this.html) return;
    this.html = html;
    if (isFirst || !panel.visible) this.write(panel, card);
    // The focus of a keyboard user stays where it is.
    else void panel.webview.postMessage({ type: 'content', html });
  }

  private write({ webview }: vscode.WebviewPanel, card: Card): void {
    const uri = (name: string): string =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.extension, 'media', name)).toString();
    webview.html = cardPage(card, {
      cspSource: webview.cspSource,
      styleUri: uri('card.css'),
      scriptUri: uri('card.js'),
    });
  }
}
