import * as vscode from 'vscode';

const TITLE = 'SWD wiring';
/** The same in words, for those who do not see the picture. */
const WORDS = [
  'SWDIO to SWDIO, SWCLK to SWCLK, GND to GND: these three are needed.',
  'NRST to NRST where the board leads it out; without it the firmware may keep the adapter out.',
  'VTref of the adapter to 3.3 V of the board: it only measures. A VESC as the programmer has no such pin.',
  'The board is powered by its own battery or USB. Leave the 5 V and 3.3 V outputs of the adapter free: two supplies at once can destroy both.',
  'Keep the wires shorter than 20 cm, and the motor disconnected or held.',
];

/** Shows which wires go where. */
export class WiringHelp implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;

  constructor(private readonly extension: vscode.Uri) {}

  show(): void {
    if (this.panel) {
      this.panel.reveal();
      return;
    }
    const media = vscode.Uri.joinPath(this.extension, 'media');
    const panel = vscode.window.createWebviewPanel('vesc.wiring', TITLE, vscode.ViewColumn.Beside, {
      enableScripts: false,
      localResourceRoots: [media],
    });
    const { webview } = panel;
    const picture = webview.asWebviewUri(vscode.Uri.joinPath(media, 'swd-wiring.svg'));
    webview.html = page(webview.cspSource, picture.toString());
    panel.onDidDispose(() => (this.panel = undefined));
    this.panel = panel;
  }

  dispose(): void {
    this.panel?.dispose();
  }
}

/** Nothing from outside here but our own constants. */
function page(source: string, picture: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src ${source};">
<title>${TITLE}</title>
</head>
<body>
<h1>${TITLE}</h1>
<p><img src="${picture}" alt="${WORDS.join(' ')}" width="760"></p>
<ul>${WORDS.map((line) => `<li>${line}</li>`).join('')}</ul>
</body>
</html>`;
}
