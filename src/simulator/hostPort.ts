import { DisposableStore } from '../base/disposable';
import type { DuplexEnd } from '../links/memoryDuplex';
import { encodeFrame } from '../protocol/frame';
import { type Interference, LineInterference } from './interference';
import { ByteRing, FrameReceiver, type Received } from './receiver';
import type { ControllerTime } from './controllerTime';

/** What stands behind a port: the running firmware, or nobody. */
export interface PortReader {
  /** False while the processor stands still for the flash: bytes then pile up in the ring. */
  isReading(): boolean;
  /** A frame came in. A promise keeps what follows at this port waiting. */
  receive(received: Received, port: HostPort): void | Promise<void>;
}

/** One interface of the controller: its receive ring, its frame parser, and whoever is plugged in. */
export class HostPort {
  private readonly ring = new ByteRing();
  private readonly parser = new FrameReceiver();
  private readonly waiting: Received[] = [];
  private readonly line: LineInterference;
  private reader: PortReader | undefined;
  private peer: DuplexEnd | undefined;
  private subscriptions = new DisposableStore();
  /** Changes with every start, so that what belongs to an earlier one can be told. */
  private life = 0;
  private busy = false;

  constructor(time: ControllerTime, interference: () => Interference | undefined) {
    this.line = new LineInterference(time, interference, () => this.unplug('unplugged'));
  }

  get isPluggedIn(): boolean {
    return this.peer !== undefined;
  }

  /** Connects a host; it stays until it closes or is unplugged. */
  plug(peer: DuplexEnd): void {
    this.subscriptions = new DisposableStore();
    this.peer = peer;
    this.parser.reset();
    this.subscriptions.add(
      peer.onData((bytes) => this.line.toController(bytes, (piece) => this.take(piece))),
    );
    this.subscriptions.add(peer.onClose(() => this.forget()));
  }

  /** The controller pulls the plug, as it does at every reset for USB. */
  unplug(reason: string): void {
    const peer = this.peer;
    this.forget();
    peer?.hangUp(reason);
  }

  /** From now on `reader` gets what arrives; without one, everything that arrives is thrown away. */
  attach(reader: PortReader | undefined): void {
    this.life++;
    this.reader = reader;
    this.busy = false;
    this.ring.clear();
    this.parser.reset();
    this.waiting.length = 0;
  }

  /** Sends one payload to the host, if there is one. */
  send(payload: Uint8Array): void {
    this.line.fromController(encodeFrame(payload), payload, (bytes) => this.peer?.send(bytes));
  }

  /** Works off what came in while the processor stood still. */
  resume(): void {
    while (!this.busy && this.reader?.isReading() === true) {
      const next = this.waiting.shift();
      if (next !== undefined) {
        this.deliver(next, this.reader);
        continue;
      }
      const byte = this.ring.take();
      if (byte === undefined) return;
      this.parser.push(byte, (received) => this.waiting.push(received));
    }
  }

  private take(bytes: Uint8Array): void {
    if (this.reader === undefined) return;
    for (const byte of bytes) {
      this.ring.put(byte);
      this.resume();
    }
  }

  private deliver(received: Received, reader: PortReader): void {
    const work = reader.receive(received, this);
    if (work === undefined) return;
    const life = this.life;
    this.busy = true;
    void work.then(() => {
      if (life !== this.life) return;
      this.busy = false;
      this.resume();
    });
  }

  private forget(): void {
    this.peer = undefined;
    this.subscriptions.dispose();
  }
}
