import { readFile, rename, writeFile } from 'node:fs/promises';
import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { VescError } from '../base/errors';
import { fileUnreadable, fileUnwritable } from '../base/fileErrors';
import { FLASH_SIZE } from '../image/flashMap';
import type { Event } from '../base/emitter';

/** Changes are written once the flash has been left alone for so long. */
const REST_MS = 300;

/**
 * The flash content kept in `path`, or `undefined` when there is no such file yet.
 * @throws VescError `file-unreadable`, also for a file of another size
 */
export async function readFlashFile(path: string): Promise<Uint8Array | undefined> {
  const content = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw fileUnreadable(path, error);
  });
  if (content !== undefined && content.length !== FLASH_SIZE) {
    const reason = `it has ${content.length} bytes, a flash has ${FLASH_SIZE}`;
    throw new VescError('file-unreadable', { path, reason });
  }
  return content;
}

/** A flash that can be kept: the simulated or the emulated controller's. */
export interface KeptFlash {
  readonly content: Uint8Array;
  /** Grows with every change. */
  readonly revision: number;
  /** Fires at every operation. */
  readonly onOperation: Event<unknown>;
  /** Resolves when `content` is up to date, where it lags behind. */
  readonly settle?: () => Promise<void>;
}

/** Keeps the content of a flash in a file: always a whole one, the old or the new. */
export class FlashFile implements Disposable {
  private readonly subscription: Disposable;
  private timer: Disposable | undefined;
  private saved = -1;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly flash: KeptFlash,
    private readonly clock: Clock,
    private readonly onError: (error: VescError) => void,
  ) {
    this.subscription = flash.onOperation(() => this.restart());
    this.restart();
  }

  /** Writes what is not written yet; resolves when the file holds it. */
  flush(): Promise<void> {
    this.timer?.dispose();
    this.writing = this.writing.then(() => this.save());
    return this.writing;
  }

  /** Ends keeping; {@link flush} before, or the newest changes are lost. */
  dispose(): void {
    this.subscription.dispose();
    this.timer?.dispose();
  }

  private restart(): void {
    this.timer?.dispose();
    this.timer = this.clock.schedule(REST_MS, () => void this.flush());
  }

  private async save(): Promise<void> {
    const { path, flash } = this;
    const { revision } = flash;
    if (revision === this.saved) return;
    const temporary = `${path}.new`;
    try {
      await writeFile(temporary, flash.content.slice());
      await rename(temporary, path);
      this.saved = revision;
    } catch (error) {
      this.onError(fileUnwritable(path, error));
    }
  }
}
