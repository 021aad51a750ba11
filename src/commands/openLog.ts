import type { Shell } from './shell';

/** Shows the log. */
export function openLog(shell: Shell): void {
  shell.log.show();
}
