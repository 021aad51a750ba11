import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Clock, sleep } from '../base/clock';
import { type Disposable, toDisposable } from '../base/disposable';
import { isVescError, VescError } from '../base/errors';
import { fileUnwritable } from '../base/fileErrors';
import { nodeFiles } from '../build/files';
import { takeLock } from '../build/processLock';
import { nodeProcesses } from '../build/processes';
import { readFlashFile } from '../simulator/flashFile';

/** Whoever was told to end this very moment still keeps what was stored last. */
const ENDS_WITHIN_MS = 2000;
const POLL_MS = 50;

/** What this process holds: a fact about it as a whole, whoever of it asks. */
const held = new Set<string>();

/**
 * The file in which the flash of one controller is kept. Two that kept theirs in one file would overwrite each other's
 * without a word, so that it is held, by this process alone, until it is disposed of. Beside it lie its lock, and the UUID
 * of the chip.
 */
export class FlashPlace implements Disposable {
  private readonly hold = toDisposable(() => {
    held.delete(this.path);
    // At once: the process may be about to end.
    rmSync(lockOf(this.path), { force: true });
  });

  private constructor(readonly path: string) {}

  /**
   * @param path absolute
   * @throws VescError `flash-in-use` when a controller has its flash there, in whatever process; `file-unwritable`
   */
  static async claim(path: string, clock: Clock): Promise<FlashPlace> {
    const processes = nodeProcesses(clock);
    if (held.has(path)) throw new VescError('flash-in-use', { path, process: processes.own });
    held.add(path);
    try {
      if ((await nodeFiles.status(dirname(path)))?.kind !== 'folder')
        throw new Error('there is no such folder');
      const take = (): Promise<number | undefined> =>
        takeLock(lockOf(path), { files: nodeFiles, processes, clock });
      let holder = await take();
      for (let waited_ms = 0; holder !== undefined && waited_ms < ENDS_WITHIN_MS; waited_ms += POLL_MS) {
        await sleep(clock, POLL_MS);
        holder = await take();
      }
      if (holder !== undefined) throw new VescError('flash-in-use', { path, process: holder });
      return new FlashPlace(path);
    } catch (error) {
      held.delete(path);
      if (isVescError(error)) throw error;
      throw fileUnwritable(path, error);
    }
  }

  /** True while this very process holds `path`. */
  static isHeldHere(path: string): boolean {
    return held.has(path);
  }

  /**
   * The flash that was kept there, or `undefined` when there is none yet.
   * @throws VescError `file-unreadable`, also for a file of another size
   */
  read(): Promise<Uint8Array | undefined> {
    return readFlashFile(this.path);
  }

  /** The UUID of the chip whose flash that is; `undefined` where nobody has told it. */
  async readUuid(): Promise<string | undefined> {
    const text = (await nodeFiles.readText(this.uuidFile))?.trim();
    return text !== undefined && /^[0-9a-f]{24}$/.test(text) ? text : undefined;
  }

  /**
   * Keeps the UUID of the chip beside its flash, which has no place for it.
   * @throws VescError `file-unwritable`
   */
  async keepUuid(uuid: string): Promise<void> {
    if ((await this.readUuid()) === uuid) return;
    const path = this.uuidFile;
    await nodeFiles.write(path, `${uuid}\n`).catch((error: unknown) => {
      throw fileUnwritable(path, error);
    });
  }

  private get uuidFile(): string {
    return `${this.path}.uuid`;
  }

  /** Lets others have it. */
  dispose(): void {
    this.hold.dispose();
  }
}

function lockOf(path: string): string {
  return `${path}.lock`;
}
