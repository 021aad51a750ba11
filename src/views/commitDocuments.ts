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

/** Shows commits of the firmware tree that is open as read-only documents. */
export function provideCommits(
  host: GitHost,
  openTree: () => Promise<{ readonly root: string } | undefined>,
): vscode.Disposable {
  return vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    async provideTextDocumentContent({ query }) {
      const { root, hash } = JSON.parse(query) as { root?: unknown; hash?: unknown };
      // Anybody can make such an address; git is for trusted folders, and for none that is only named in one.
      if (typeof root !== 'string' || typeof hash !== 'string' || !vscode.workspace.isTrusted) return '';
      const tree = await openTree();
      const text = tree?.root === root ? await readCommit(tree, hash, host) : undefined;
      return text ?? 'This commit cannot be read any more.';
    },
  });
}
