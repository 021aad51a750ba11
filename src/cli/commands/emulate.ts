import { basename, resolve } from 'node:path';
import { ExitStatus, VescError } from '../../base/errors';
import { readNamed } from '../../controllers/emulatedControllers';
import { uuidOf } from '../../controllers/simulatedControllers';
import type { EmulationEvent } from '../../emulator/emulatedController';
import { composeFlash } from '../../emulator/emulatedFlash';
import { serveGdb } from '../../emulator/gdbServer';
import { eventText } from '../../emulator/eventText';
import type { Override } from '../../emulator/messages';
import { BENCH_OPTIONS, benchOverrides } from '../benchOptions';
import { type CommandContext, defineCommand } from '../command';
import { type OptionTable, readNumber } from '../options';
import { readKeptFlash, SERVING_OPTIONS, serveUntilStopped } from '../serving';

const HELP = 'vesc emulate --help';
const MAX_SPEED = 1000;

const OPTIONS = {
  ...SERVING_OPTIONS,
  bootloader: { type: 'string', value: 'FILE', help: 'the bootloader to put beside it: needed for updates' },
  speed: {
    type: 'string',
    value: 'F',
    help: 'how fast its time runs: 1 real (default), 2 twice as fast, 0 as\nfast as this computer can',
  },
  'instant-flash': { type: 'boolean', help: 'erasing and programming its flash take no time' },
  uart: {
    type: 'string',
    value: 'N',
    help: 'the UART to connect while USB is not there, 1 to 6 (default: the\nfirst that listens)',
  },
  adc: {
    type: 'string',
    multiple: true,
    value: 'CHANNEL=VALUE',
    help: 'what the ADC reads on a channel (0-18), 0 to 4095; as i11=VALUE, at a\nplace of its buffer; can be repeated',
  },
  pin: {
    type: 'string',
    multiple: true,
    value: 'PIN=LEVEL',
    help: 'hold a pin from outside, as B12=0; can be repeated',
  },
  ...BENCH_OPTIONS,
  gdb: {
    type: 'string',
    value: 'PORT',
    help: 'let GDB attach at this TCP port of this computer; 0 picks a free one',
  },
  uuid: { type: 'string', value: 'HEX', help: 'its UUID, 24 hex digits' },
} as const satisfies OptionTable;

export const emulateCommand = defineCommand({
  name: 'emulate',
  summary: 'run a firmware image in an emulated controller',
  positionals: { usage: '[IMAGE]', max: 1 },
  options: OPTIONS,
  details: [
    'IMAGE is the .bin, .hex or .elf of a firmware build. It runs unmodified on an',
    'emulated STM32F405; there is no motor. What its analogue inputs read is chosen so that',
    'boards of the official firmware start without a fault; --supply and its like set them',
    'in volts and degrees, --adc in counts. With --flash FILE, the file of an earlier run',
    'takes the place of IMAGE and bootloader where they are not given.',
    '',
    'Behind --tcp is its USB device, or the UART while there is none; the connection',
    'outlives restarts. Behind --pty is USB, which goes with every restart. Ends with',
    'Ctrl+C. Within this program it is also to be had as --port emu:IMAGE.',
  ],
  examples: [
    'vesc emulate build/60/60.bin --bootloader generic.bin --tcp 0',
    'vesc emulate build/60/60.elf --supply 6      # FAULT_CODE_UNDER_VOLTAGE',
  ],
  async run(context, { positionals, options }) {
    const { core, folder, report } = context;
    const [image] = positionals;
    const kept = await readKeptFlash(context, options);
    if (image === undefined && kept === undefined) {
      throw new VescError('usage', { problem: 'The image to be run is missing.', help: HELP });
    }
    const named = (path: string | undefined) =>
      path === undefined ? undefined : readNamed(resolve(folder, path));
    const flash = composeFlash({
      kept,
      app: await named(image),
      bootloader: await named(options.bootloader),
    });
    const controller = await core.emulated.create({
      flash,
      uuid: options.uuid ?? uuidOf(`emulated ${basename(image ?? '')}`),
      speed:
        options.speed === undefined ? 1 : readNumber('--speed', options.speed, { min: 0, max: MAX_SPEED }),
      instantFlash: options['instant-flash'],
      uart:
        options.uart === undefined
          ? 0
          : readNumber('--uart', options.uart, { min: 1, max: 6, integer: true }),
      overrides: [
        ...benchOverrides(flash, options),
        ...options.adc.map(readAdc),
        ...options.pin.map(readPin),
      ],
    });
    const tell = teller(context);
    try {
      const failed = new Promise<never>((_resolve, reject) => {
        controller.onEvent((event) => {
          tell(event);
          if (event.kind === 'failed') reject(new VescError('internal', { reason: event.reason }));
        });
      });
      const debugPort =
        options.gdb === undefined
          ? undefined
          : readNumber('--gdb', options.gdb, { min: 0, max: 65_535, integer: true });
      const gdb = debugPort === undefined ? undefined : await serveGdb(controller, debugPort);
      const served = serveUntilStopped(context, controller, options, {
        onServing: (owned) => {
          if (!gdb) return;
          owned.add(gdb);
          report.event('debugger', { port: gdb.port }, `GDB can attach: target remote :${gdb.port}`);
        },
      });
      await Promise.race([served, failed]);
    } finally {
      controller.dispose();
    }
    report.result({}, []);
    return ExitStatus.ok;
  },
});

/** `13=400`, or `i11=400`. */
function readAdc(text: string): Override {
  const match = /^(i?)(\d{1,2})=(\d{1,4})$/.exec(text);
  const place = Number(match?.[2]);
  const value = Number(match?.[3]);
  if (match === null || value > 4095 || place > (match[1] === '' ? 18 : 47)) {
    const problem = `--adc takes CHANNEL=VALUE with a value up to 4095, as 13=400 or i11=400, not "${text}".`;
    throw new VescError('usage', { problem, help: HELP });
  }
  return match[1] === ''
    ? { kind: 'channel', channel: place, value }
    : { kind: 'index', index: place, value };
}

/** `B12=0`. */
function readPin(text: string): Override {
  const match = /^([a-i])(\d{1,2})=([01])$/i.exec(text);
  const pin = Number(match?.[2]);
  if (match === null || pin > 15) {
    throw new VescError('usage', { problem: `--pin takes PIN=LEVEL, as B12=0, not "${text}".`, help: HELP });
  }
  const port = match[1]!.toUpperCase().charCodeAt(0) - 'A'.charCodeAt(0);
  return { kind: 'pin', port, pin, level: match[3] === '1' ? 1 : 0 };
}

/** Tells what happens; in text without the halts of a debugger, which tells of each itself. */
function teller({ report }: CommandContext): (event: EmulationEvent) => void {
  let isHalted = false;
  return (event) => {
    const wasHalted = isHalted;
    if (event.kind === 'state') isHalted = event.state === 'halted';
    if (report.json) report.event(event.kind, { ...event });
    else if (!isHalted && !(wasHalted && event.kind === 'state')) report.note(eventText(event));
  };
}
