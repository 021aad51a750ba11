import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Clock, sleep } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter, type Event } from '../base/emitter';
import { VescError } from '../base/errors';
import { fileUnreadable } from '../base/fileErrors';
import { Lazy } from '../base/lazy';
import type { BoardInputs } from '../emulator/boardInputs';
import type { EmulatedController, EmulationEvent } from '../emulator/emulatedController';
import type { CanBus, JoinableBus } from '../emulator/can/bus';
import type { NamedBytes } from '../emulator/emulatedFlash';
import type { EmulationChannel, EmulationStart, Override } from '../emulator/messages';
import { uniqueIdBytes } from '../emulator/uniqueId';
import { workerChannel } from '../emulator/workerChannel';
import type { Link, LinkAddress } from '../links/link';
import type { EmulatedRun, EmulatedStatus } from './emulatedRun';
import { chooseUuid, type IdentityOptions } from './emulatedIdentity';
import { parseEmulatedName } from './emulatedName';
import type { FlashPlace } from './flashPlace';

type EmulatedAddress = Extract<LinkAddress, { kind: 'emulated' }>;

/** What an emulated controller is made of. */
export interface EmulationOptions extends IdentityOptions {
  /** The whole flash: see composeFlash. */
  readonly flash: Uint8Array;
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

/** What emulated controllers find around them. */
export interface EmulatedSurroundings {
  /** What is connected to the inputs of a board, by its hardware name; default: the table of official boards. */
  readonly inputsOf?: (hardware: string) => Promise<BoardInputs | undefined>;
  /** The folder in which the flash of those with a name is kept, one file a board; nothing is kept without. */
  readonly flashFolder?: string;
}

/**
 * The emulated controllers of this process, by name. The name says what runs: `emu:build/60/60.bin`, and how:
 * `emu:60.bin?bootloader=generic.bin&speed=1`.
 */
export class EmulatedControllers implements Disposable {
  private readonly running = new Map<string, Promise<EmulatedRun>>();
  private readonly runs = new Map<string, EmulatedRun>();
  private readonly events = new Emitter<{ readonly name: string; readonly event: EmulationEvent }>();
  private readonly changes = new Emitter<void>();
  private readonly unwritable = new Emitter<VescError>();
  private readonly bus: Lazy<CanBus>;
  private readonly module = new Lazy(() => this.compile());
  /** Resolves when those that were stopped are gone. */
  private leaving: Promise<unknown> = Promise.resolve();
  private disposed = false;

  /**
   * @param directory where emulator.wasm and emulatorWorker.js are
   * @param open starts an emulation; replaced in tests
   */
  constructor(
    private readonly clock: Clock,
    private readonly directory: string,
    private readonly open: (file: string, start: EmulationStart) => EmulationChannel = workerChannel,
    private readonly surroundings: EmulatedSurroundings = {},
  ) {
    this.bus = new Lazy(async () => {
      const { CanBus } = await import('../emulator/can/bus');
      return new CanBus(clock);
    });
  }

  /** The names of those that run. */
  get names(): string[] {
    return [...this.running.keys()];
  }

  /** What happens in any of them. */
  get onEvent(): Event<{ readonly name: string; readonly event: EmulationEvent }> {
    return this.events.event;
  }

  /** Fires when one comes, goes, or is in another state than before. */
  get onChange(): Event<void> {
    return this.changes.event;
  }

  /** A flash could not be kept. */
  get onUnwritable(): Event<VescError> {
    return this.unwritable.event;
  }

  /** The one of that name, as soon as it runs. */
  find(name: string): EmulatedRun | undefined {
    return this.runs.get(name);
  }

  /** The one at `address`, as soon as it runs. */
  runAt(address: LinkAddress): EmulatedRun | undefined {
    return address.kind === 'emulated' ? this.runs.get(address.name) : undefined;
  }

  /** How the one at `address` is; undefined when there is none. */
  statusOf(address: LinkAddress): EmulatedStatus | undefined {
    return this.runAt(address)?.status;
  }

