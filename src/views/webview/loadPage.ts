import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { webviewPage } from './page';

/** Loads a view into `webview`: the bundle `name`.js of dist/, with its styles. */
export function loadPage(webview: vscode.Webview, extension: vscode.Uri, name: string, title: string): void {
  const dist = vscode.Uri.joinPath(extension, 'dist');
  const part = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(dist, file)).toString();
  webview.options = { enableScripts: true, localResourceRoots: [dist] };
  webview.html = webviewPage({
    title,
    script: part(`${name}.js`),
    style: part(`${name}.css`),
    source: webview.cspSource,
    nonce: randomBytes(16).toString('hex'),
  });
}
