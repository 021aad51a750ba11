import * as path from 'node:path';
import { createHash } from 'node:crypto';
import type { Diagnostic } from './diagnostics/diagnostic';
import type { DiagnosticsByUnit } from './diagnostics/outputParser';
import type { Files } from './files';
import type { BuildFolders } from './make';
import type { MemoryRegion } from './memoryUse';

/** What is remembered of the last build in a folder, because make does not tell it again. */
export interface BuildState {
  /** Hash of all makefiles: the flags are in there, and objects do not depend on those. */
  readonly makefiles: string;
  readonly commitLabel: string | undefined;
  readonly memory: readonly MemoryRegion[];
  /** Warnings of files that are not compiled again. */
  readonly diagnostics: Readonly<Record<string, readonly Diagnostic[]>>;
}

const STATE_FILE = 'vesc-build.json';
const SKIPPED = new Set([
  'build',
  'builds',
  'tools',
  'downloads',
  'package',
  'node_modules',
  'tests',
  'Project',
]);

/** The state of the last build in `folders`; undefined when there was none that can be read. */
export async function readState(folders: BuildFolders, files: Files): Promise<BuildState | undefined> {
  const text = await files.readText(path.join(folders.output, STATE_FILE));
  if (text === undefined) return undefined;
  try {
    const state = JSON.parse(text) as Partial<BuildState>;
    if (typeof state.makefiles !== 'string') return undefined;
    return {
      makefiles: state.makefiles,
      commitLabel: state.commitLabel,
      memory: state.memory ?? [],
      diagnostics: state.diagnostics ?? {},
    };
  } catch {
    return undefined;
  }
}

export async function writeState(folders: BuildFolders, state: BuildState, files: Files): Promise<void> {
  await files.write(path.join(folders.output, STATE_FILE), JSON.stringify(state));
}

/** A hash over every makefile of the tree. */
export async function hashMakefiles(root: string, files: Files): Promise<string> {
  const hash = createHash('sha256');
  const add = async (folder: string): Promise<void> => {
    for (const entry of await files.list(folder)) {
      const at = path.join(folder, entry.name);
      if (entry.kind === 'folder') {
        if (!entry.name.startsWith('.') && !SKIPPED.has(entry.name)) await add(at);
      } else if (entry.name === 'Makefile' || entry.name.endsWith('.mk')) {
        hash.update(`${path.relative(root, at)}\0${(await files.readText(at)) ?? ''}\0`);
      }
    }
  };
  await add(root);
  return hash.digest('hex');
}

/**
 * Removes what make would wrongly take for up to date (facts 11): everything when a makefile changed or the state
 * is unknown, and the objects that carry the old commit when the commit is another one.
 */
export async function removeStale(
  folders: BuildFolders,
  before: BuildState | undefined,
  now: Pick<BuildState, 'makefiles' | 'commitLabel'>,
  files: Files,
): Promise<void> {
  if (before?.makefiles !== now.makefiles) {
    await files.remove(folders.output);
    return;
  }
  if (before.commitLabel === now.commitLabel) return;
  if (before.commitLabel === undefined) {
    await files.remove(folders.output);
    return;
  }
  for (const entry of await files.list(folders.objects)) {
    const object = path.join(folders.objects, entry.name);
    const bytes = await files.readBytes(object);
    if (bytes && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(before.commitLabel))
      await files.remove(object);
  }
}

/** The diagnostics of all files: new ones of those compiled now, remembered ones of the others. */
export function mergeDiagnostics(before: BuildState | undefined, now: DiagnosticsByUnit): DiagnosticsByUnit {
  const merged = new Map(Object.entries(before?.diagnostics ?? {}));
  for (const [unit, diagnostics] of now) merged.set(unit, diagnostics);
  return merged;
}

/** What is worth remembering: a file that failed to compile is compiled again and says it again. */
export function memorable(units: DiagnosticsByUnit): Record<string, readonly Diagnostic[]> {
  const kept: Record<string, readonly Diagnostic[]> = {};
  for (const [unit, diagnostics] of units)
    if (unit !== '' && diagnostics.length > 0 && !diagnostics.some(({ severity }) => severity === 'error'))
      kept[unit] = diagnostics;
  return kept;
}
