import { fileUnreadable } from '../base/fileErrors';
import type { FileStore } from '../settings/fileStore';

/** Where an update stood when it was last heard of. */
export interface JournalEntry {
  readonly uuid: string;
  readonly hardware: string;
  /**
   * `staging`: the old firmware is intact. `committed`: the bootloader was started. `restoring`: settings are owed.
   * `bootloader`: a bootloader was being written; the firmware is intact.
   */
  readonly state: 'staging' | 'committed' | 'restoring' | 'bootloader';
  /** ISO 8601. */
  readonly since: string;
  readonly image: string;
  readonly buildId?: string;
  readonly snapshotPath?: string;
  /** Where the controller was reached, for people. */
  readonly address: string;
  /** With `bootloader`: the update that was left half-way before, which may owe settings. */
  readonly earlier?: JournalEntry;
}

const FOLDER = 'journal';
const STATES: readonly JournalEntry['state'][] = ['staging', 'committed', 'restoring', 'bootloader'];

/**
 * Written before erase, jump and restore, one file per controller, and removed when the update is over: whatever
 * kills the program, the next start knows what was left half-way.
 */
export class UpdateJournal {
  constructor(private readonly files: FileStore) {}

  async write(entry: JournalEntry): Promise<void> {
    await this.files.write(path(entry.uuid), `${JSON.stringify(entry, undefined, 2)}\n`);
  }

  async clear(uuid: string): Promise<void> {
    await this.files.remove(path(uuid));
  }

  /** What was owed to `uuid` at `state` is done; an entry that stands elsewhere stays. */
  async settle(uuid: string, state: JournalEntry['state']): Promise<void> {
    const entry = await this.find(uuid);
    if (entry?.state === state) return this.clear(uuid);
    if (entry?.earlier?.state !== state) return;
    const { earlier: _, ...bootloader } = entry;
    await this.write(bootloader);
  }

  /**
   * The update of `uuid` that was left half-way, also when the installation of a bootloader began after it.
   * @throws VescError `file-unreadable`
   */
  async unfinishedUpdate(uuid: string): Promise<JournalEntry | undefined> {
    const entry = await this.find(uuid);
    return entry?.state === 'bootloader' ? entry.earlier : entry;
  }

  /**
   * The entry of `uuid`, which whatever is written next builds upon: one that could not be read this time must not be
   * replaced. What this user may not read is passed over, as in {@link pending}.
   * @throws VescError `file-unreadable`
   */
  private async find(uuid: string): Promise<JournalEntry | undefined> {
    const file = path(uuid);
    const text = await this.files.read(file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EACCES' && error.code !== 'EPERM')
        throw fileUnreadable(this.files.locate(file), error);
    });
    return text === undefined ? undefined : parseEntry(text);
  }

  /**
   * The updates that were left half-way; what cannot be read is passed over. Where nothing can be written either, the
   * next update is refused.
   */
  async pending(): Promise<JournalEntry[]> {
    const entries: JournalEntry[] = [];
    for (const name of await this.files.list(FOLDER).catch(() => [])) {
      const file = `${FOLDER}/${name}`;
      const text = name.endsWith('.json') ? await this.files.read(file).catch(() => undefined) : undefined;
      if (text === undefined) continue;
      const entry = parseEntry(text);
      if (entry) entries.push(entry);
    }
    return entries;
  }
}

/** A file cut short by a power failure, or changed by hand, tells nothing; the controller itself still does. */
function parseEntry(text: string): JournalEntry | undefined {
  try {
    const entry: unknown = JSON.parse(text);
    return isEntry(entry) ? entry : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { earlier, ...entry } = value as Partial<Record<keyof JournalEntry, unknown>>;
  return (
    STATES.some((state) => state === entry.state) &&
    [entry.uuid, entry.hardware, entry.image, entry.address].every((text) => typeof text === 'string') &&
    typeof entry.since === 'string' &&
    !Number.isNaN(Date.parse(entry.since)) &&
    (earlier === undefined || isEntry(earlier))
  );
}

function path(uuid: string): string {
  return `${FOLDER}/${uuid}.json`;
}
