import type { Clock } from '../../base/clock';
import { type Disposable, DisposableStore } from '../../base/disposable';
import { isVescError } from '../../base/errors';
import type { Controller } from '../../controllers/controller';
import { formatPlace } from '../../controllers/controllerRegistry';
import { CsvFile } from '../../controllers/csvFile';
import { type CsvTable, parseCsv } from '../../controllers/csvTable';
import { fieldsFor, signalValue } from '../../controllers/signals';
import type { FeedSubscription, FeedWish, Reading } from '../../controllers/valueFeed';
import { allValues } from '../../controllers/valueTable';
import type { Session } from '../../links/session';
import type { EndReason } from '../../controllers/motorTest';
import { plain } from '../text';
import { isToHost, type ToHost, type ToView } from './messages';
import { MotorTestLink } from './motorTestLink';
import { Recorder, recordingColumns } from './recorder';
import { Streams } from './streams';

/** Rows are handed over in batches: faster than this nobody sees a difference. */
const BATCH_MS = 40;
/** A file is handed over in parts. */
const ROWS_AT_ONCE = 2000;

/** What a live session needs of the world. */
export interface LiveSurroundings {
  readonly clock: Clock;
  /** The open session of a controller; undefined while there is none. */
  readonly sessionOf: (controller: Controller) => Session | undefined;
  readonly post: (message: ToView) => void;
  readonly isMotorTestOn: () => boolean;
  /** Asks where to record to; undefined when the user changed their mind. */
  readonly chooseRecording: () => Promise<string | undefined>;
  /** Asks which recording to open, and reads it. */
  readonly openRecording: () => Promise<{ readonly name: string; readonly text: string } | undefined>;
  /** A recording is complete. */
  readonly onRecorded: (path: string, rows: number) => void;
  readonly stopMotors: () => void;
  readonly fail: (error: unknown) => void;
}

/** The extension's side of a live view: what is drawn there comes from here, and what is pressed there is done here. */
export class LiveSession implements Disposable {
  private readonly owned = new DisposableStore();
  private readonly streams: Streams;
  private readonly motorTest: MotorTestLink;
  private subscription: FeedSubscription | undefined;
  private following: Disposable | undefined;
  private signals: readonly string[] = [];
  private rate_hz = 10;
  private batch: (number | null)[][] = [];
  private pending: Disposable | undefined;
  private recorder: Recorder | undefined;
  private choosing = false;
  private ready = false;
  private readonly start_ms: number;

  constructor(
    private controller: Controller,
    private readonly surroundings: LiveSurroundings,
  ) {
    this.start_ms = surroundings.clock.now();
    const post = (message: ToView): void => this.post(message);
    this.streams = this.owned.add(new Streams(surroundings.clock, post));
    this.motorTest = this.owned.add(new MotorTestLink(surroundings.clock, post, surroundings.isMotorTestOn));
    this.follow();
  }

  /** The same controller, connected anew, is another object. */
  adopt(controller: Controller): void {
    if (controller === this.controller) return;
    this.controller = controller;
    this.follow();
  }

  /** Something the view said. What does not have the shape of a message is nobody's. */
  receive(message: unknown): void {
    if (isToHost(message)) this.handle(message);
  }

  /** The panel, or the whole window, is no longer where the user is: nothing must turn. */
  leave(reason: EndReason): void {
    this.motorTest.end(reason);
  }

  dispose(): void {
    this.subscription?.dispose();
    this.following?.dispose();
    this.pending?.dispose();
    this.owned.dispose();
    void this.stopRecording();
  }

  private post(message: ToView): void {
    if (this.ready) this.surroundings.post(message);
  }

  private follow(): void {
    this.subscription?.dispose();
    this.subscription = undefined;
    this.following?.dispose();
    this.following = this.controller.onChange(() => this.changed());
    this.subscribe();
    this.changed();
  }

  private changed(): void {
    const { controller } = this;
    const { title, state, problem } = controller;
    this.post({
      type: 'controller',
      title: plain(title),
      place: plain(formatPlace(controller), 200),
      state,
      canTest: this.surroundings.isMotorTestOn(),
      ...(problem ? { problem: plain(problem.message, 400) } : {}),
    });
    this.streams.attach(this.surroundings.sessionOf(controller), controller.endpoint);
    this.motorTest.attach(controller);
  }

