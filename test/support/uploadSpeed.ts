import type { Endpoint } from '../../src/links/endpoint';
import { Session } from '../../src/links/session';
import { writeStaging } from '../../src/protocol/messages/update';
import {
  SimulatedController,
  type SimulatedControllerOptions,
} from '../../src/simulator/simulatedController';
import { eraseStaging, writeFlash } from '../../src/update/upload';
import { UploadWindow, windowSize } from '../../src/update/uploadWindow';
import { connectThrough, type LinkModel } from './linkModels';
import { VirtualClock } from './virtualClock';

/** The reference tool's way: 384 bytes, one in flight (facts 15). */
const REFERENCE_WRITE_B = 384;
const SIGNAL = new AbortController().signal;

/** Bytes as an optimal parse of a real image leaves them: nothing blank, so that nothing is left out. */
export function payloadOf(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (at * 151 + (at >> 7)) & 0x7f);
}

/** A simulated controller behind a modelled link, with the times of a real one. */
export class SpeedBench {
  readonly clock = new VirtualClock();
  readonly controller: SimulatedController;
  readonly session: Session;

  constructor(
    readonly model: LinkModel,
    options: SimulatedControllerOptions = {},
  ) {
    this.controller = new SimulatedController({ speedFactor: 1, ...options }, this.clock);
    this.session = new Session(connectThrough(model, this.controller, this.clock), this.clock);
  }

  /** How long `work` takes. */
  async time_ms(work: Promise<unknown>): Promise<number> {
    const start_ms = this.clock.now();
    await this.clock.run(work);
    return this.clock.now() - start_ms;
  }

  /** Our upload, without the erase. */
  upload_ms(payload: Uint8Array, window = this.window()): Promise<number> {
    const { clock } = this;
    return this.time_ms(writeFlash(this.session, writeStaging, payload, { clock, window, signal: SIGNAL }));
  }

  /** The window such a link gets. */
  window(): UploadWindow {
    const { address, port } = this.model;
    const carrier = address.kind === 'tcp' ? 'network' : port === 'usb' ? 'usb' : 'other';
    return new UploadWindow(windowSize(carrier, false, undefined));
  }

  /** The reference tool's upload of the same bytes. */
  reference_ms(payload: Uint8Array): Promise<number> {
    const upload = async (): Promise<void> => {
      for (let offset = 0; offset < payload.length; offset += REFERENCE_WRITE_B) {
        const chunk = payload.subarray(offset, offset + REFERENCE_WRITE_B);
        await this.session.request(writeStaging(offset, chunk), { timeout_ms: 3000, attempts: 3 });
      }
    };
    return this.time_ms(upload());
  }

  /** Erase and upload for every node on the bus, one after the other or side by side. */
  nodes_ms(payload: Uint8Array, order: 'in turn' | 'interleaved'): Promise<number> {
    const { clock, session, controller } = this;
    const nodes = controller.nodes.map((node) => session.node(node.firmware!.canIds[0]!));
    const window = this.window();
    const stage = async (node: Endpoint, begin: number): Promise<void> => {
      await eraseStaging(node, payload.length, SIGNAL);
      await writeFlash(node, writeStaging, payload, { clock, window, begin, signal: SIGNAL });
    };
    const inTurn = async (): Promise<void> => {
      for (const node of nodes) await stage(node, 0);
    };
    const interleaved = (): Promise<unknown> =>
      Promise.all(nodes.map((node, index) => stage(node, index / nodes.length)));
    return this.time_ms(order === 'in turn' ? inTurn() : interleaved());
  }

  erase_ms(size_B: number): Promise<number> {
    return this.time_ms(eraseStaging(this.session, size_B, SIGNAL));
  }

  dispose(): void {
    this.session.dispose();
    this.controller.dispose();
  }
}
