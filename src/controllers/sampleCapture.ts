import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { VescError } from '../base/errors';
import type { Event } from '../base/emitter';
import type { Endpoint } from '../links/endpoint';
import {
  decodeSample,
  type Sample,
  SampleMode,
  samplePrint,
  type SampleOrder,
} from '../protocol/messages/samples';
import { EndOfPayload } from '../protocol/bytes';

/** Nothing more came for so long, after the first one: the rest is lost. */
const IDLE_MS = 1000;
/** How long an order that waits for nothing may take until its first sample: its own duration, and this. */
const FIRST_MS = 2000;
/** The control loop is never slower than this, so an order takes no longer than its length says. */
const SLOWEST_HZ = 1000;

/** Samples in their order, evenly spaced. */
export interface CapturedSamples {
  readonly samples: readonly Sample[];
  readonly sampling_Hz: number;
}

/** Samples of currents and phase voltages: ordered, gathered, complete or given up. */
export class SampleCapture implements Disposable {
  private readonly found = new Map<number, Sample>();
  private readonly listening: Disposable;
  private timer: Disposable | undefined;
  private settle!: (samples: CapturedSamples) => void;
  private fail!: (error: Error) => void;
  private over = false;

  /**
   * Resolves when all samples came, or when no more came and the rest is lost.
   * Rejects with VescError `no-answer` when none came, or with that of the link.
   */
  readonly result: Promise<CapturedSamples>;

  /**
   * @param onPacket every payload of the link: samples carry no CAN id
   * @param onProgress how many samples came so far
   */
  constructor(
    private readonly endpoint: Endpoint,
    onPacket: Event<Uint8Array>,
    private readonly order: SampleOrder,
    private readonly clock: Clock,
    private readonly onProgress: (got: number) => void = () => {},
  ) {
    this.result = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.fail = reject;
    });
    this.listening = onPacket((payload) => this.take(payload));
    endpoint.send(samplePrint(order)).then(
      () => this.waitForFirst(),
      (error: unknown) => this.finish(error),
    );
  }

  /** Gives up; the controller is told. */
  dispose(): void {
    if (this.over) return;
    this.end();
    this.endpoint.send(samplePrint({ ...this.order, mode: SampleMode.off })).catch(() => undefined);
    this.fail(new VescError('cancelled', { work: 'Sampling' }));
  }

  private waitForFirst(): void {
    const { mode, length, decimation } = this.order;
    // The others wait for something to happen, as long as it takes.
    if (mode !== SampleMode.now || this.over || this.found.size > 0) return;
    const wait_ms = FIRST_MS + (1000 * length * decimation) / SLOWEST_HZ;
    this.timer = this.clock.schedule(wait_ms, () =>
      this.finish(
        new VescError('no-answer', { address: 'the link', command: 'SAMPLE_PRINT', waited_ms: wait_ms }),
      ),
    );
  }

  private take(payload: Uint8Array): void {
    const sample = read(payload);
    if (!sample) return;
    const index = sample.index ?? this.found.size;
    if (index < 0 || index >= this.order.length) return;
    this.found.set(index, sample);
    this.onProgress(this.found.size);
    this.timer?.dispose();
    if (this.found.size === this.order.length) this.finish();
    else this.timer = this.clock.schedule(IDLE_MS, () => this.finish());
  }

  private finish(error?: unknown): void {
    if (this.over) return;
    this.end();
    if (error !== undefined) this.fail(error as Error);
    else this.settle(this.captured());
  }

  private end(): void {
    this.over = true;
    this.timer?.dispose();
    this.listening.dispose();
  }

  private captured(): CapturedSamples {
    const samples = [...this.found].sort(([a], [b]) => a - b).map(([, sample]) => sample);
    const { switchingFrequency_Hz = 0 } = samples[0] ?? {};
    return { samples, sampling_Hz: switchingFrequency_Hz / Math.max(this.order.decimation, 1) };
  }
}

/** The sample in `payload`; undefined for other payloads, and for those that are too short to be one. */
function read(payload: Uint8Array): Sample | undefined {
  try {
    return decodeSample(payload);
  } catch (error) {
    if (error instanceof EndOfPayload) return undefined;
    throw error;
  }
}