  /**
   * Plugs into an emulated controller; it is started when it is first asked for, and its firmware is waited for.
   * @throws VescError `file-unreadable`, `image-…`, `bootloader-…`, `usage`, `flash-in-use`, `emulation-stuck`,
   *   `emulation-ended`
   */
  async connect(address: EmulatedAddress, signal?: AbortSignal): Promise<Link> {
    const { controller } = await this.start(address.name);
    const image = basename(parseEmulatedName(address.name).image);
    const deadline_ms = this.clock.now() + RETURN_MS;
    // A first start takes as long as it takes: on a busy computer that may be a while.
    const isExpected = (): boolean =>
      controller.isPlugged && (controller.isStarting || this.clock.now() < deadline_ms);
    while (!controller.isEnumerated && isExpected()) {
      const { trouble, ended } = controller;
      if (ended !== undefined) throw new VescError('emulation-ended', { image, reason: ended });
      if (trouble !== undefined) throw new VescError('emulation-stuck', { image, reason: trouble });
      await sleep(this.clock, POLL_MS, signal);
    }
    return controller.connect(address);
  }

  /** Starts the controller that `name` describes, unless it runs already. */
  start(name: string): Promise<EmulatedRun> {
    const known = this.running.get(name);
    if (known) return known;
    const starting = this.startNew(name);
    this.running.set(name, starting);
    starting.then(
      (run) => this.adopt(name, starting, run),
      () => this.forget(name, starting),
    );
    return starting;
  }

