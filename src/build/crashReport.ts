import type { CrashDiag } from '../protocol/crashDiag';
import type { BuildRecord, BuildRecords } from './buildRecord';
import { type CrashPlaces, findCrashPlaces } from './crashPlaces';
import type { FaultSources, SourcePlace } from './faultSources';
import type { Symbolizer } from './symbolizer';

/** What is known of a crash beyond the registers. */
export interface CrashReport {
  /** The ELF that the addresses were looked up in; undefined when none is kept of the build that crashed. */
  readonly elf?: string;
  /** The build it belongs to, when it was kept under its identity. */
  readonly build?: BuildRecord;
  readonly places: CrashPlaces;
  /** Where the firmware tree halts with the reason that was given. */
  readonly halts: readonly SourcePlace[];
}

export interface CrashReportDependencies {
  readonly records: Pick<BuildRecords, 'find'>;
  readonly symbolizer: Pick<Symbolizer, 'locate'>;
  readonly sources: Pick<FaultSources, 'halting'>;
}

export interface CrashReportRequest {
  readonly diag: CrashDiag;
  /** Identity of the build that crashed, as the controller reports it. */
  readonly buildId?: string | undefined;
  /** An ELF to take instead of the one that was kept. */
  readonly elf?: string | undefined;
  /** Root of the firmware tree to look for halts in. */
  readonly tree?: string | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Finds the lines behind a crash: with the ELF that was kept of the very build that crashed, or the one that is given.
 * @throws VescError `file-unreadable`, `image-elf-foreign`, `image-elf-damaged`; the signal's reason
 */
export async function reportCrash(
  { diag, buildId, elf: given, tree, signal }: CrashReportRequest,
  { records, symbolizer, sources }: CrashReportDependencies,
): Promise<CrashReport> {
  const { crash } = diag;
  const build = given === undefined && buildId !== undefined ? await records.find(buildId) : undefined;
  const elf = given ?? build?.elf;
  const registers = crash?.kind === 'registers' ? crash.registers : {};
  const places =
    elf === undefined ? {} : await findCrashPlaces(registers, elf, build?.compiler.path, symbolizer);
  const reason = crash?.kind === 'halt' ? crash.reason : undefined;
  const halts = reason === undefined || tree === undefined ? [] : await sources.halting(tree, reason, signal);
  return { ...(elf === undefined ? {} : { elf }), ...(build ? { build } : {}), places, halts };
}
