import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type Clock, sleep } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/emitter';
import { VescError } from '../base/errors';
import { CanBus, type JoinableBus } from '../emulator/can/bus';
import { EmulatedController, type EmulationEvent } from '../emulator/emulatedController';
import { composeFlash, type NamedBytes, uniqueIdBytes } from '../emulator/emulatedFlash';
import type { EmulationChannel, EmulationStart, Override } from '../emulator/messages';
import { readMotor } from '../emulator/motor';
import { workerChannel } from '../emulator/workerChannel';
import type { Link, LinkAddress } from '../links/link';
import { chooseUuid } from './emulatedIdentity';

type EmulatedAddress = Extract<LinkAddress, { kind: 'emulated' }>;

/** What an emulated controller is made of. */
export interface EmulationOptions {
  /** The whole flash: see composeFlash. */
  readonly flash: Uint8Array;
  /** What its UUID is made from, unless that is given. */
  readonly name: string;
  /** 24 hex digits. */
  readonly uuid?: string | undefined;
  /** The CAN bus that it is on; else that of all emulated controllers of this process. */
  readonly bus?: JoinableBus | undefined;
  readonly speed?: number;
  readonly instantFlash?: boolean;
  readonly uart?: number;
  readonly overrides?: readonly Override[];
  /** What motor it has: see readMotor. */
  readonly motor?: string | undefined;
}

/** How long a host that plugs in later waits for USB to be back: through a bootloader it takes 20 s (emulation facts 9). */
const RETURN_MS = 20_000;
const POLL_MS = 50;
const KEYS = ['bootloader', 'speed', 'uuid', 'uart', 'motor'] as const;

/**
 * The emulated controllers of this process, by name. The name says what runs: `emu:build/60/60.bin`, and how:
 * `emu:60.bin?bootloader=generic.bin&speed=1`.
 */
export class EmulatedControllers implements Disposable {
  private readonly running = new Map<string, Promise<EmulatedController>>();
  private readonly events = new Emitter<{ readonly name: string; readonly event: EmulationEvent }>();
  private readonly bus: CanBus;
  private module: Promise<WebAssembly.Module> | undefined;
  private disposed = false;

  /**
   * @param directory where emulator.wasm and emulatorWorker.js are
   * @param open starts an emulation; replaced in tests
   */
  constructor(
    private readonly clock: Clock,
    private readonly directory: string,
    private readonly open: (file: string, start: EmulationStart) => EmulationChannel = workerChannel,
  ) {
    this.bus = new CanBus(clock);
  }

  /** The names of those that run. */
  get names(): string[] {
    return [...this.running.keys()];
  }

  /** What happens in any of them. */
  get onEvent(): Event<{ readonly name: string; readonly event: EmulationEvent }> {
    return this.events.event;
  }

  /** The one of that name, if it runs. */
  get(name: string): Promise<EmulatedController> | undefined {
    return this.running.get(name);
  }

  /**
   * Plugs into an emulated controller; it is started when it is first asked for, and its firmware is waited for.
   * @throws VescError `file-unreadable`, `image-…`, `bootloader-…`, `usage`, `emulation-stuck`, `emulation-ended`
   */
  async connect(address: EmulatedAddress, signal?: AbortSignal): Promise<Link> {
    const controller = await this.start(address.name);
    const image = basename(parseEmulatedName(address.name).image);
    const deadline_ms = this.clock.now() + RETURN_MS;
    // A first start takes as long as it takes: on a busy computer that may be a while.
    while (!controller.isEnumerated && (controller.isStarting || this.clock.now() < deadline_ms)) {
      const { trouble, ended } = controller;
      if (ended !== undefined) throw new VescError('emulation-ended', { image, reason: ended });
      if (trouble !== undefined) throw new VescError('emulation-stuck', { image, reason: trouble });
      await sleep(this.clock, POLL_MS, signal);
    }
    return controller.connect(address);
  }

  /** Starts the controller that `name` describes, unless it runs already. */
  start(name: string): Promise<EmulatedController> {
    const known = this.running.get(name);
    if (known) return known;
    const starting = this.startNew(name);
    this.running.set(name, starting);
    const forget = (): void => {
      // Another may have been started under that name since.
      if (this.running.get(name) === starting) this.running.delete(name);
    };
    starting.then(
      (controller) =>
        controller.onEvent((event) => {
          if (event.kind === 'failed') forget();
          this.events.fire({ name, event });
        }),
      forget,
    );
    return starting;
  }

