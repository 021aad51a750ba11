import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { DisposableStore } from '../base/disposable';
import type { VescError } from '../base/errors';
import type { EmulatedController, EmulationEvent } from '../emulator/emulatedController';
import { type GdbServer, serveGdb } from '../emulator/gdbServer';
import type { CoreFault, ResetCause } from '../emulator/emulatorCore';
import type { EmulationState } from '../emulator/messages';
import { TestBench } from '../emulator/testBench';
import type { BoardInputs } from '../emulator/boardInputs';
import { findBuildId } from '../image/buildStamp';
import { IMAGE_LENGTH } from '../image/flashMap';
import { FlashFile } from '../simulator/flashFile';
import type { FlashPlace } from './flashPlace';

/** How an emulated controller is. */
export interface EmulatedStatus {
  readonly state: EmulationState;
  /** False while its USB cable is pulled. */
  readonly plugged: boolean;
  /** The last exception of its program since it was powered on. */
  readonly fault?: CoreFault;
  /** Why it started last, where that was not the power. */
  readonly restart?: ResetCause;
}

export interface RunParts {
  readonly controller: EmulatedController;
  /** What runs: an image file. */
  readonly image: string;
  readonly inputs: BoardInputs | undefined;
  /** Where its flash is kept; from now on it is this one's. */
  readonly place: FlashPlace | undefined;
  readonly clock: Clock;
  readonly onUnwritable: (error: VescError) => void;
}

/** An emulated controller that runs, with what belongs to it. */
export class EmulatedRun implements Disposable {
  readonly controller: EmulatedController;
  readonly bench: TestBench;
  /** The image that was put into it last, from a file. */
  image: string;
  /** The file in which its flash is kept. */
  readonly kept: string | undefined;
  private readonly owned = new DisposableStore();
  private readonly file: FlashFile | undefined;
  private gdb: Promise<GdbServer> | undefined;
  private fault: CoreFault | undefined;
  private restart: ResetCause | undefined;

  constructor({ controller, image, inputs, place, clock, onUnwritable }: RunParts) {
    this.controller = controller;
    this.image = image;
    this.kept = place?.path;
    // Let go of last: what is being kept until then is kept.
    if (place) this.owned.add(place);
    this.bench = this.owned.add(new TestBench(controller, inputs));
    this.owned.add(controller.onEvent((event) => this.note(event)));
    this.file = place && new FlashFile(place.path, controller.flash, clock, onUnwritable);
  }

  get status(): EmulatedStatus {
    const { controller, fault, restart } = this;
    return {
      state: controller.state,
      plugged: controller.isPlugged,
      ...(fault ? { fault } : {}),
      ...(restart ? { restart } : {}),
    };
  }

  /** The identity of the build in its flash, also where its program has never said it; others' builds have none. */
  get buildId(): string | undefined {
    return findBuildId(this.controller.flash.content.subarray(0, IMAGE_LENGTH));
  }

  /**
   * Lets one debugger at a time attach; ends with this.
   * @returns the port
   * @throws VescError `cannot-listen`
   */
  async serveGdb(): Promise<number> {
    this.gdb ??= serveGdb(this.controller, 0).then((server) => this.owned.add(server));
    return (await this.gdb).port;
  }

  /** Puts another flash content into it, and powers it on anew. */
  program(flash: Uint8Array, image: string): void {
    this.image = image;
    this.controller.program(0, flash);
    this.bench.renewed();
  }

  /** Ends it once its flash is kept. */
  async stop(): Promise<void> {
    // What was broken on purpose is not to be found again.
    this.bench.damageFlash(false);
    if (this.file) {
      await this.controller.flash.settle();
      await this.file.flush();
    }
    this.dispose();
  }

  dispose(): void {
    this.file?.dispose();
    this.owned.dispose();
    this.controller.dispose();
  }

  private note(event: EmulationEvent): void {
    if (event.kind === 'fault') this.fault = event.fault;
    if (event.kind !== 'reset') return;
    if (event.cause === 'powerOn') this.fault = undefined;
    this.restart = event.cause === 'powerOn' ? undefined : event.cause;
  }
}
