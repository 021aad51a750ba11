import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { isVescError } from '../base/errors';
import { faultName } from '../protocol/faults';
import { setCurrent } from '../protocol/messages/motor';
import type { Controller } from './controller';
import { motorCommand, type MotorMode } from './motorCommand';
import type { MotorLimits } from './motorLimits';
import type { FeedSubscription } from './valueFeed';

/** One turn of the question "do you still hold?": 20 a second, well within any usual command timeout. */
export const BEAT_MS = 50;
/** An answer to a question older than this was under way while somebody stalled. */
export const FRESH_MS = 500;
/** A write that takes longer, or a controller that is silent for longer, is a hiccup of the link. */
export const HICCUP_MS = 500;
const WATCH_MS = 100;
/** A frame may be lost, so the release is said more than once. */
const RELEASES = 3;
const RELEASE_AGAIN_MS = 40;
/** If the link breaks, nothing but this timeout stops the motor. */
export const MAX_COMMAND_TIMEOUT_MS = 5000;

/** What the user holds down: which press, the question it answers, and what the motor is to do. */
export interface Hold {
  /** Counts up with every press; one that has ended does not begin again. */
  readonly press: number;
  readonly beat: number;
  readonly mode: MotorMode;
  readonly value: number;
}

/** Why the motor was let go. */
export type EndReason =
  'released' | 'focus' | 'view' | 'stalled' | 'link' | 'fault' | 'disconnected' | 'stopped' | 'impossible';

export interface MotorTestState {
  readonly running: boolean;
  /** What was sent last, after clamping. */
  readonly mode?: MotorMode;
  readonly value?: number;
  readonly isClamped?: boolean;
  /** Why it ended; undefined before the first run and while one goes on. */
  readonly ended?: EndReason;
  /** More about that: a fault's name, an error's words. */
  readonly detail?: string;
}

/** Whether a controller with these limits may be driven from here, and why not. */
export function whyUnsafe({ commandTimeout_ms }: MotorLimits): string | undefined {
  if (commandTimeout_ms === undefined) return undefined;
  if (commandTimeout_ms === 0) return 'its command timeout is switched off (App Settings, Timeout)';
  if (commandTimeout_ms > MAX_COMMAND_TIMEOUT_MS) {
    return `its command timeout is ${commandTimeout_ms / 1000} s (App Settings, Timeout)`;
  }
  return undefined;
}

/**
 * Drives a motor as long as a person holds it, and not a moment longer.
 *
 * A dead man's switch: this side asks ({@link onBeat}) twenty times a second whether the button is still held, the
 * view answers ({@link hold}), and only an answer to a fresh question sends one command. So a view that died, a
 * window that lost its focus, and an extension host that stalled all send nothing, and the controller lets go by its
 * own command timeout; answers that piled up during a stall are known by their old question and end the run. So do a
 * slow or silent link, a fault, and everything that {@link end} is called for. A press that has ended stays ended.
 */
export class MotorTest implements Disposable {
  private readonly beats = new Emitter<number>();
  private readonly states = new Emitter<MotorTestState>();
  private readonly asked_ms = new Map<number, number>();
  private readonly subscription: FeedSubscription;
  private readonly following: Disposable;
  private beat = 0;
  private beatTimer: Disposable | undefined;
  private deadline: Disposable | undefined;
  private press: number | undefined;
  private endedPress = Number.NEGATIVE_INFINITY;
  private read_ms = Number.NEGATIVE_INFINITY;
  private sending_ms: number | undefined;
  private disposed = false;
  private current: MotorTestState = { running: false };

  /** Asks whether the button is still held. */
  readonly onBeat = this.beats.event;
  readonly onState = this.states.event;

  /** @param limits of the controller, read just before */
  constructor(
    private readonly controller: Controller,
    private readonly limits: MotorLimits,
    private readonly clock: Clock,
  ) {
    this.subscription = controller.feed.subscribe(
      { interval_ms: WATCH_MS, values: ['fault', 'erpm'] },
      ({ values }) => this.seen(values.fault ?? 0),
    );
    this.following = controller.onChange(() => {
      if (controller.state !== 'connected') this.end('disconnected');
    });
    this.ask();
  }

  get state(): MotorTestState {
    return this.current;
  }

  /** The view says that the button is held. */
  hold({ press, beat, mode, value }: Hold): void {
    if (this.disposed || press <= this.endedPress) return;
    const now = this.clock.now();
    const asked_ms = this.asked_ms.get(beat);
    this.press = press;
    if (asked_ms === undefined || now - asked_ms > FRESH_MS) return this.end('stalled');
    const { endpoint, state } = this.controller;
    if (!endpoint || state !== 'connected') return this.end('disconnected');
    const command = motorCommand(mode, value, this.limits);
    if (!command) return this.end('impossible');
    if (now - this.read_ms > HICCUP_MS) return this.end('link');
    this.deadline?.dispose();
    this.deadline = this.clock.schedule(FRESH_MS, () => this.end('stalled'));
    this.become({ running: true, mode, value: command.value, isClamped: command.isClamped });
    // One command at a time: none piles up in a link that stands still, to be obeyed later.
    if (this.sending_ms !== undefined) {
      if (now - this.sending_ms > HICCUP_MS) this.end('link');
      return;
    }
    this.sending_ms = now;
    endpoint.send(command.payload).then(
      () => (this.sending_ms = undefined),
      (error: unknown) => {
        this.sending_ms = undefined;
        this.end('link', isVescError(error) ? error.message : String(error));
      },
    );
  }

  /** The view says that the button was let go. */
  release(press: number): void {
    if (press === this.press) this.end('released');
    this.endedPress = Math.max(this.endedPress, press);
  }

  /** Lets the motor go; nothing but a new press drives it again. */
  end(reason: EndReason, detail?: string): void {
    if (this.press === undefined) return;
    this.endedPress = Math.max(this.endedPress, this.press);
    this.press = undefined;
    this.deadline?.dispose();
    this.letGo(RELEASES);
    this.become({ running: false, ended: reason, ...(detail === undefined ? {} : { detail }) });
  }

  dispose(): void {
    this.end('view');
    this.disposed = true;
    this.beatTimer?.dispose();
    this.subscription.dispose();
    this.following.dispose();
    this.beats.dispose();
    this.states.dispose();
  }

  /** Releases the motor, also one that was braked. A link that is gone leaves it to the command timeout. */
  private letGo(times: number): void {
    if (this.press !== undefined) return;
    this.controller.endpoint?.send(setCurrent(0)).catch(() => undefined);
    if (times > 1) this.clock.schedule(RELEASE_AGAIN_MS, () => this.letGo(times - 1));
  }

  private ask(): void {
    if (this.disposed) return;
    const now = this.clock.now();
    this.asked_ms.set(++this.beat, now);
    for (const [beat, asked_ms] of this.asked_ms) {
      if (now - asked_ms <= FRESH_MS) break;
      this.asked_ms.delete(beat);
    }
    this.beats.fire(this.beat);
    this.beatTimer = this.clock.schedule(BEAT_MS, () => this.ask());
  }

  private seen(fault: number): void {
    this.read_ms = this.clock.now();
    if (fault !== 0) this.end('fault', faultName(fault));
  }

  private become(state: MotorTestState): void {
    const { running, value, mode, isClamped } = this.current;
    const same =
      state.running &&
      running &&
      state.value === value &&
      state.mode === mode &&
      state.isClamped === isClamped;
    this.current = state;
    if (!same) this.states.fire(state);
  }
}
