import type { EmulatorCore } from '../../src/emulator/emulatorCore';
import { type MotorParameters, type MotorWiring, wiringOf } from '../../src/emulator/motor';
import type { MotorState } from '../../src/emulator/motorFields';
import { prebuiltProgram, startedCore } from './emulator';

const TIM1 = 0x4001_0000;
const EGR = TIM1 + 0x14;
const CCMR1 = TIM1 + 0x18;
const CCMR2 = TIM1 + 0x1c;
const CCER = TIM1 + 0x20;
const CCR1 = TIM1 + 0x34;
const COMMUTATE = 0x20;
const RELOAD = 5600;
const SAMPLES = 0x2000_0000;
const MAILBOX = 0x2000_0100;
const SUPPLY_INDEX = 11;
const PWM = 6;
const FORCED_LOW = 4;

/** The motor of these tests: nothing but what a test asks for acts on it. */
export const IDEAL: MotorParameters = {
  resistance_Ohm: 0.02,
  inductanceD_H: 20e-6,
  inductanceQ_H: 20e-6,
  flux_Wb: 0.004,
  polePairs: 5,
  inertia_kgm2: 5e-5,
  friction_Nm: 0,
  drag_Nms: 0,
  load_Nm: 0,
  locked: 0,
  deadTime_s: 0,
  shortCircuit_Ohm: 0,
};

/** A motor at a chip whose program does with the registers what the test wants (fixtures/emulator/motor.c). */
export class MotorBench {
  private constructor(
    readonly core: EmulatorCore,
    private readonly slice_ns: bigint,
  ) {}

  static async start(
    parameters: Partial<MotorParameters> | undefined,
    options: { readonly wiring?: MotorWiring; readonly slice_us?: number } = {},
  ): Promise<MotorBench> {
    const core = await startedCore(prebuiltProgram('motor'));
    if (parameters) {
      core.setMotor({ parameters: { ...IDEAL, ...parameters }, wiring: options.wiring ?? wiringOf('60')! });
    }
    const bench = new MotorBench(core, BigInt((options.slice_us ?? 2000) * 1000));
    bench.run(1);
    return bench;
  }

  get motor(): MotorState {
    return this.core.motor;
  }

  /** Of the supply: what the program's ADC makes of it, with the divider of a 60. */
  get supply_V(): number {
    return this.sample(SUPPLY_INDEX) * ((3.3 / 4095) * 18.727);
  }

  run(duration_ms: number): void {
    const end = this.core.now_ns + BigInt(Math.round(duration_ms * 1e6));
    while (this.core.now_ns < end) {
      const next = this.core.now_ns + this.slice_ns;
      this.core.run(next < end ? next : end);
    }
  }

  /** What the ADC wrote to a place of its buffer last. */
  sample(index: number): number {
    return this.core.readByte(SAMPLES + 2 * index)! + 256 * this.core.readByte(SAMPLES + 2 * index + 1)!;
  }

  /** Lets the program write a register. */
  write(address: number, value: number): void {
    [address, value, 1].forEach((word, at) => {
      for (let byte = 0; byte < 4; byte++) {
        this.core.writeByte(MAILBOX + 4 * at + byte, (word >>> (8 * byte)) & 0xff);
      }
    });
    this.core.run(this.core.now_ns + 1000n);
  }

  /** Modes and enables of the first three channels, then the commutation event. */
  setOutputs(mode: number, enables: number): void {
    this.write(CCMR1, (mode << 4) | (mode << 12) | 0x0808);
    this.write(CCMR2, (mode << 4) | 0x08);
    this.write(CCER, enables);
    this.write(EGR, COMMUTATE);
  }

  drive(): void {
    this.setOutputs(PWM, 0x555);
  }

  open(): void {
    this.setOutputs(FORCED_LOW, 0x111);
  }

  /** All lower switches closed. */
  brake(): void {
    this.setOutputs(FORCED_LOW, 0x555);
  }

  /** A voltage vector in the stator's coordinates, about half the supply. */
  setVoltage(alpha_V: number, beta_V: number): void {
    const phases = [
      alpha_V,
      -alpha_V / 2 + (Math.sqrt(3) / 2) * beta_V,
      -alpha_V / 2 - (Math.sqrt(3) / 2) * beta_V,
    ];
    phases.forEach((volts, phase) =>
      this.write(CCR1 + 4 * phase, Math.round(RELOAD * (0.5 + volts / this.supply_V))),
    );
  }

  /** Holds a voltage across the magnets' axis, so that it drives the motor as its commutator would. */
  turn(volts: number, duration_ms: number): void {
    const end = this.core.now_ns + BigInt(duration_ms * 1e6);
    while (this.core.now_ns < end) {
      const { angle_rad, speed_rad_s } = this.motor;
      // The middle of the time until the next change.
      const angle = angle_rad + speed_rad_s * 50e-6;
      this.setVoltage(-volts * Math.sin(angle), volts * Math.cos(angle));
      this.run(0.05);
    }
  }
}
