import { sleep } from '../base/clock';
import type { BuildHost } from './host';

/** A lock is made, and then written: whoever reads it in between finds nothing in it. */
const WRITTEN_WITHIN_MS = 100;
const POLL_MS = 10;

/**
 * Takes the lock `file` for this process: it exists, and holds its number, until it is removed. One whose process is
 * gone does not count; nor does one of this number, for what this process locks it knows itself.
 * @returns the process that has it; undefined when it is this one from now on
 */
export async function takeLock(
  file: string,
  { files, processes, clock }: Pick<BuildHost, 'files' | 'processes' | 'clock'>,
): Promise<number | undefined> {
  while (!(await files.createNew(file, `${processes.own}`))) {
    let owner = Number(await files.readText(file));
    for (let waited_ms = 0; owner === 0 && waited_ms < WRITTEN_WITHIN_MS; waited_ms += POLL_MS) {
      await sleep(clock, POLL_MS);
      owner = Number(await files.readText(file));
    }
    if (owner !== processes.own && owner > 0 && processes.isRunning(owner)) return owner;
    await files.remove(file);
  }
  return undefined;
}
