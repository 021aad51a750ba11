import * as path from 'node:path';
import * as vscode from 'vscode';
import type { IntelliSenseDependencies } from './intelliSense';
import { plain } from './text';

const USE = 'Use them';

/** The editor's side of offering compile lines to language servers. */
export function languageServerSettings(): IntelliSenseDependencies['editor'] {
  return {
    isInstalled: (extension) => vscode.extensions.getExtension(extension) !== undefined,
    get: (setting) => vscode.workspace.getConfiguration().get(setting),
    set: (setting, value) =>
      vscode.workspace.getConfiguration().update(setting, value, vscode.ConfigurationTarget.Workspace),
    inSettings: (file) => {
      const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
      const relative = folder === undefined ? '..' : path.relative(folder, file);
      const isInside = !relative.startsWith('..') && !path.isAbsolute(relative);
      return isInside ? `\${workspaceFolder}/${relative.replaceAll('\\', '/')}` : file;
    },
    ask: async (server, board) => {
      const text =
        `${server} can take the headers and flags of ${plain(board)} from how make compiles it. ` +
        'That sets one setting of this workspace; it stays right when you select another board.';
      return (await vscode.window.showInformationMessage(text, USE, 'Not now')) === USE;
    },
  };
}