  /**
   * Starts one that nobody finds by a name; it belongs to the caller.
   * @throws VescError `usage` for a UUID that is none, or that another on its CAN bus has
   */
  async create(options: EmulationOptions): Promise<EmulatedController> {
    // One that could not be read is tried again.
    this.module ??= this.compile().catch((error: unknown) => {
      this.module = undefined;
      throw error;
    });
    const module = await this.module;
    const motor = readMotor(options.motor ?? 'none', options.flash);
    const bus = options.bus ?? this.bus;
    const uuid = await bus.claim((taken) => chooseUuid(options, taken));
    const start: EmulationStart = {
      module,
      flash: options.flash,
      uniqueId: uniqueIdBytes(uuid),
      speed: options.speed ?? 1,
      instantFlash: options.instantFlash ?? false,
      uart: options.uart ?? 0,
      overrides: options.overrides ?? [],
      motor,
    };
    const channel = this.open(join(this.directory, 'emulatorWorker.js'), start);
    const controller = new EmulatedController(channel, options.flash, this.clock, uuid);
    bus.join(controller.can);
    return controller;
  }

  /**
   * Puts the image of `name` as it is now into the controller that runs it, and starts it over: settings and bootloader
   * stay. False when it does not run.
   * @throws VescError `file-unreadable`, `image-…`
   */
  async swap(name: string): Promise<boolean> {
    const controller = await this.running.get(name);
    if (!controller) return false;
    const app = await readNamed(parseEmulatedName(name).image);
    // What its program has just stored, as settings are, stays.
    await controller.flash.settle();
    if (controller.ended !== undefined) return false;
    controller.program(0, composeFlash({ kept: controller.flash.content, app }));
    return true;
  }

  /** Stops the one of that name, also while it is starting. */
  async stop(name: string): Promise<void> {
    const starting = this.running.get(name);
    this.running.delete(name);
    // Whoever starts it learns why it does not start.
    (await starting?.catch(() => undefined))?.dispose();
  }

  dispose(): void {
    this.disposed = true;
    for (const starting of this.running.values()) {
      void starting.then(
        (controller) => controller.dispose(),
        () => {},
      );
    }
    this.running.clear();
    this.bus.dispose();
  }

  private async startNew(name: string): Promise<EmulatedController> {
    const { image, bootloader, ...options } = parseEmulatedName(name);
    const flash = composeFlash({
      app: await readNamed(image),
      bootloader: bootloader === undefined ? undefined : await readNamed(bootloader),
    });
    const controller = await this.create({ flash, name: image, ...options });
    if (this.disposed) controller.dispose();
    return controller;
  }

  private async compile(): Promise<WebAssembly.Module> {
    const path = join(this.directory, 'emulator.wasm');
    const { bytes } = await readNamed(path);
    return WebAssembly.compile(bytes);
  }
}

/**
 * A file by its content and its name.
 * @throws VescError `file-unreadable`
 */
export async function readNamed(path: string): Promise<NamedBytes> {
  try {
    return { bytes: await readFile(path), name: basename(path) };
  } catch (error) {
    throw new VescError('file-unreadable', { path, reason: (error as Error).message }, { cause: error });
  }
}

/** What stands behind `emu:`. */
interface EmulatedName extends Omit<EmulationOptions, 'flash' | 'name' | 'bus'> {
  readonly image: string;
  readonly bootloader?: string;
}

/**
 * Reads what comes behind `emu:`; paths are made absolute.
 * @throws VescError `usage` for a key or value that means nothing
 */
export function parseEmulatedName(name: string): EmulatedName {
  const [image = '', ...rest] = name.split('?');
  // A plus means itself: paths have it.
  const parameters = new URLSearchParams(rest.join('?').replaceAll('+', '%2B'));
  for (const key of parameters.keys()) {
    if (parameters.getAll(key).length > 1) {
      throw new VescError('usage', { problem: `emu: takes ${key} once.` });
    }
    if (!(KEYS as readonly string[]).includes(key)) {
      throw new VescError('usage', { problem: `emu: knows ${KEYS.join(', ')}, but not "${key}".` });
    }
  }
  const [bootloader, speed, uuid, uart, motor] = KEYS.map((key) => parameters.get(key) ?? undefined);
  return {
    image: resolve(image),
    ...(uuid === undefined ? {} : { uuid }),
    ...(bootloader === undefined ? {} : { bootloader: resolve(bootloader) }),
    ...(speed === undefined ? {} : { speed: readNumber('speed', speed, 1000) }),
    ...(uart === undefined ? {} : { uart: readUart(uart) }),
    ...(motor === undefined ? {} : { motor }),
  };
}

function readNumber(what: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= most) return value;
  throw new VescError('usage', { problem: `${what} takes a number from 0 to ${most}, not "${text}".` });
}

function readUart(text: string): number {
  const value = readNumber('uart', text, 6);
  if (Number.isInteger(value)) return value;
  throw new VescError('usage', { problem: `uart takes a whole number from 0 to 6, not "${text}".` });
}
