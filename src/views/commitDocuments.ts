import * as vscode from 'vscode';
import { readCommit } from '../build/commitLog';
import type { GitHost } from '../build/gitState';

const SCHEME = 'vesc-commit';

/** Where the commit `hash` of the repository at `root` can be read as a document. */
export function commitUri(root: string, hash: string): vscode.Uri {
  return vscode.Uri.from({
    scheme: SCHEME,
    path: `/commit ${hash.slice(0, 8)}.diff`,
    query: JSON.stringify({ root, hash }),
  });
}

/** Shows commits as read-only documents. */
export function provideCommits(host: GitHost): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent({ query }) {
      const { root, hash } = JSON.parse(query) as { root?: unknown; hash?: unknown };
      // Anybody can make such an address; git is for trusted folders.
      if (typeof root !== 'string' || typeof hash !== 'string' || !vscode.workspace.isTrusted) return '';
      return (await readCommit({ root }, hash, host)) ?? 'This commit cannot be read any more.';
    },
  });
}
