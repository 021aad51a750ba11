import * as path from 'node:path';
import { BOOTLOADER_STEPS, type BootloaderStep } from '../update/bootloaderInstaller';
import type { WorkProgress } from './progressWords';
import { plain } from './text';

/** What the files of bootloaders are called. */
export const BOOTLOADER_FILES = '**/{*bootloader*,*Bootloader*,generic*}.{bin,hex,elf}';

/** Where the public bootloader tree has its prebuilt ones, named after the hardware they are for. */
export const PREBUILT_FILES = '**/build_all/*.bin';

/** A file as a row of the pick; without a path the way to any other file. */
export interface BootloaderRow {
  readonly label: string;
  readonly description: string;
  readonly path?: string;
}

/**
 * The files of the workspace that may be a bootloader, and the way to any other.
 * @param folders those of the workspace
 * @param kept files that were used earlier, from wherever
 */
export function bootloaderRows(
  files: readonly string[],
  folders: readonly string[],
  kept: readonly string[] = [],
): BootloaderRow[] {
  const rows = [...files].sort().map((file) => {
    const folder = folders.find((each) => !path.relative(each, file).startsWith('..'));
    const place = path.dirname(folder === undefined ? file : path.relative(folder, file));
    return {
      label: `$(file-binary) ${plain(path.basename(file))}`,
      description: place === '.' ? '' : plain(place, 200),
      path: file,
    };
  });
  const earlier = kept.map((file) => ({
    label: `$(history) ${plain(path.basename(file))}`,
    description: 'used earlier',
    path: file,
  }));
  return [
    ...rows,
    ...earlier,
    { label: '$(folder-opened) Choose a file…', description: '.bin, .hex or .elf' },
  ];
}

/** How far the installation is, as a whole. The old bootloader is gone with its first step: nothing is cancelled. */
export function bootloaderProgress(step: BootloaderStep, fraction: number): [WorkProgress, whole: number] {
  const whole = (BOOTLOADER_STEPS.indexOf(step) + fraction) / BOOTLOADER_STEPS.length;
  return [{ message: step, fraction, cancellable: false }, whole];
}
