import * as path from 'node:path';
import type { Clock } from '../base/clock';
import { isBuildId } from '../image/buildStamp';
import type { Files } from './files';
import type { MemoryRegion } from './memoryUse';

/** What is known of a build, found again by the identity that a controller reports. */
export interface BuildRecord {
  readonly buildId: string;
  readonly board: string;
  readonly hardware?: string;
  readonly version?: string;
  /** Root of the tree it was built from. */
  readonly tree: string;
  readonly commit?: string;
  readonly branch?: string;
  readonly describe?: string;
  /** Files that differed from the commit, relative to the tree. */
  readonly changedFiles: readonly string[];
  readonly makeArguments: readonly string[];
  readonly compiler: { readonly path: string; readonly version: string };
  /** When it was built, ISO 8601. */
  readonly date: string;
  /** Absolute path of the kept ELF. The image is in it, too: see keptImage.ts. */
  readonly elf: string;
  /** How full the memory was; absent in records of earlier versions. */
  readonly memory?: readonly MemoryRegion[];
  /** What the compiler warned of, to tell new warnings from known ones; absent in records of earlier versions. */
  readonly warnings?: readonly KnownWarning[];
}

/** A warning as it is known again when lines above it came or went. */
export interface KnownWarning {
  /** Relative to the tree, where it lies in it. */
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** A build that is still kept, with what became of it. */
export interface KeptBuild extends BuildRecord {
  /** When it was last proven to run on a controller, ISO 8601; undefined when it never was. */
  readonly flashed: string | undefined;
}

/** Builds that were never flashed are dropped when there are more; each keeps an ELF of about 4 MB. */
const KEPT_UNFLASHED = 20;
const KEPT_FLASHED = 50;

/** Build records in the per-user data directory, one folder an identity. */
export class BuildRecords {
  private readonly root: string;

  constructor(
    dataDirectory: string,
    private readonly files: Files,
    private readonly clock: Clock,
  ) {
    this.root = path.join(dataDirectory, 'builds');
  }

  /** Keeps `record` with a copy of `elf`; a build made again only gets a new date. */
  async save(record: Omit<BuildRecord, 'date' | 'elf'>, elf: string): Promise<void> {
    const folder = this.folder(record.buildId);
    const kept = path.join(folder, `${record.board}.elf`);
    await this.files.copy(elf, kept);
    const whole: BuildRecord = { ...record, date: this.clock.date().toISOString(), elf: kept };
    await this.files.write(path.join(folder, 'record.json'), JSON.stringify(whole, undefined, 2));
    await this.prune();
  }

  /** The record of the build that reports `buildId`; undefined when it was built elsewhere or dropped. */
  async find(buildId: string): Promise<BuildRecord | undefined> {
    if (!isBuildId(buildId)) return undefined;
    return this.read(this.folder(buildId));
  }

  /** Every build that is kept, the last one first. */
  async list(): Promise<KeptBuild[]> {
    const kept: KeptBuild[] = [];
    for (const { name } of await this.files.list(this.root)) {
      const folder = this.folder(name);
      const record = await this.find(name);
      if (record) kept.push({ ...record, flashed: await this.files.readText(path.join(folder, 'flashed')) });
    }
    return kept.sort((a, b) => (a.date < b.date ? 1 : -1));
  }

  /** The last build of the same board, made with the same arguments and the same compiler. */
  async last(
    of: Pick<BuildRecord, 'board' | 'tree' | 'makeArguments' | 'compiler'>,
  ): Promise<KeptBuild | undefined> {
    const key = ({ board, tree, makeArguments, compiler }: typeof of): string =>
      JSON.stringify([board, tree, makeArguments, compiler.path, compiler.version]);
    return (await this.list()).find((build) => key(build) === key(of));
  }

  /** Notes that the build runs on a controller, so that its ELF is kept longer. */
  async markFlashed(buildId: string): Promise<void> {
    if ((await this.find(buildId)) === undefined) return;
    await this.files.write(path.join(this.folder(buildId), 'flashed'), this.clock.date().toISOString());
  }

  private folder(buildId: string): string {
    return path.join(this.root, buildId);
  }

  private async read(folder: string): Promise<BuildRecord | undefined> {
    const text = await this.files.readText(path.join(folder, 'record.json'));
    try {
      const record: unknown = text === undefined ? undefined : JSON.parse(text);
      return isRecord(record) ? record : undefined;
    } catch {
      return undefined;
    }
  }

  private async prune(): Promise<void> {
    const builds: { folder: string; date: string; flashed: boolean }[] = [];
    for (const entry of await this.files.list(this.root)) {
      const folder = path.join(this.root, entry.name);
      const flashed = await this.files.readText(path.join(folder, 'flashed'));
      const date = flashed ?? (await this.read(folder))?.date ?? '';
      builds.push({ folder, date, flashed: flashed !== undefined });
    }
    builds.sort((a, b) => (a.date < b.date ? 1 : -1));
    const surplus = [
      ...builds.filter((build) => build.flashed).slice(KEPT_FLASHED),
      ...builds.filter((build) => !build.flashed).slice(KEPT_UNFLASHED),
    ];
    for (const { folder } of surplus) await this.files.remove(folder);
  }
}

/** True for what this or an earlier version wrote; a person may have been at the file. */
function isRecord(value: unknown): value is BuildRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { buildId, board, tree, date, elf, changedFiles, makeArguments, compiler } =
    value as Partial<BuildRecord>;
  return (
    [buildId, board, tree, date, elf].every((text) => typeof text === 'string') &&
    Array.isArray(changedFiles) &&
    Array.isArray(makeArguments) &&
    typeof compiler === 'object'
  );
}
