import { BOOTLOADER_ADDRESS, FLASH_ADDRESS, FLASH_SIZE, SECTORS } from '../../image/flashMap';
import { hexWord } from '../../protocol/bytes';
import { type FlashPart, OPTION_CONTROL_ADDRESS, UNIQUE_ID_ADDRESS, UNIQUE_ID_SIZE } from '../programmer';
import type { Adapter } from './adapters';
import { tclCommand } from './tcl';

/** DBGMCU_IDCODE of every STM32F4 (RM0090). */
export const DEVICE_ID_ADDRESS = 0xe004_2000;
const TARGET = 'target/stm32f4x.cfg';
/** Slow enough for loose wires of 20 cm. */
const SPEED_KHZ = 1000;
/** A piece of a backup: there is progress after each. */
const DUMP_PIECE = 0x2_0000;
/** Begins each line by which a script says where it is. */
export const MARK = 'vesc:';

/**
 * How hold is taken of the processor: with its reset line pulled, which works whatever its firmware does, or without
 * one, for boards that do not lead NRST out.
 */
export type HoldMode = 'under-reset' | 'without-reset-line';

/** What OpenOCD is started with: an argument list, no shell and no configuration of the user's. */
export function openOcdArguments(adapter: Adapter, mode: HoldMode, commands: readonly string[]): string[] {
  const reset =
    mode === 'under-reset'
      ? tclCommand('reset_config', 'srst_only', 'srst_nogate', 'connect_assert_srst')
      : tclCommand('reset_config', 'none');
  const setup = [
    // It is not there to be debugged with: nobody else shall get in.
    ...['gdb_port', 'tcl_port', 'telnet_port'].map((port) => tclCommand(port, 'disabled')),
    reset,
    tclCommand('adapter', 'speed', SPEED_KHZ),
  ];
  return [
    ...['-f', adapter.configuration, '-c', tclCommand('transport', 'select', adapter.transport)],
    ...['-f', TARGET],
    ...[...setup, ...commands, 'shutdown'].flatMap((command) => ['-c', command]),
  ];
}

const HOLD = ['init', tclCommand('reset', 'halt')];
const END = mark('end');

function mark(step: string, index = 0, count = 0): string {
  return tclCommand('echo', `${MARK}${step} ${index} ${count}`);
}

/** Reads who the chip is and what its option bytes say. */
export function identifyScript(): string[] {
  return [
    ...HOLD,
    mark('chip'),
    tclCommand('mdw', DEVICE_ID_ADDRESS, 1),
    tclCommand('mdw', OPTION_CONTROL_ADDRESS, 1),
    tclCommand('mdw', UNIQUE_ID_ADDRESS, UNIQUE_ID_SIZE / 4),
    END,
  ];
}

/** Reads the whole flash into files of `folder`, which {@link dumpFiles} names. */
export function backupScript(pathOf: (name: string) => string): string[] {
  const files = dumpFiles();
  return [
    ...HOLD,
    ...files.flatMap(({ name, address }, index) => [
      mark('read', index, files.length),
      tclCommand('dump_image', pathOf(name), address, DUMP_PIECE),
    ]),
    END,
  ];
}

/** The pieces of a backup, in order. */
export function dumpFiles(): { readonly name: string; readonly address: number }[] {
  return Array.from({ length: FLASH_SIZE / DUMP_PIECE }, (_, index) => ({
    name: `read-${index}.bin`,
    address: FLASH_ADDRESS + index * DUMP_PIECE,
  }));
}

/** A piece of what is written: one sector of it, in a file of its own. */
export interface WritePiece extends FlashPart {
  readonly name: string;
  readonly sector: number;
}

/** Cuts `parts` at the borders of the sectors. */
export function writePieces(parts: readonly FlashPart[]): WritePiece[] {
  return parts.flatMap(({ address, bytes }) =>
    SECTORS.flatMap((sector) => {
      const start = Math.max(address, sector.address);
      const end = Math.min(address + bytes.length, sector.address + sector.size_B);
      if (start >= end) return [];
      const piece = bytes.subarray(start - address, end - address);
      const what = start >= BOOTLOADER_ADDRESS ? 'bootloader' : 'app';
      return [{ name: `${what}-${sector.index}.bin`, address: start, bytes: piece, sector: sector.index }];
    }),
  );
}

/** Erases the sectors of `pieces` and no others, writes their files and reads them back. */
export function programScript(pieces: readonly WritePiece[], pathOf: (name: string) => string): string[] {
  const each = (step: string, command: (piece: WritePiece) => string): string[] =>
    pieces.flatMap((piece, index) => [mark(step, index, pieces.length), command(piece)]);
  return [
    ...HOLD,
    tclCommand('flash', 'probe', 0),
    ...each('erase', ({ sector }) => tclCommand('flash', 'erase_sector', 0, sector, sector)),
    ...each('write', ({ name, address }) => tclCommand('flash', 'write_image', pathOf(name), address, 'bin')),
    ...each('verify', ({ name, address }) => tclCommand('verify_image', pathOf(name), address, 'bin')),
    END,
  ];
}

/** Takes read protection at level 1 away; the chip erases itself. */
export function unlockScript(): string[] {
  return [...HOLD, mark('unlock'), tclCommand('stm32f2x', 'unlock', 0), tclCommand('reset', 'halt'), END];
}

/** Starts the processor over and lets it run. */
export function restartScript(): string[] {
  return ['init', tclCommand('reset', 'run'), END];
}

/** Where a script is: the step, and which of how many pieces of it. */
export interface Step {
  readonly name: string;
  readonly index: number;
  readonly count: number;
}

/** Reads a line of OpenOCD's output; `undefined` when it is none of ours. */
export function readStep(line: string): Step | undefined {
  const match = /^vesc:(\w+) (\d+) (\d+)$/.exec(line.trim());
  return match ? { name: match[1]!, index: Number(match[2]), count: Number(match[3]) } : undefined;
}

/** The words that `mdw` printed for `address`. */
export function readWords(output: string, address: number): number[] {
  const start = `${hexWord(address)}:`;
  const line = output.split('\n').find((each) => each.trim().startsWith(start));
  return (line?.trim().slice(start.length).trim().split(/\s+/) ?? [])
    .filter((word) => /^[0-9a-f]{8}$/i.test(word))
    .map((word) => parseInt(word, 16));
}
