import type { VescError } from '../base/errors';
import type { Board } from './boards';
import type { BuildComparison } from './buildComparison';
import type { Diagnostic } from './diagnostics/diagnostic';
import type { FirmwareTree } from './firmwareTree';
import type { MemoryRegion } from './memoryUse';
import type { Toolchain } from './toolchain';

/** What is to be built, with what. */
export interface BuildRequest {
  readonly tree: FirmwareTree;
  readonly board: Board;
  readonly toolchain: Toolchain;
  /** Further arguments for make, as `USE_LISPBM=0`; no targets, no options. */
  readonly makeArguments?: readonly string[];
}

export interface BuildProgress {
  /** Files compiled so far in this build. */
  readonly done: number;
  /** Files to compile; undefined while nobody knows (the first build, or after an edit). */
  readonly total: number | undefined;
  /** The base name of the file just compiled. */
  readonly file: string;
}

export interface BuildOptions {
  /** Compiles every file, whatever was compiled before. */
  readonly fromNothing?: boolean;
  readonly signal?: AbortSignal;
  /** Every line of make's output, in order. */
  readonly onOutput?: (line: string) => void;
  readonly onProgress?: (progress: BuildProgress) => void;
}

/** How a build ended. Everything about the image is read from the image itself, never from what was asked for. */
export interface BuildResult {
  readonly ok: boolean;
  /** The board's name. */
  readonly board: string;
  /** The .bin, the .elf and the .hex; only when `ok`. */
  readonly image?: string;
  readonly elf?: string;
  /** The hardware name in the image. */
  readonly hardware?: string;
  /** What conf_general.h declares, as `7.01` or `7.01 test 1`. */
  readonly version?: string;
  /** The commit in the image, with `-dirty` when the tree was. */
  readonly commit?: string;
  /** The identity the image gets when it is flashed: `vb1-` and 40 hex digits (design 4.2). */
  readonly buildId?: string;
  readonly memory: readonly MemoryRegion[];
  readonly diagnostics: readonly Diagnostic[];
  readonly duration_ms: number;
  /** Files compiled; 0 for an unchanged tree. */
  readonly compiled: number;
  /** What the user should know though the build went well: another compiler than the tree pins, and the like. */
  readonly warnings: readonly string[];
  /** Against the build before; undefined when there is none that is kept, or it is the same. */
  readonly comparison?: BuildComparison;
  /** Why there is no image; only when not `ok`. */
  readonly failure?: VescError;
}
