import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { VescError } from '../base/errors';
import type { Link, LinkAddress } from '../links/link';
import { crc16 } from '../protocol/crc16';
import { SimulatedController, type SimulatedControllerOptions } from '../simulator/simulatedController';

type SimulatedAddress = Extract<LinkAddress, { kind: 'simulated' }>;

/**
 * The simulated controllers of this process, by name. The name says what it is: `sim:` a 60, `sim:60_MK6` another
 * hardware, `sim:60?version=6.06&speed=10&bootloader=none&can=2` anything else than the default.
 */
export class SimulatedControllers implements Disposable {
  private readonly running = new Map<string, SimulatedController>();

  constructor(private readonly clock: Clock) {}

  /** The names of those that run. */
  get names(): string[] {
    return [...this.running.keys()];
  }

  /** Starts the controller that `name` describes, unless it runs already. */
  start(name: string): SimulatedController {
    let controller = this.running.get(name);
    if (!controller) {
      controller = new SimulatedController(parseSimulatedName(name), this.clock);
      this.running.set(name, controller);
    }
    return controller;
  }

  /** Plugs into a simulated controller; it starts when it is first asked for. */
  connect(address: SimulatedAddress): Link {
    return this.start(address.name).connect(address);
  }

  dispose(): void {
    for (const controller of this.running.values()) controller.dispose();
    this.running.clear();
  }
}

const KEYS = ['version', 'speed', 'bootloader', 'can', 'fault'] as const;

/**
 * Reads what comes behind `sim:`.
 * @throws VescError `usage` for a key or value that means nothing
 */
export function parseSimulatedName(name: string): SimulatedControllerOptions {
  const [hardware = '', query = ''] = name.split('?', 2);
  const parameters = new URLSearchParams(query);
  for (const key of parameters.keys()) {
    if (!(KEYS as readonly string[]).includes(key)) {
      throw new VescError('usage', { problem: `sim: knows ${KEYS.join(', ')}, but not "${key}".` });
    }
  }
  const [version, speed, bootloader, can] = KEYS.map((key) => parameters.get(key) ?? undefined);
  const faults = parameters.getAll('fault');
  const uuid = uuidOf([hardware, version, bootloader, can, ...faults].join('?'));
  return {
    hardware: hardware === '' ? '60' : hardware,
    uuid,
    ...(version === undefined ? {} : { version: parseVersion(version) }),
    ...(speed === undefined ? {} : { speedFactor: parseNumber('speed', speed) }),
    ...(bootloader === undefined ? {} : { bootloader: parseBootloader(bootloader) }),
    ...(can === undefined ? {} : { canNodes: parseNumber('can', can) }),
    faults,
  };
}

/**
 * What a controller is makes its UUID: what was learnt of one, as that it has a bootloader, must not be taken for
 * known of another.
 */
export function uuidOf(description: string): string {
  const chip = crc16(new TextEncoder().encode(description));
  return `3a004100${chip.toString(16).padStart(4, '0')}563039373220`;
}

/** `6.06` or `7.01`; the minor has two digits (facts 11, trap 11). */
export function parseVersion(text: string): { major: number; minor: number; test: number } {
  const match = /^(\d+)\.(\d\d)$/.exec(text);
  if (!match) throw new VescError('usage', { problem: `"${text}" is not a version such as 6.06.` });
  return { major: Number(match[1]), minor: Number(match[2]), test: 0 };
}

/** What `--bootloader` takes. */
export function parseBootloader(text: string): 'current' | 'old' | 'none' {
  if (text === 'current' || text === 'old' || text === 'none') return text;
  throw new VescError('usage', { problem: `A bootloader is current, old or none, not "${text}".` });
}

/** A number from 0 up. */
function parseNumber(what: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new VescError('usage', { problem: `${what} takes a number, not "${text}".` });
  }
  return value;
}
