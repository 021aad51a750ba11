import { DisposableStore } from '../../base/disposable';
import { ExitStatus, VescError } from '../../base/errors';
import { parseBootloader, parseVersion } from '../../controllers/simulatedControllers';
import { faultByName, faultCatalogue } from '../../protocol/faults';
import { parseCrash } from '../../simulator/crashMemory';
import {
  type Phase,
  SimulatedController,
  type SimulatedControllerOptions,
} from '../../simulator/simulatedController';
import { checkSwdName, farSwdPins, serveSwd } from '../../simulator/swdWire';
import { type CommandContext, defineCommand } from '../command';
import { readNumber } from '../options';
import { claimFlash, SERVING_OPTIONS, serveUntilStopped } from '../serving';
import { closest } from '../suggestion';

const HELP = 'vesc simulate --help';
const PREFIX = 'FAULT_CODE_';
const MAX_NODES = 50;
const MAX_SPEED = 1000;
const TYPES = ['vesc', 'bms', 'custom-module'] as const;

export const simulateCommand = defineCommand({
  name: 'simulate',
  summary: 'be a controller, for trying things out without hardware',
  options: {
    ...SERVING_OPTIONS,
    hardware: { type: 'string', value: 'NAME', help: 'hardware name (default 60)' },
    version: { type: 'string', value: 'M.mm', help: 'firmware version (default 7.01)' },
    bootloader: { type: 'string', value: 'KIND', help: 'current, old (cannot decompress) or none' },
    can: { type: 'string', value: 'N', help: `so many other controllers on its CAN bus, up to ${MAX_NODES}` },
    fault: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'a fault that has happened, as OVER_VOLTAGE; can be repeated',
    },
    crash: {
      type: 'string',
      value: 'CRASH',
      help: 'it crashed before: registers, as pc=0x0800c123,lr=0x0800d001,\nor halt:REASON; "vesc crash" shows it',
    },
    speed: {
      type: 'string',
      value: 'F',
      help: 'how fast its time runs: 1 real, 10 ten times faster, up to 1000;\n0 no waiting',
    },
    uuid: { type: 'string', value: 'HEX', help: 'its UUID, 24 hex digits' },
    type: { type: 'string', value: 'TYPE', help: `what it is: ${TYPES.join(', ')}` },
    dual: { type: 'boolean', help: 'it drives two motors' },
    swd: { type: 'string', value: 'NAME', help: 'name its SWD pins, for a programmer to be wired to' },
    'swd-to': {
      type: 'string',
      value: 'NAME',
      help: 'wire its built-in programmer to the pins of that name',
    },
    brick: {
      type: 'boolean',
      help: "begin without firmware that starts, as after a power cut in the\nmiddle of the bootloader's copy",
    },
  },
  details: [
    'Behaves like the firmware and its bootloader, with their timing, and takes any',
    'real firmware image. Ends with Ctrl+C.',
    '',
    'Within this program it is also to be had as --port sim:HARDWARE?KEY=VALUE&KEY=VALUE,',
    'for example sim:60_MK6?version=6.06&can=2. HARDWARE may be left out; KEY is version,',
    'speed, bootloader, can, crash, fault, swd, swd-to or brick (brick=1), as the options.',
  ],
  examples: [
    'vesc simulate --tcp 0 --speed 10',
    'vesc simulate --pty /tmp/ttyVESC --hardware 60_MK6 --fault OVER_VOLTAGE',
    'vesc simulate --tcp 0 --brick --swd dead',
    'vesc simulate --tcp 0 --swd-to dead',
  ],
  async run(context, { options }) {
    const { core, report } = context;
    for (const name of [options.swd, options['swd-to']]) if (name !== undefined) checkSwdName(name);
    const held = new DisposableStore();
    try {
      const flash = await (await claimFlash(context, options, held))?.read();
      const controller = held.add(
        new SimulatedController({ ...readOptions(options), ...(flash && { flash }) }, core.clock),
      );
      await serveUntilStopped(context, controller, options, {
        serveToo: async (owned) => {
          const { swd, 'swd-to': farName } = options;
          if (swd !== undefined) owned.add(await serveSwd(swd, controller.swd));
          if (farName !== undefined) controller.wireSwdTo(owned.add(farSwdPins(farName)));
          return swd === undefined ? {} : { swd };
        },
        onServing: (owned) => owned.add(controller.onPhase((phase) => tellPhase(context, phase))),
      });
    } finally {
      held.dispose();
    }
    report.result({}, []);
    return ExitStatus.ok;
  },
});

interface SimulatorValues {
  readonly hardware: string | undefined;
  readonly version: string | undefined;
  readonly bootloader: string | undefined;
  readonly can: string | undefined;
  readonly fault: readonly string[];
  readonly crash: string | undefined;
  readonly speed: string | undefined;
  readonly uuid: string | undefined;
  readonly type: string | undefined;
  readonly dual: boolean;
  readonly brick: boolean;
}

function readOptions(values: SimulatorValues): SimulatedControllerOptions {
  const { hardware, version, bootloader, can, fault, crash, speed, uuid, type, dual, brick } = values;
  return {
    ...(hardware === undefined ? {} : { hardware }),
    ...(version === undefined ? {} : { version: parseVersion(version) }),
    ...(bootloader === undefined ? {} : { bootloader: parseBootloader(bootloader) }),
    ...(can === undefined
      ? {}
      : { canNodes: readNumber('--can', can, { min: 0, max: MAX_NODES, integer: true }) }),
    ...(speed === undefined ? {} : { speedFactor: readNumber('--speed', speed, { min: 0, max: MAX_SPEED }) }),
    ...(uuid === undefined ? {} : { uuid: readUuid(uuid) }),
    ...(type === undefined ? {} : { hardwareType: readType(type) }),
    ...(crash === undefined ? {} : { crash: parseCrash(crash) }),
    faults: fault.map(readFault),
    dualMotor: dual,
    bricked: brick,
  };
}

function readUuid(text: string): string {
  if (/^[0-9a-f]{24}$/i.test(text)) return text.toLowerCase();
  throw new VescError('usage', { problem: `A UUID has 24 hex digits, not "${text}".`, help: HELP });
}

function readType(text: string): (typeof TYPES)[number] {
  const type = TYPES.find((known) => known === text);
  if (type) return type;
  throw new VescError('usage', { problem: `--type is ${TYPES.join(', ')}, not "${text}".`, help: HELP });
}

/** The full name of the fault. */
function readFault(text: string): string {
  const name = text.toUpperCase().startsWith(PREFIX) ? text.toUpperCase() : PREFIX + text.toUpperCase();
  if (faultByName(name)) return name;
  const similar = closest(
    name.toLowerCase(),
    faultCatalogue.map((fault) => fault.name.toLowerCase()),
  );
  throw new VescError('usage', {
    problem: `There is no fault ${text}.`,
    ...(similar === undefined ? {} : { didYouMean: similar.toUpperCase().slice(PREFIX.length) }),
    help: HELP,
  });
}

const PHASES: Record<Phase, string> = {
  off: 'The power is off.',
  starting: 'The controller starts.',
  running: 'The firmware runs.',
  bootloader: 'The bootloader is at work.',
  'locked-up': 'There is no bootloader: locked up until the watchdog bites.',
  broken: 'The firmware does not start: only a programmer helps now.',
};

function tellPhase({ report }: CommandContext, phase: Phase): void {
  if (report.json) report.event('phase', { phase });
  else report.note(PHASES[phase]);
}
