import * as path from 'node:path';
import { findMentions, type Mention, type MentionKind } from './faultMentions';
import type { Files } from './files';

/** A place in a tree. */
export interface SourcePlace extends Mention {
  /** Absolute path. */
  readonly file: string;
}

interface ReadFile {
  readonly modified_ms: number;
  readonly size_B: number;
  readonly mentions: readonly Mention[];
}

/** Nothing in these is the firmware's own source. */
const SKIPPED = new Set(['node_modules', 'build', 'builds', 'tools', 'downloads', 'dist', 'out', 'package']);
const SOURCE = /\.(?:c|h|cc|cpp|hpp)$/i;
const MAX_DEPTH = 12;
/** The real tree has about 1,400. */
const MAX_FILES = 20_000;
const MAX_FILE_B = 2_000_000;
/** So many files are read at the same time. */
const AT_ONCE = 16;

const RANKS: Readonly<Record<MentionKind, number>> = { raises: 0, halts: 0, sets: 1, tests: 2 };

/**
 * Where a firmware tree raises its faults and halts, found by reading its sources. What was read of a file is kept
 * until the file changes.
 */
export class FaultSources {
  private readonly read = new Map<string, ReadFile>();

  /** @param edited the text of a file that is open and not saved */
  constructor(
    private readonly files: Pick<Files, 'list' | 'status' | 'readText'>,
    private readonly edited: (file: string) => string | undefined = () => undefined,
  ) {}

  /**
   * The places of the tree at `root` that raise `fault` (`FAULT_CODE_…`), best first: those that stop the motor,
   * those that hand it on, those that only ask for it.
   * @throws the signal's reason
   */
  raising(root: string, fault: string, signal?: AbortSignal): Promise<SourcePlace[]> {
    return this.find(root, ({ what, kind }) => kind !== 'halts' && what === fault, signal);
  }

  /**
   * The places that halt the firmware with `reason`, as `crash_diag` tells it.
   * @throws the signal's reason
   */
  halting(root: string, reason: string, signal?: AbortSignal): Promise<SourcePlace[]> {
    const wanted = reason.trim().replace(/\s+/g, ' ');
    return this.find(root, ({ what, kind }) => kind === 'halts' && what === wanted, signal);
  }

  private async find(
    root: string,
    wanted: (mention: Mention) => boolean,
    signal: AbortSignal | undefined,
  ): Promise<SourcePlace[]> {
    const sources = await this.sources(root, signal);
    const places: SourcePlace[] = [];
    for (let from = 0; from < sources.length; from += AT_ONCE) {
      signal?.throwIfAborted();
      const some = sources.slice(from, from + AT_ONCE);
      const found = await Promise.all(some.map((file) => this.mentionsIn(file)));
      found.forEach((mentions, index) => {
        for (const mention of mentions.filter(wanted)) places.push({ ...mention, file: some[index]! });
      });
    }
    // The order of the walk stays among equals.
    return places.sort((a, b) => RANKS[a.kind] - RANKS[b.kind]);
  }

  private async mentionsIn(file: string): Promise<readonly Mention[]> {
    const unsaved = this.edited(file);
    if (unsaved !== undefined) return findMentions(unsaved.slice(0, MAX_FILE_B));
    const status = await this.files.status(file);
    if (status?.kind !== 'file' || status.size_B > MAX_FILE_B) return [];
    const { modified_ms, size_B } = status;
    const known = this.read.get(file);
    if (known?.modified_ms === modified_ms && known.size_B === size_B) return known.mentions;
    const mentions = findMentions((await this.files.readText(file)) ?? '');
    this.read.set(file, { modified_ms, size_B, mentions });
    return mentions;
  }

  private async sources(root: string, signal: AbortSignal | undefined): Promise<string[]> {
    const found: string[] = [];
    const walk = async (folder: string, depth: number): Promise<void> => {
      signal?.throwIfAborted();
      const entries = await this.files.list(folder);
      for (const { name, kind } of entries) {
        if (found.length >= MAX_FILES) return;
        if (kind === 'file' && SOURCE.test(name)) found.push(path.join(folder, name));
      }
      for (const { name, kind } of entries) {
        const isOwn = kind === 'folder' && !name.startsWith('.') && !SKIPPED.has(name);
        if (isOwn && depth < MAX_DEPTH) await walk(path.join(folder, name), depth + 1);
      }
    };
    await walk(root, 0);
    return found;
  }
}
