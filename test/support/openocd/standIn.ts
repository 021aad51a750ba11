import type { SwdPins } from '../../../src/simulator/swdPins';

/** Where a stand-in reads and writes the files its commands name. */
export interface StandInFiles {
  read(path: string): Promise<Uint8Array>;
  write(path: string, content: Uint8Array): Promise<void>;
}

/** What goes wrong: at the first command that begins with `at`, these lines are said and the program ends. */
export interface StandInFailure {
  readonly at: string;
  readonly output: string;
}

/**
 * Acts as OpenOCD 0.12 would on a chip, for the commands our scripts are made of, and says what it would say. Words
 * are split as Tcl splits them; that the real parser agrees is what test/openocd is for.
 */
export async function runStandIn(
  args: readonly string[],
  pins: SwdPins | undefined,
  files: StandInFiles,
  say: (line: string) => void,
  failure?: StandInFailure,
): Promise<number> {
  say('Open On-Chip Debugger 0.12.0');
  if (args.includes('--version')) return 0;
  const commands = args.filter((_, index) => args[index - 1] === '-c');
  for (const command of commands) {
    if (failure && command.startsWith(failure.at)) {
      failure.output.split('\n').forEach(say);
      return 1;
    }
    const problem = await execute(tclWords(command), pins, files, say);
    if (problem !== undefined) {
      say(`Error: ${problem}`);
      return 1;
    }
  }
  return 0;
}

async function execute(
  [name, ...words]: readonly string[],
  pins: SwdPins | undefined,
  files: StandInFiles,
  say: (line: string) => void,
): Promise<string | undefined> {
  const [first = '', second = '', third = ''] = words;
  switch (name) {
    case 'init':
      return (await pins?.attach()) === undefined
        ? 'init mode failed (unable to connect to the target)'
        : undefined;
    case 'reset':
      if (first === 'halt') return undefined;
      if (!(await pins!.reset())) return 'timed out while waiting for target';
      await pins!.detach();
      return undefined;
    case 'echo':
      say(first);
      return undefined;
    case 'mdw': {
      const data = await pins!.readMemory(Number(first), 4 * Number(second));
      if (!data) return `Failed to read memory at 0x${hex(Number(first))}`;
      const view = new DataView(data.buffer, data.byteOffset);
      const values = Array.from({ length: Number(second) }, (_, at) => hex(view.getUint32(4 * at, true)));
      say(`0x${hex(Number(first))}: ${values.join(' ')} `);
      return undefined;
    }
    case 'dump_image': {
      const data = await readAll(pins!, Number(second), Number(third));
      if (!data) return `Failed to read memory at 0x${hex(Number(second))}`;
      await files.write(first, data);
      say(`dumped ${data.length} bytes in 1.0s (128.000 KiB/s)`);
      return undefined;
    }
    case 'flash':
      return flash(words, pins!, files, say);
    case 'verify_image': {
      const wanted = await files.read(first);
      const found = await readAll(pins!, Number(second), wanted.length);
      if (!found) return `Failed to read memory at 0x${hex(Number(second))}`;
      const at = wanted.findIndex((byte, index) => byte !== found[index]);
      if (at < 0) return undefined;
      say('Error: checksum mismatch - attempting binary compare');
      return `diff 0 address 0x${hex(Number(second) + at)}. Was 0xff instead of 0x00`;
    }
    case 'stm32f2x':
      return (await pins!.eraseAll()) ? undefined : 'options not unlocked STM32_FLASH_OPTCR: 0x0fffaaed';
    default:
      return undefined;
  }
}

async function flash(
  [action, ...words]: readonly string[],
  pins: SwdPins,
  files: StandInFiles,
  say: (line: string) => void,
): Promise<string | undefined> {
  const [first = '', second = ''] = words;
  if (action === 'erase_sector') {
    for (let sector = Number(second); sector <= Number(words[2]); sector++)
      if (!(await pins.eraseSector(sector))) return `failed erasing sectors ${second} to ${words[2]}`;
    return undefined;
  }
  if (action !== 'write_image') return undefined;
  const content = await files.read(first);
  for (let offset = 0; offset < content.length; offset += PIECE)
    if (!(await pins.writeFlash(Number(second) + offset, content.subarray(offset, offset + PIECE))))
      return 'error writing to flash at address 0x08000000 at offset 0x00000000';
  say(`wrote ${content.length} bytes from file ${first} in 1.0s (100.000 KiB/s)`);
  return undefined;
}

/** What goes through a wire between processes at a time. */
const PIECE = 1024;

async function readAll(pins: SwdPins, address: number, length: number): Promise<Uint8Array | undefined> {
  const content = new Uint8Array(length);
  for (let offset = 0; offset < length; offset += PIECE) {
    const piece = await pins.readMemory(address + offset, Math.min(PIECE, length - offset));
    if (!piece) return undefined;
    content.set(piece, offset);
  }
  return content;
}

const hex = (value: number): string => (value >>> 0).toString(16).padStart(8, '0');

/** The words of one command: bare, or in quotes with backslashes. */
export function tclWords(command: string): string[] {
  const words: string[] = [];
  const pattern = /"((?:\\[^]|[^"\\])*)"|(\S+)/g;
  for (const [, quoted, bare] of command.matchAll(pattern)) {
    const text = quoted?.replace(/\\([^])/g, (_, character: string) => ESCAPES[character] ?? character);
    words.push(text ?? bare!);
  }
  return words;
}
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
