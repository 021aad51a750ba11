import { encodeFrame, FrameDecoder } from '../protocol/frame';
import type { ControllerTime } from './controllerTime';

/** One frame on a line of the controller, counted from 0 in each direction over the life of the port. */
export interface LineFrame {
  readonly direction: 'to-controller' | 'from-controller';
  readonly index: number;
  readonly payload: Uint8Array;
}

/** What becomes of a frame; `undefined`: it arrives as it is. */
export type FrameFate =
  | 'drop'
  /** One bit of the payload flips, so that the CRC does not hold. */
  | 'corrupt'
  | 'duplicate'
  /** The link ends before the frame. */
  | 'unplug'
  | { readonly delay_ms: number }
  /** The payload arrives as another one. */
  | { readonly replace: Uint8Array };

/** Decides the fate of each frame. While one is set, bytes from the host that are no frame are swallowed. */
export type Interference = (frame: LineFrame) => FrameFate | undefined;

/** The bad cable between a host and a port. */
export class LineInterference {
  private readonly decoder = new FrameDecoder();
  private readonly counts = { 'to-controller': 0, 'from-controller': 0 };

  constructor(
    private readonly time: ControllerTime,
    private readonly current: () => Interference | undefined,
    private readonly unplug: () => void,
  ) {}

  /** Passes bytes from the host on, frame by frame if frames are interfered with. */
  toController(bytes: Uint8Array, pass: (bytes: Uint8Array) => void): void {
    if (this.current() === undefined) {
      pass(bytes);
      return;
    }
    for (const payload of this.decoder.push(bytes)) {
      this.frame('to-controller', encodeFrame(payload), payload, pass);
    }
  }

  /** Passes one frame of the controller on. */
  fromController(frame: Uint8Array, payload: Uint8Array, pass: (bytes: Uint8Array) => void): void {
    this.frame('from-controller', frame, payload, pass);
  }

  private frame(
    direction: LineFrame['direction'],
    frame: Uint8Array,
    payload: Uint8Array,
    pass: (bytes: Uint8Array) => void,
  ): void {
    const fate = this.current()?.({ direction, index: this.counts[direction]++, payload });
    if (fate === undefined) pass(frame);
    else if (fate === 'unplug') this.unplug();
    else if (fate === 'corrupt') pass(corrupted(frame));
    else if (fate === 'duplicate') [frame, frame].forEach(pass);
    else if (fate === 'drop') return;
    else if ('replace' in fate) pass(encodeFrame(fate.replace));
    else this.time.schedule(fate.delay_ms, () => pass(frame));
  }
}

function corrupted(frame: Uint8Array): Uint8Array {
  const copy = new Uint8Array(frame);
  const middle = copy.length >> 1;
  copy[middle] = copy[middle]! ^ 1;
  return copy;
}