  private handle(message: ToHost): void {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.changed();
        break;
      case 'want':
        this.signals = message.signals;
        this.rate_hz = message.rate_hz;
        this.subscribe();
        break;
      case 'record':
        void (message.on ? this.startRecording() : this.stopRecording());
        break;
      case 'openCsv':
        void this.openFile();
        break;
      case 'capture':
        this.streams.capture(message.mode, message.length, message.decimation);
        break;
      case 'captureStop':
        this.streams.stopCapture();
        break;
      case 'detect':
        this.streams.detect(message.mode);
        break;
      case 'motorTest':
        this.motorTest.open(message.open);
        break;
      case 'hold':
        this.motorTest.hold(message);
        break;
      case 'release':
        this.motorTest.release(message.press);
        break;
      case 'stopMotor':
        this.surroundings.stopMotors();
        break;
    }
  }

  private subscribe(): void {
    const isWanted = this.signals.length > 0 || this.recorder !== undefined;
    if (!isWanted) {
      this.subscription?.dispose();
      this.subscription = undefined;
      return;
    }
    const { values, setup, stats } = fieldsFor(this.signals);
    const wish: FeedWish = {
      interval_ms: 1000 / this.rate_hz,
      values: this.recorder ? allValues() : values,
      setup,
      stats,
    };
    if (this.subscription) this.subscription.change(wish);
    else this.subscription = this.controller.feed.subscribe(wish, (reading) => this.take(reading));
  }

  private take(reading: Reading): void {
    this.recorder?.add(reading);
    const time_s = (reading.time_ms - this.start_ms) / 1000;
    const values = this.signals.map((id) => signalValue(id, reading) ?? null);
    this.batch.push([time_s, reading.values.fault ?? 0, ...values]);
    this.pending ??= this.surroundings.clock.schedule(BATCH_MS, () => this.flush());
  }

  private flush(): void {
    this.pending = undefined;
    const rows = this.batch.filter((row) => row.length === this.signals.length + 2);
    this.batch = [];
    if (rows.length > 0) this.post({ type: 'rows', signals: [...this.signals], rows });
    if (this.recorder) this.tellRecording();
  }

  private async startRecording(): Promise<void> {
    if (this.recorder || this.choosing) return;
    this.choosing = true;
    try {
      const path = await this.surroundings.chooseRecording();
      if (path === undefined) return this.post({ type: 'recording', on: false });
      // Signals that are chosen later are in the view, but not in this file: its columns stand.
      const signals = this.signals;
      const file = await CsvFile.create('', path, recordingColumns(signals), true);
      this.recorder = new Recorder(file, signals, (error) => this.recordingFailed(error));
      this.subscribe();
      this.tellRecording();
    } catch (error) {
      this.post({ type: 'recording', on: false });
      this.surroundings.fail(error);
    } finally {
      this.choosing = false;
    }
  }

  private async stopRecording(): Promise<void> {
    const { recorder } = this;
    if (!recorder) return;
    this.recorder = undefined;
    this.post({ type: 'recording', on: false, rows: recorder.rows });
    this.subscribe();
    await recorder.close();
    this.surroundings.onRecorded(recorder.path, recorder.rows);
  }

  private recordingFailed(error: Error): void {
    this.recorder = undefined;
    this.subscribe();
    this.post({ type: 'recording', on: false, problem: plain(error.message, 400) });
    this.surroundings.fail(error);
  }

  private tellRecording(): void {
    const { recorder } = this;
    if (!recorder) return;
    const name = recorder.path.split(/[\\/]/).at(-1) ?? '';
    this.post({ type: 'recording', on: true, name: plain(name), rows: recorder.rows });
  }

  private async openFile(): Promise<void> {
    try {
      const file = await this.surroundings.openRecording();
      if (file) this.show(file.name, parseCsv(file.name, file.text));
    } catch (error) {
      if (!isVescError(error)) throw error;
      this.surroundings.fail(error);
    }
  }

  private show(name: string, { columns, values, rows }: CsvTable): void {
    const titles = columns.slice(1).map((column) => plain(column));
    this.post({ type: 'file', name: plain(name), columns: titles, rows });
    for (let at = 0; at < rows; at += ROWS_AT_ONCE) {
      const end = Math.min(rows, at + ROWS_AT_ONCE);
      this.post({
        type: 'fileRows',
        rows: Array.from({ length: end - at }, (_, row) =>
          values.map((column) => {
            const value = column[at + row]!;
            return Number.isFinite(value) ? value : null;
          }),
        ),
        last: end === rows,
      });
    }
  }
}
