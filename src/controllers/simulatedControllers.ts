import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { VescError } from '../base/errors';
import type { Link, LinkAddress } from '../links/link';
import { parseCrash } from '../simulator/crashMemory';
import { SimulatedController, type SimulatedControllerOptions } from '../simulator/simulatedController';
import type { SwdPins } from '../simulator/swdPins';
import { uuidOf } from './chipUuid';

type SimulatedAddress = Extract<LinkAddress, { kind: 'simulated' }>;

/**
 * The simulated controllers of this process, by name. The name says what it is: `sim:` a 60, `sim:60_MK6` another
 * hardware, `sim:60?version=6.06&speed=10&bootloader=none&can=2` anything else than the default. Two can be wired:
 * `sim:60?brick=1&swd=dead` has no firmware, and `sim:60?swd-to=dead` is a programmer at its SWD pins.
 */
export class SimulatedControllers implements Disposable {
  private readonly running = new Map<string, SimulatedController>();
  /** The SWD pins that have a name, and the programmers that wait for one. */
  private readonly pins = new Map<string, SwdPins>();
  private readonly unwired = new Map<string, SimulatedController[]>();

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
      this.wire(name, controller);
    }
    return controller;
  }

  /** Names its SWD pins, and wires its programmer to pins of this process, whichever of the two starts first. */
  private wire(name: string, controller: SimulatedController): void {
    const parameters = new URLSearchParams(name.split('?', 2)[1]);
    const [own, other] = [parameters.get('swd'), parameters.get('swd-to')];
    if (own !== null) {
      this.pins.set(own, controller.swd);
      for (const waiting of this.unwired.get(own) ?? []) waiting.wireSwdTo(controller.swd);
      this.unwired.delete(own);
    }
    if (other === null) return;
    const pins = this.pins.get(other);
    controller.wireSwdTo(pins);
    if (!pins) this.unwired.set(other, [...(this.unwired.get(other) ?? []), controller]);
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

/** It tells all that can be said of a simulated controller. */
const HELP = 'vesc simulate --help';
const KEYS = ['version', 'speed', 'bootloader', 'can', 'crash', 'fault', 'swd', 'swd-to', 'brick'] as const;

/**
 * Reads what comes behind `sim:`.
 * @throws VescError `usage` for a key or value that means nothing
 */
export function parseSimulatedName(name: string): SimulatedControllerOptions {
  const [hardware = '', query = ''] = name.split('?', 2);
  const parameters = new URLSearchParams(query);
  for (const key of parameters.keys()) {
    if (!(KEYS as readonly string[]).includes(key)) {
      throw new VescError('usage', {
        problem: `sim: knows ${KEYS.join(', ')}, but not "${key}".`,
        help: HELP,
      });
    }
  }
  const [version, speed, bootloader, can, crash] = KEYS.map((key) => parameters.get(key) ?? undefined);
  const faults = parameters.getAll('fault');
  const wires = KEYS.slice(-3).flatMap((key) => parameters.get(key) ?? []);
  const crashed = crash === undefined ? [] : [crash];
  const uuid = uuidOf([hardware, version, bootloader, can, ...crashed, ...faults, ...wires].join('?'));
  return {
    hardware: hardware === '' ? '60' : hardware,
    uuid,
    ...(version === undefined ? {} : { version: parseVersion(version) }),
    ...(speed === undefined ? {} : { speedFactor: parseNumber('speed', speed) }),
    ...(bootloader === undefined ? {} : { bootloader: parseBootloader(bootloader) }),
    ...(can === undefined ? {} : { canNodes: parseNumber('can', can) }),
    ...(crash === undefined ? {} : { crash: parseCrash(crash) }),
    ...(parameters.has('brick') ? { bricked: true } : {}),
    faults,
  };
}

/** `6.06` or `7.01`; the minor has two digits (facts 11, trap 11). */
export function parseVersion(text: string): { major: number; minor: number; test: number } {
  const match = /^(\d+)\.(\d\d)$/.exec(text);
  if (!match)
    throw new VescError('usage', { problem: `"${text}" is not a version such as 6.06.`, help: HELP });
  return { major: Number(match[1]), minor: Number(match[2]), test: 0 };
}

/** What `--bootloader` takes. */
export function parseBootloader(text: string): 'current' | 'old' | 'none' {
  if (text === 'current' || text === 'old' || text === 'none') return text;
  throw new VescError('usage', {
    problem: `A bootloader is current, old or none, not "${text}".`,
    help: HELP,
  });
}

/** A number from 0 up. */
function parseNumber(what: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new VescError('usage', { problem: `${what} takes a number, not "${text}".`, help: HELP });
  }
  return value;
}
