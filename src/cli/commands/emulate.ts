import { basename, resolve } from 'node:path';
import { DisposableStore } from '../../base/disposable';
import { ExitStatus, VescError } from '../../base/errors';
import { readNamed } from '../../controllers/emulatedControllers';
import type { FlashPlace } from '../../controllers/flashPlace';
import { type CanBusAddress, formatCanBus, parseCanBus } from '../../emulator/can/busAddress';
import { type BusRole, SharedCanBus } from '../../emulator/can/sharedBus';
import type { EmulationEvent } from '../../emulator/emulatedController';
import { composeFlash } from '../../emulator/emulatedFlash';
import { serveGdb } from '../../emulator/gdbServer';
import { eventText } from '../../emulator/eventText';
import type { Override } from '../../emulator/messages';
import { warnAboutBootloader } from '../../image/bootloaderFile';
import { BOOTLOADER_ADDRESS, FLASH_ADDRESS } from '../../image/flashMap';
import { BENCH_OPTIONS, benchOverrides } from '../benchOptions';
import { type CommandContext, defineCommand } from '../command';
import { type OptionTable, readNumber } from '../options';
import { claimFlash, SERVING_OPTIONS, serveUntilStopped } from '../serving';

const HELP = 'vesc emulate --help';
const MAX_SPEED = 1000;

const OPTIONS = {
  ...SERVING_OPTIONS,
  bootloader: { type: 'string', value: 'FILE', help: 'the bootloader to put beside it: needed for updates' },
  speed: {
    type: 'string',
    value: 'F',
    help: 'how fast its time runs: 1 real (default), 2 twice as fast, up to\n1000; 0 as fast as this computer can',
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
    help: 'what the ADC reads on a channel (0-18), 0 to 4095; as i11=VALUE,\nat a place of its buffer; can be repeated',
  },
  pin: {
    type: 'string',
    multiple: true,
    value: 'PIN=LEVEL',
    help: 'hold a pin from outside, as B12=0; can be repeated',
  },
  ...BENCH_OPTIONS,
  motor: {
    type: 'string',
    value: 'MOTOR',
    help: 'the motor that it drives: small, outrunner or hub, or parameters\nin SI units, or both, as hub,load=2 or r=0.02,l=1e-5,kv=190\n(default: none)',
  },
  gdb: {
    type: 'string',
    value: 'PORT',
    help: 'let GDB attach at this TCP port of this computer; 0 picks one',
  },
  can: {
    type: 'string',
    value: 'BUS',
    help: 'the CAN bus that it is on: a TCP port (or host:port) that all its\ncontrollers name; the first to come opens it. Default: alone',
  },
  uuid: {
    type: 'string',
    value: 'HEX',
    help: 'its UUID, 24 hex digits; its CAN ID comes of it unless its\nsettings say otherwise. Default: the one that it had\nwith the file of --flash, else by the name of IMAGE, another for\neach on a bus',
  },
} as const satisfies OptionTable;

