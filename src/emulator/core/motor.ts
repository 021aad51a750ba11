import { channelOfIndex, present, presentedAt } from './adc';
import { MOTOR } from './layout';
import { currentOf, Drive, motor, setDrive, voltageOf } from './motorState';
import { advance } from './motorModel';
import { word } from './shadow';
import { now } from './time';
import { isAtBottom } from './timers';

// Between the chip and the motor: what TIM1 does to the bridge (RM0090, 17.3.9 to 17.3.15), and what the ADC then sees.

const TIM1: u32 = 0x40010000;
const CR1: u32 = TIM1;
const CR2: u32 = TIM1 + 0x04;
const CCMR1: u32 = TIM1 + 0x18;
const CCMR2: u32 = TIM1 + 0x1c;
const CCER: u32 = TIM1 + 0x20;
const ARR: u32 = TIM1 + 0x2c;
const CCR1: u32 = TIM1 + 0x34;
const BDTR: u32 = TIM1 + 0x44;
const UDIS: u32 = 2;
const CCPC: u32 = 1;
const MOE: u32 = 1 << 15;
const MHZ: f64 = 168;
const MIDDLE: f64 = 2048;
const NONE: f64 = 255;

/** Modes of a channel (OCxM). */
const enum Mode {
  forcedLow = 4,
  forcedHigh = 5,
  pwm = 6,
  pwmInverted = 7,
}

/** Time up to which the motor was followed, then the latched CCMR1, CCMR2 and CCER, ARR and CCR1 to CCR3. */
const SINCE: usize = MOTOR + 2048;
const LATCHED: usize = SINCE + 8;
const PULSES: usize = LATCHED + 12;

function latched(index: u32): u32 {
  return load<u32>(LATCHED + (index << 2));
}

export function isMotorPresent(): bool {
  return motor.present !== 0;
}

/** The motor stands still, and no time has passed for it. */
export function prepareMotor(): void {
  memory.fill(MOTOR, 0, 4096);
}

/** A reset opens the bridge; the rotor turns on. */
export function releaseMotor(): void {
  if (!isMotorPresent()) return;
  follow();
  memory.fill(LATCHED, 0, 28);
  drive();
}

/** A register that says what the outputs do has changed. Modes and enables that are preloaded wait for {@link commutate}. */
export function outputsChanged(): void {
  if (!isMotorPresent()) return;
  follow();
  if ((word(CR2) & CCPC) === 0) latchModes();
  drive();
}

/** The commutation event: preloaded modes and enables take effect. */
export function commutate(): void {
  if (!isMotorPresent()) return;
  const isSame = latched(0) === word(CCMR1) && latched(1) === word(CCMR2) && latched(2) === word(CCER);
  if (isSame) return;
  follow();
  latchModes();
  drive();
}

/** At a trigger of the ADC, just after an update of the timer: shows the motor as it is, then takes the new duty. */
export function sampleMotor(): void {
  motor.supply = (presentedAt(motor.supplyIndex as u32) as f64) / motor.countsPerSupplyVolt;
  follow();
  const isVisible = motor.lowSideShunts === 0 || !isAtBottom(1);
  const short = shortCurrent();
  const first = currentOf(0) + short;
  const second = currentOf(1) - short;
  show(motor.currentIndex1, isVisible ? first * motor.countsPerAmpere + MIDDLE : MIDDLE);
  show(motor.currentIndex2, isVisible ? second * motor.countsPerAmpere + MIDDLE : MIDDLE);
  show(motor.currentIndex3, isVisible ? currentOf(2) * motor.countsPerAmpere + MIDDLE : MIDDLE);
  show(motor.voltageIndex1, voltageOf(0) * motor.countsPerVolt);
  show(motor.voltageIndex2, voltageOf(1) * motor.countsPerVolt);
  show(motor.voltageIndex3, voltageOf(2) * motor.countsPerVolt);
  if ((word(CR1) & UDIS) === 0) {
    store<u32>(PULSES, word(ARR));
    for (let phase: u32 = 0; phase < 3; phase++) {
      store<u32>(PULSES + 4 + (phase << 2), word(CCR1 + (phase << 2)));
    }
  }
  drive();
}

/** What flows from the first terminal to the second beside the motor. */
function shortCurrent(): f64 {
  const resistance = motor.shortCircuit;
  return resistance === 0 || !isDrivenPair() ? 0 : (voltageOf(0) - voltageOf(1)) / resistance;
}

function isDrivenPair(): bool {
  return motor.drive1 !== 0 && motor.drive2 !== 0;
}

function show(index: f64, counts: f64): void {
  if (index === NONE) return;
  const value = max(0.0, min(4095.0, nearest(counts)));
  present(channelOfIndex(index as u32), value as u32);
}

/** Brings the motor up to now, with the bridge as it was. */
function follow(): void {
  const time = now();
  const duration = time - load<i64>(SINCE);
  store<i64>(SINCE, time);
  if (duration <= 0) return;
  advance((duration as f64) * 1e-9, (load<u32>(PULSES) as f64) / (MHZ * 1e6));
}

function latchModes(): void {
  store<u32>(LATCHED, word(CCMR1));
  store<u32>(LATCHED + 4, word(CCMR2));
  store<u32>(LATCHED + 8, word(CCER));
}

/** Sets what each phase is connected to. */
function drive(): void {
  const isOn = (word(BDTR) & MOE) !== 0;
  const reload = load<u32>(PULSES);
  for (let phase: u32 = 0; phase < 3; phase++) {
    const enables = (latched(2) >>> (phase << 2)) & 5;
    const mode = (latched(phase >>> 1) >>> ((phase & 1) === 0 ? 4 : 12)) & 7;
    const pulse = load<u32>(PULSES + 4 + (phase << 2));
    const part = reload === 0 ? 0 : min(1.0, (pulse as f64) / (reload as f64));
    const duty =
      mode === Mode.pwm ? part : mode === Mode.pwmInverted ? 1 - part : mode === Mode.forcedHigh ? 1 : 0;
    // With its own switch alone, the upper one is open while the channel is low.
    const isDriven = isOn && (enables === 5 || (enables === 1 && duty > 0));
    setDrive(phase, isDriven ? Drive.driven : Drive.open, isDriven ? duty : 0);
  }
}
