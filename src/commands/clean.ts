import type { Shell } from './shell';

/**
 * Removes what this extension built in the tree; what make built elsewhere stays.
 * @throws VescError `no-firmware-tree`
 */
export async function clean(shell: Shell): Promise<void> {
  await shell.workspace.requireTree();
  await shell.tasks.clean();
  shell.diagnostics.clear();
  shell.log.info('cleaned');
}