  /**
   * Starts one that nobody finds by a name; it belongs to the caller.
   * @throws VescError `usage` for a UUID that is none, or that another on its CAN bus has
   */
  async create(options: EmulationOptions): Promise<EmulatedController> {
    const [{ EmulatedController }, { readMotor }, module] = await Promise.all([
      import('../emulator/emulatedController'),
      import('../emulator/motor'),
      this.module.get(),
    ]);
    const motor = readMotor(options.motor ?? 'none', options.flash);
    const bus = options.bus ?? (await this.bus.get());
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
   * Puts an image into the controller of that name, without its bootloader's help, and starts it over: settings and
   * bootloader stay. False when it does not run.
   * @param image default: the file in its name, as it is now
   * @throws VescError `file-unreadable`, `image-…`
   */
  async swap(name: string, image = parseEmulatedName(name).image): Promise<boolean> {
    const run = await this.running.get(name);
    if (!run) return false;
    const { composeFlash } = await import('../emulator/emulatedFlash');
    const app = await readNamed(image);
    run.bench.damageFlash(false);
    await run.controller.flash.settle();
    if (run.controller.ended !== undefined) return false;
    run.program(composeFlash({ kept: run.controller.flash.content, app }), image);
    this.changes.fire();
    return true;
  }

  /**
   * Starts the controller of that name over with an erased flash but for the image and the bootloader of its name: it
   * has forgotten its settings.
   * @throws VescError `file-unreadable`, `image-…`, `bootloader-…`
   */
  async startErased(name: string): Promise<void> {
    const run = await this.running.get(name);
    if (!run) return;
    const { bootloader } = parseEmulatedName(name);
    run.program(await readParts({ image: run.image, bootloader }), run.image);
    this.changes.fire();
  }

  /** Stops the one of that name, also while it is starting. */
  async stop(name: string): Promise<void> {
    const starting = this.running.get(name);
    this.running.delete(name);
    this.runs.delete(name);
    this.changes.fire();
    // Whoever starts it learns why it does not start.
    const stopped = starting?.then(
      (run) => run.stop(),
      () => undefined,
    );
    this.leaving = Promise.allSettled([this.leaving, stopped]);
    await stopped;
  }

  /** Stops all of them; resolves when their flash is kept. */
  async stopAll(): Promise<void> {
    await Promise.all([...this.running.keys()].map((name) => this.stop(name)));
  }

  dispose(): void {
    this.disposed = true;
    for (const starting of this.running.values()) {
      void starting.then(
        (run) => run.dispose(),
        () => {},
      );
    }
    this.running.clear();
    this.runs.clear();
    this.bus.made?.dispose();
    for (const emitter of [this.events, this.changes, this.unwritable]) emitter.dispose();
  }

  private async startNew(name: string): Promise<EmulatedRun> {
    const { image, bootloader, ...options } = parseEmulatedName(name);
    // Nobody who emulates nothing has to read these.
    const [{ EmulatedRun }, { normalOverrides }, { readImage }, { readIdentity }] = await Promise.all([
      import('./emulatedRun'),
      import('../emulator/quantities'),
      import('../image/imageFile'),
      import('../image/imageIdentity'),
    ]);
    const app = await readNamed(image);
    const { hardware } = readIdentity(readImage(app.bytes, app.name).bytes);
    const inputs = hardware === undefined ? undefined : await this.inputsOf(hardware);
    const place = await this.claimFlash(hardware ?? basename(image));
    try {
      // A file that is not a flash is none that could be gone on with.
      const kept = await place?.read().catch(() => undefined);
      const flash = await readParts({ image, bootloader, kept });
      const overrides = inputs ? normalOverrides(inputs) : [];
      const lastUuid = await place?.readUuid();
      const controller = await this.create({ flash, name: image, lastUuid, ...options, overrides });
      // It runs as well without being remembered.
      await place?.keepUuid(controller.can.uuid).catch((error: VescError) => this.unwritable.fire(error));
      return new EmulatedRun({
        controller,
        image,
        inputs,
        place,
        clock: this.clock,
        onUnwritable: (error) => this.unwritable.fire(error),
      });
    } catch (error) {
      place?.dispose();
      throw error;
    }
  }

  /** Makes one known that has just started. */
  private adopt(name: string, starting: Promise<EmulatedRun>, run: EmulatedRun): void {
    if (this.disposed) return run.dispose();
    // Stopped while it was starting: that goes on to end it.
    if (this.running.get(name) !== starting) return;
    this.runs.set(name, run);
    run.controller.onEvent((event) => {
      if (event.kind === 'failed') {
        this.forget(name, starting);
        run.dispose();
      }
      this.events.fire({ name, event });
      this.changes.fire();
    });
    run.bench.onChange(() => this.changes.fire());
    this.changes.fire();
  }

  /** Another may have been started under that name since: that one stays. */
  private forget(name: string, starting: Promise<EmulatedRun>): void {
    if (this.running.get(name) !== starting) return;
    this.running.delete(name);
    this.runs.delete(name);
  }

  private async inputsOf(hardware: string): Promise<BoardInputs | undefined> {
    const inputs = await this.surroundings.inputsOf?.(hardware);
    return inputs ?? (await import('../emulator/boardInputTable')).knownInputs(hardware);
  }

  /**
   * One file has one owner: a second controller of a board keeps nothing.
   * @throws VescError `flash-in-use` when the owner is in another process
   */
  private async claimFlash(board: string): Promise<FlashPlace | undefined> {
    const { flashFolder } = this.surroundings;
    if (flashFolder === undefined) return undefined;
    const [{ FlashPlace }, { makeFolder }] = await Promise.all([
      import('./flashPlace'),
      import('../settings/folder'),
    ]);
    await makeFolder(flashFolder);
    // What one of that board that was just stopped has stored is on its way there.
    await this.leaving;
    const file = join(flashFolder, `${board.replace(/[^\w.-]/g, '_')}.flash`);
    return FlashPlace.isHeldHere(file) ? undefined : FlashPlace.claim(file, this.clock);
  }

  private async compile(): Promise<WebAssembly.Module> {
    const { bytes } = await readNamed(join(this.directory, 'emulator.wasm'));
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
    throw fileUnreadable(path, error);
  }
}

async function readParts(parts: {
  readonly image: string;
  readonly bootloader: string | undefined;
  readonly kept?: Uint8Array | undefined;
}): Promise<Uint8Array> {
  const { image, bootloader, kept } = parts;
  const { composeFlash } = await import('../emulator/emulatedFlash');
  return composeFlash({
    kept,
    app: await readNamed(image),
    bootloader: bootloader === undefined ? undefined : await readNamed(bootloader),
  });
}