export const emulateCommand = defineCommand({
  name: 'emulate',
  summary: 'run a firmware image in an emulated controller',
  positionals: { usage: '[IMAGE]', max: 1 },
  options: OPTIONS,
  details: [
    'IMAGE is the .bin, .hex or .elf of a firmware build. It runs unmodified on an',
    'emulated STM32F405. What its analogue inputs read is chosen so that boards of the',
    'official firmware start without a fault; --supply and its like set them in volts and',
    'degrees, --adc in counts, and --motor connects a motor. With --flash FILE, the file of',
    'an earlier run takes the place of IMAGE and bootloader where they are not given.',
    '',
    'Behind --tcp is its USB device, or the UART while there is none; the connection',
    'outlives restarts. Behind --pty is USB, which goes with every restart. Ends with',
    'Ctrl+C. Within this program it is also to be had as --port emu:IMAGE.',
  ],
  examples: [
    'vesc emulate build/60/60.bin --bootloader generic.bin --tcp 0',
    'vesc emulate build/60/60.elf --supply 6      # FAULT_CODE_UNDER_VOLTAGE',
    'vesc emulate build/60/60.bin --motor small    # and: vesc terminal "foc_detect_apply_all 60"',
    'vesc emulate A.bin --can 5555 --tcp 65102   # and vesc emulate B.bin --can 5555 --tcp 0',
  ],
  async run(context, { positionals, options }) {
    const { core, report } = context;
    const [image] = positionals;
    const tell = teller(context);
    const owned = new DisposableStore();
    try {
      const place = await claimFlash(context, options, owned);
      const flash = await readFlash(context, place, image, options.bootloader);
      const bus = options.can === undefined ? undefined : owned.add(await openBus(context, options.can));
      const name = basename(image ?? options.flash ?? '');
      const controller = await core.emulated.create({
        flash,
        name,
        uuid: options.uuid,
        lastUuid: await place?.readUuid(),
        bus,
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
        motor: options.motor,
      });
      owned.add(controller);
      await place?.keepUuid(controller.can.uuid);
      const failed = new Promise<never>((_resolve, reject) => {
        controller.onEvent((event) => {
          if (event.kind !== 'failed') return tell(event);
          reject(new VescError('emulation-ended', { image: name, reason: event.reason }));
        });
      });
      // It may fail before anybody waits for that.
      failed.catch(() => {});
      const debugPort =
        options.gdb === undefined
          ? undefined
          : readNumber('--gdb', options.gdb, { min: 0, max: 65_535, integer: true });
      const gdb = debugPort === undefined ? undefined : owned.add(await serveGdb(controller, debugPort));
      await serveUntilStopped(context, controller, options, {
        isReachedOtherwise: bus !== undefined,
        failed,
        onServing: () => {
          if (bus) tellRole(context, bus.address, bus.role, controller.can.uuid);
          if (!gdb) return;
          report.event('debugger', { port: gdb.port }, `GDB can attach: target remote :${gdb.port}`);
        },
      });
    } finally {
      owned.dispose();
    }
    report.result({}, []);
    return ExitStatus.ok;
  },
});

/**
 * What the chip starts with: what is kept in `place`, and what is put into that.
 * @throws VescError `usage` where that is nothing, `file-unreadable`, `image-…`, `bootloader-…`
 */
async function readFlash(
  { folder, report }: CommandContext,
  place: FlashPlace | undefined,
  image: string | undefined,
  bootloaderFile: string | undefined,
): Promise<Uint8Array> {
  const kept = await place?.read();
  if (image === undefined && kept === undefined) {
    throw new VescError('usage', { problem: 'The image to be run is missing.', help: HELP });
  }
  const named = (path: string | undefined) =>
    path === undefined ? undefined : readNamed(resolve(folder, path));
  const bootloader = await named(bootloaderFile);
  const flash = composeFlash({ kept, app: await named(image), bootloader });
  if (bootloader) {
    for (const warning of warnAboutBootloader(
      flash.subarray(BOOTLOADER_ADDRESS - FLASH_ADDRESS),
      bootloader.name,
    )) {
      report.warn(warning);
    }
  }
  return flash;
}

/** @throws VescError `usage`, and those of the bus */
async function openBus(context: CommandContext, text: string): Promise<SharedCanBus> {
  const bus = await SharedCanBus.open(parseCanBus(text), context.host.clock);
  bus.onRole((role) => tellRole(context, bus.address, role));
  return bus;
}

const ROLES: Record<BusRole, string> = {
  opened: 'this process keeps it open',
  joined: 'another process keeps it open',
  lost: 'lost: this controller is alone on its bus. Start it again to join',
};

function tellRole({ report }: CommandContext, address: CanBusAddress, role: BusRole, uuid?: string): void {
  const bus = formatCanBus(address);
  const who = uuid === undefined ? '' : `; UUID ${uuid}`;
  report.event('canBus', { bus, role, uuid }, `CAN bus ${bus}: ${ROLES[role]}${who}`);
}

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
