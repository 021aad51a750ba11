import {
  encodeSample,
  MAX_SAMPLES,
  type Sample,
  SampleMode,
  type SampleOrder,
} from '../protocol/messages/samples';
import { atLeast } from '../protocol/version';
import type { Channel, Firmware } from './firmware';
import type { MotorValues } from './motor';

/** Control frequency of the default configuration. */
const CONTROL_HZ = 25_000;
/** How often a trigger is looked at, and how long it takes to send some samples. */
const LOOK_MS = 5;
const SEND_MS = 1;
const SENT_AT_ONCE = 10;
const HALL_BY_STEP = [0, 5, 1, 3, 2, 6, 4] as const;
const TRIGGERS = {
  [SampleMode.atStart]: 'start',
  [SampleMode.triggerStart]: 'start',
  [SampleMode.triggerStartKept]: 'start',
  [SampleMode.triggerFault]: 'fault',
  [SampleMode.triggerFaultKept]: 'fault',
} as const;

/** Samples of currents and phase voltages at the speed of the control loop (facts 2.7). */
export class Sampler {
  private kept: readonly Sample[] = [];
  /** Changes with every order: an older one is given up. */
  private turn = 0;

  constructor(private readonly firmware: Firmware) {}

  /** Takes an order; what is sampled goes to `channel`. */
  order(order: SampleOrder, motor: 0 | 1, channel: Channel): void {
    const { mode } = order;
    if (mode === SampleMode.sendSingle) {
      const sample = this.kept[order.length];
      if (sample && atLeast(this.firmware.version, 6, 5)) channel.send(encodeSample(sample));
      return;
    }
    const turn = ++this.turn;
    if (mode === SampleMode.sendLast) void this.send(turn, channel);
    else if (mode !== SampleMode.off) void this.sample(turn, order, motor, channel);
  }

  private async sample(turn: number, order: SampleOrder, motor: 0 | 1, channel: Channel): Promise<void> {
    const { mode } = order;
    const length = Math.min(order.length, MAX_SAMPLES);
    const decimation = Math.max(order.decimation, 1);
    const { board } = this.firmware;
    const trigger = mode in TRIGGERS ? TRIGGERS[mode as keyof typeof TRIGGERS] : undefined;
    // A controller that does not wait has no moment to wait for.
    if (trigger !== undefined && board.time.isInstant) return;
    while (trigger !== undefined && turn === this.turn && !this.strikes(trigger, motor))
      await board.wait(LOOK_MS);
    await board.wait((1000 * length * decimation) / CONTROL_HZ);
    if (turn !== this.turn) return;
    // Of one moment: the motor may be let go while the samples are made up.
    const values = this.firmware.motor(motor).values();
    this.kept = Array.from({ length }, (_, index) =>
      this.take(values, index, (index * decimation) / CONTROL_HZ),
    );
    const isKept = mode === SampleMode.triggerStartKept || mode === SampleMode.triggerFaultKept;
    if (!isKept) await this.send(turn, channel);
  }

  private async send(turn: number, channel: Channel): Promise<void> {
    for (let at = 0; at < this.kept.length && turn === this.turn; at += SENT_AT_ONCE) {
      for (const sample of this.kept.slice(at, at + SENT_AT_ONCE)) channel.send(encodeSample(sample));
      await this.firmware.board.wait(SEND_MS);
    }
  }

  private strikes(trigger: 'start' | 'fault', motor: 0 | 1): boolean {
    if (trigger === 'fault') return this.firmware.faults.activeCode(motor + 1) !== 0;
    return !this.firmware.motor(motor).isReleased;
  }

  /** Three sine waves of the present current and voltage, with a little of the switching on top. */
  private take({ erpm, iq_A, vq_V, voltage_V }: MotorValues, index: number, time_s: number): Sample {
    const turns = (erpm / 60) * time_s;
    const angle = 2 * Math.PI * turns;
    const ripple_A = 0.05 * iq_A * Math.sin(2 * Math.PI * 6 * turns + index);
    const wave = (phase: number): number => Math.cos(angle - (2 * Math.PI * phase) / 3);
    const phase_deg = (((turns * 360) % 360) + 360) % 360;
    const step = Math.floor(phase_deg / 60) + 1;
    const currents = [0, 1, 2].map((phase) => iq_A * wave(phase) + ripple_A);
    const voltages = [0, 1, 2].map((phase) => voltage_V / 2 + vq_V * wave(phase));
    const isNew = atLeast(this.firmware.version, 6, 5);
    return {
      ...(isNew ? { index, current3_A: currents[2]! } : {}),
      current1_A: currents[0]!,
      current2_A: currents[1]!,
      phase1_V: voltages[0]!,
      phase2_V: voltages[1]!,
      phase3_V: voltages[2]!,
      zero_V: voltage_V / 2,
      currentFiltered_A: iq_A,
      switchingFrequency_Hz: CONTROL_HZ,
      commutationStep: step,
      hallState: HALL_BY_STEP[step]!,
      phase_deg,
    };
  }
}
