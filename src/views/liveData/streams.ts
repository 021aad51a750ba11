import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { isVescError } from '../../base/errors';
import { type CapturedSamples, SampleCapture } from '../../controllers/sampleCapture';
import type { Endpoint } from '../../links/endpoint';
import type { Session } from '../../links/session';
import { EndOfPayload } from '../../protocol/bytes';
import { DetectMode, setDetect } from '../../protocol/messages/motor';
import { decodePlotStep, decodeRotorPosition, type PlotStep } from '../../protocol/messages/plots';
import type { Sample } from '../../protocol/messages/samples';
import { plain } from '../text';
import { CAPTURES, type CaptureMode, type ToView } from './messages';

const BATCH_MS = 50;
/** More between two batches comes from something that does not stop. */
const MAX_BATCH = 5000;
const FIRST_POSITIONS = 1000;

type NumberKey = { [K in keyof Sample]-?: number extends Sample[K] ? K : never }[keyof Sample];
const COLUMNS: readonly { readonly id: NumberKey; readonly label: string; readonly unit: string }[] = [
  { id: 'current1_A', label: 'Current 1', unit: 'A' },
  { id: 'current2_A', label: 'Current 2', unit: 'A' },
  { id: 'current3_A', label: 'Current 3', unit: 'A' },
  { id: 'currentFiltered_A', label: 'Current, filtered', unit: 'A' },
  { id: 'phase1_V', label: 'Phase 1', unit: 'V' },
  { id: 'phase2_V', label: 'Phase 2', unit: 'V' },
  { id: 'phase3_V', label: 'Phase 3', unit: 'V' },
  { id: 'zero_V', label: 'Virtual ground', unit: 'V' },
  { id: 'phase_deg', label: 'Phase', unit: '°' },
];

/** What a controller sends by itself: plots, positions, samples. It carries no CAN id, so it is the whole link's. */
export class Streams implements Disposable {
  private session: Session | undefined;
  private endpoint: Endpoint | undefined;
  private listening: Disposable | undefined;
  private pending: Disposable | undefined;
  private steps: PlotStep[] = [];
  private points: number[][] = [];
  private capturing: SampleCapture | undefined;
  private mode: number = DetectMode.none;
  private start_ms: number;

  constructor(
    private readonly clock: Clock,
    private readonly post: (message: ToView) => void,
  ) {
    this.start_ms = clock.now();
  }

  /** Listens to `session` from now on; without one, to nothing. */
  attach(session: Session | undefined, endpoint: Endpoint | undefined): void {
    this.endpoint = session && endpoint;
    if (session === this.session) return;
    this.session = session;
    this.listening?.dispose();
    this.listening = session?.onPacket((payload) => this.take(payload));
    this.capturing?.dispose();
    // After a restart the controller streams nothing any more.
    if (session && this.mode !== DetectMode.none) this.detect(this.mode);
  }

  capture(mode: CaptureMode, length: number, decimation: number): void {
    this.capturing?.dispose();
    const { session, endpoint } = this;
    if (!session || !endpoint) {
      return this.post({
        type: 'capture',
        state: 'failed',
        got: 0,
        wanted: length,
        problem: 'Not connected.',
      });
    }
    const order = { mode: CAPTURES[mode], length, decimation };
    let told_ms = Number.NEGATIVE_INFINITY;
    const progress = (got: number): void => {
      if (this.clock.now() - told_ms < BATCH_MS) return;
      told_ms = this.clock.now();
      this.post({ type: 'capture', state: 'waiting', got, wanted: length });
    };
    progress(0);
    const capturing = new SampleCapture(endpoint, session.onPacket, order, this.clock, progress);
    this.capturing = capturing;
    capturing.result.then(
      (captured) => this.post(captureMessage(captured, length)),
      (error: unknown) => {
        if (!isVescError(error)) throw error;
        const problem = error.code === 'cancelled' ? 'Given up.' : plain(error.message, 400);
        this.post({ type: 'capture', state: 'failed', got: 0, wanted: length, problem });
      },
    );
  }

  stopCapture(): void {
    this.capturing?.dispose();
  }

  /** Streams a position; {@link DetectMode} none ends that. */
  detect(mode: number): void {
    if (this.mode === DetectMode.none && mode === DetectMode.none) return;
    this.mode = mode;
    this.start_ms = this.clock.now();
    this.endpoint?.send(setDetect(mode as DetectMode)).catch(() => undefined);
  }

  dispose(): void {
    this.detect(DetectMode.none);
    this.capturing?.dispose();
    this.listening?.dispose();
    this.pending?.dispose();
  }

  private take(payload: Uint8Array): void {
    const position_deg = quietly(() => decodeRotorPosition(payload));
    if (position_deg !== undefined && this.mode !== DetectMode.none && this.points.length < FIRST_POSITIONS) {
      this.points.push([(this.clock.now() - this.start_ms) / 1000, position_deg]);
    }
    const step = quietly(() => decodePlotStep(payload));
    if (step && this.steps.length < MAX_BATCH && isFinite(step)) this.steps.push(step);
    if (this.points.length + this.steps.length === 0) return;
    this.pending ??= this.clock.schedule(BATCH_MS, () => this.flush());
  }

  private flush(): void {
    this.pending = undefined;
    const { points, steps } = this;
    this.points = [];
    this.steps = [];
    if (points.length > 0) this.post({ type: 'positions', points });
    if (steps.length > 0) this.post({ type: 'plot', steps: steps.map(tidy) });
  }
}

function captureMessage({ samples, sampling_Hz }: CapturedSamples, wanted: number): ToView {
  const columns = COLUMNS.filter(({ id }) => samples.every((sample) => Number.isFinite(sample[id])));
  return {
    type: 'capture',
    state: 'done',
    got: samples.length,
    wanted,
    sampling_Hz,
    columns: columns.map((column) => ({ ...column, values: samples.map((sample) => sample[column.id]!) })),
  };
}

/** A stream that is cut short is no message. */
function quietly<T>(decode: () => T): T | undefined {
  try {
    return decode();
  } catch (error) {
    if (error instanceof EndOfPayload) return undefined;
    throw error;
  }
}

function isFinite(step: PlotStep): boolean {
  return step.kind !== 'point' || (Number.isFinite(step.x) && Number.isFinite(step.y));
}

/** Names come from the controller. */
function tidy(step: PlotStep): PlotStep {
  if (step.kind === 'init') return { ...step, xLabel: plain(step.xLabel), yLabel: plain(step.yLabel) };
  return step.kind === 'addGraph' ? { ...step, name: plain(step.name) } : step;
}
