import type { Clock } from '../../base/clock';
import type { Disposable } from '../../base/disposable';
import { isVescError } from '../../base/errors';
import type { Controller } from '../../controllers/controller';
import { MOTOR_MODES, rangeOf } from '../../controllers/motorCommand';
import { readMotorLimits } from '../../controllers/motorLimits';
import {
  type EndReason,
  type Hold,
  MotorTest,
  type MotorTestState,
  whyUnsafe,
} from '../../controllers/motorTest';
import { plain, shortFault } from '../text';
import type { ToView } from './messages';

const OFF = 'The motor test is off. Switch it on with the setting VESC: Motor Test.';

/** Why a run ended, as a person reads it. */
const WORDS: Readonly<Record<EndReason, string>> = {
  released: 'Let go.',
  focus: 'Let go: this view lost the focus.',
  view: 'Let go: the view was closed.',
  stalled: 'Let go: the editor stalled. Press again to go on.',
  link: 'Let go: the connection is too slow, or the controller does not answer.',
  fault: 'Let go: a fault struck.',
  disconnected: 'Let go: the controller is not connected any more.',
  stopped: 'Stopped.',
  impossible: 'Let go: this cannot be sent to this controller.',
};

export function endWords({ ended, detail }: MotorTestState): string | undefined {
  if (ended === undefined) return undefined;
  if (ended === 'fault' && detail !== undefined) return `Let go: fault ${shortFault(detail)}.`;
  return detail === undefined ? WORDS[ended] : `${WORDS[ended]} ${plain(detail, 400)}`;
}

/** Keeps a motor test while the view shows one, for the controller as it is connected now. */
export class MotorTestLink implements Disposable {
  private controller: Controller | undefined;
  private test: MotorTest | undefined;
  private wanted = false;
  /** Changes with whatever makes limits that are being read outdated. */
  private turn = 0;

  constructor(
    private readonly clock: Clock,
    private readonly post: (message: ToView) => void,
    private readonly isOn: () => boolean,
  ) {}

  /** The controller changed: connected again, it may have other limits. */
  attach(controller: Controller): void {
    const isOther = controller !== this.controller;
    this.controller = controller;
    if (isOther || controller.state !== 'connected') this.close();
    else if (this.test && !this.isOn()) this.open(true);
    if (this.wanted && !this.test && controller.state === 'connected') this.open(true);
  }

  open(wanted: boolean): void {
    this.close();
    this.wanted = wanted;
    if (wanted) void this.prepare(++this.turn);
  }

  hold(hold: Hold): void {
    if (this.isOn()) this.test?.hold(hold);
    else this.end('stopped');
  }

  release(press: number): void {
    this.test?.release(press);
  }

  end(reason: EndReason): void {
    this.test?.end(reason);
  }

  dispose(): void {
    this.wanted = false;
    this.close();
  }

  private close(): void {
    this.turn++;
    this.test?.dispose();
    this.test = undefined;
  }

  private async prepare(turn: number): Promise<void> {
    const { controller } = this;
    if (!this.isOn()) return this.refuse(OFF);
    if (!controller?.endpoint || controller.state !== 'connected') return this.refuse('Not connected.');
    if (controller.identity?.hardwareType !== 'vesc') return this.refuse('This is no motor controller.');
    try {
      const limits = await readMotorLimits(controller.endpoint);
      if (turn !== this.turn) return;
      const unsafe = whyUnsafe(limits);
      if (unsafe !== undefined) {
        return this.refuse(
          `Not from here: ${unsafe}, so nothing would stop the motor if the connection broke.`,
        );
      }
      const test = new MotorTest(controller, limits, this.clock);
      this.test = test;
      test.onBeat((beat) => this.post({ type: 'beat', beat }));
      test.onState((state) => this.tell(state));
      this.post({
        type: 'limits',
        ranges: MOTOR_MODES.flatMap((mode) => {
          const range = rangeOf(mode, limits);
          return range ? [{ mode, ...range }] : [];
        }),
        ...(limits.commandTimeout_ms === undefined ? {} : { timeout_ms: limits.commandTimeout_ms }),
      });
    } catch (error) {
      if (!isVescError(error)) throw error;
      if (turn === this.turn) this.refuse(plain(error.message, 400));
    }
  }

  private refuse(problem: string): void {
    this.post({ type: 'limits', ranges: [], problem });
  }

  private tell(state: MotorTestState): void {
    const { running, mode, value, isClamped } = state;
    const ended = endWords(state);
    this.post({
      type: 'motor',
      running,
      ...(mode === undefined ? {} : { mode }),
      ...(value === undefined ? {} : { value }),
      ...(isClamped === undefined ? {} : { isClamped }),
      ...(ended === undefined ? {} : { ended }),
    });
  }
}
