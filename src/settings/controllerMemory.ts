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

/** What is learned of a controller, or is to be forgotten. */
export type ControllerChange = {
  readonly [K in Exclude<keyof ControllerRecord, 'uuid'>]?: ControllerRecord[K] | undefined;
};

/** Remembers controllers by UUID, one small file each, shared by the extension and the command line. */
export class ControllerMemory {
  /** Changes in their order: each builds upon the one before. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(private readonly files: FileStore) {}

  /** What is known of `uuid`; an empty record when it was never seen or its file cannot be read or is damaged. */
  recall(uuid: string): Promise<ControllerRecord> {
    return this.read(uuid).catch(() => ({ uuid }));
  }

  /**
   * Adds `change` to what is known of `uuid`; what is `undefined` in it is forgotten. Rejects when what is known cannot
   * be read: it would be lost. What is no record is set aside.
   */
  remember(uuid: string, change: ControllerChange): Promise<ControllerRecord> {
    const changed = this.last.then(async () => {
      const known = await this.read(uuid, (text) => this.files.write(`${path(uuid)}.damaged`, text));
      const kept = Object.entries({ ...known, ...change }).filter(([, value]) => value !== undefined);
      const record = Object.fromEntries(kept) as unknown as ControllerRecord;
      await this.files.write(path(uuid), `${JSON.stringify(record, undefined, 2)}\n`);
      return record;
    });
    this.last = changed.catch(() => undefined);
    return changed;
  }

  private async read(uuid: string, onDamaged?: (text: string) => Promise<void>): Promise<ControllerRecord> {
    const text = await this.files.read(path(uuid));
    if (text === undefined) return { uuid };
    const record = parse(text);
    if (record === undefined) await onDamaged?.(text);
    return { ...record, uuid };
  }
}

/** What is no record, because it was cut short or changed by hand, tells nothing. */
function parse(text: string): Partial<ControllerRecord> | undefined {
  try {
    const record: unknown = JSON.parse(text);
    return typeof record === 'object' && record !== null && !Array.isArray(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function path(uuid: string): string {
  return `controllers/${uuid}.json`;
}
