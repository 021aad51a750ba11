import type { FileStore } from './fileStore';

/** What we know of a controller's bootloader; nothing reports it, so we remember what we saw (design 4.4). */
export interface BootloaderKnowledge {
  /**
   * `answers`: it reacted to a probe. `proven`: an update went through it. `missing`: a probe found none.
   * `suspect`: an upload was not taken.
   */
  readonly state: 'unknown' | 'answers' | 'proven' | 'missing' | 'suspect';
  /** It decompressed an image, so it is from 2022 or later. */
  readonly decompresses?: boolean;
  /** ISO 8601, when we saw it. */
  readonly since?: string;
}

/** What is remembered of one controller between sessions. */
export interface ControllerRecord {
  readonly uuid: string;
  /** The name a person gave it. */
  readonly name?: string;
  /** The board last built or flashed for it. */
  readonly board?: string;
  readonly bootloader?: BootloaderKnowledge;
  /** Writes at a time it took over a network without a loss; 1 after one. */
  readonly networkWindow?: number;
}

/** Remembers controllers by UUID, one small file each, shared by the extension and the command line. */
export class ControllerMemory {
  /** Changes in their order: each builds upon the one before. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly files: FileStore) {}

  /** What is known of `uuid`; an empty record when it was never seen or its file cannot be read or is damaged. */
  async recall(uuid: string): Promise<ControllerRecord> {
    try {
      const text = await this.files.read(path(uuid));
      if (text === undefined) return { uuid };
      return { ...(JSON.parse(text) as ControllerRecord), uuid };
    } catch {
      return { uuid };
    }
  }

  /** Adds `change` to what is known of `uuid`. */
  remember(uuid: string, change: Omit<Partial<ControllerRecord>, 'uuid'>): Promise<ControllerRecord> {
    const changed = this.last.then(async () => this.replace({ ...(await this.recall(uuid)), ...change }));
    this.last = changed.catch(() => undefined);
    return changed;
  }

  /** Puts `record` in the place of what was known. */
  async replace(record: ControllerRecord): Promise<ControllerRecord> {
    await this.files.write(path(record.uuid), `${JSON.stringify(record, undefined, 2)}\n`);
    return record;
  }
}

function path(uuid: string): string {
  return `controllers/${uuid}.json`;
}
