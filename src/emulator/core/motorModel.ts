import { MOTOR } from './layout';
import { currentOf, dutyOf, isDriven, motor, setCurrent, setVoltage, voltageOf } from './motorState';

// The motor's equations in the rotor's coordinates, by the implicit midpoint rule, which keeps the balance of energy;
// the bridge by the mean of its switching, which at the middle of a zero vector, where the ADC samples, is the current
// itself. A phase that nothing drives has diodes to both ends of the supply; it floats while they block.

/** The longest step. */
const STEP: f64 = 20e-6;
/** A longer pause than that, with no PWM to tell the time, is not followed. */
const LONGEST: f64 = 2;
/** Forward voltage of the diodes. */
const DIODE: f64 = 0.7;
/** Below that, an open phase has no current. */
const NO_CURRENT: f64 = 1e-9;
/** From that current on, the dead time takes its full share of the voltage: below, the ripple changes its sign. */
const DEAD_TIME_CURRENT: f64 = 0.5;
const HALF_SQRT3: f64 = 0.8660254037844386;
const PASSES: u32 = 6;

/** How a phase is held in a step. */
const enum Hold {
  driven,
  floating,
  atGround,
  atSupply,
}

/** Lets `duration` seconds pass; `half` is the half period of the PWM, which the dead time is a part of. */
export function advance(duration: f64, half: f64): void {
  if (motor.locked !== 0) motor.speed = 0;
  if (isAtRest()) return;
  const whole = min(duration, LONGEST);
  const steps = ceil(whole / STEP);
  const length = whole / steps;
  for (let step: f64 = 0; step < steps; step++) advanceBy(length, half);
}

function isAtRest(): bool {
  if (motor.speed !== 0 || motor.currentD !== 0 || motor.currentQ !== 0) return false;
  for (let phase: u32 = 0; phase < 3; phase++) {
    if (isDriven(phase)) return false;
    setCurrent(phase, 0);
    setVoltage(phase, 0);
  }
  return true;
}

/** Axis of a phase in the stator's coordinates. */
function alphaOf(phase: u32): f64 {
  return phase === 0 ? 1 : -0.5;
}

function betaOf(phase: u32): f64 {
  return phase === 0 ? 0 : phase === 1 ? HALF_SQRT3 : -HALF_SQRT3;
}

/** The equations of one step: next = inverse · (known + voltage), everything in the rotor's coordinates. */
@unmanaged
class Step {
  knownD: f64;
  knownQ: f64;
  dd: f64;
  dq: f64;
  qd: f64;
  qq: f64;
  /** Rotor at the middle and at the end. */
  cosMid: f64;
  sinMid: f64;
  cosEnd: f64;
  sinEnd: f64;
  /** Result: currents at the end. */
  nextD: f64;
  nextQ: f64;
}

const SCRATCH: usize = MOTOR + 1024;
const HOLDS: usize = SCRATCH + 256;

function holdOf(phase: u32): Hold {
  return load<i32>(HOLDS + (phase << 2)) as Hold;
}

function setHold(phase: u32, hold: Hold): void {
  store<i32>(HOLDS + (phase << 2), hold);
}

function prepare(step: Step, h: f64): void {
  const w = motor.speed;
  const r = motor.resistance * 0.5;
  const ld = motor.inductanceD;
  const lq = motor.inductanceQ;
  const a11 = ld / h + r;
  const a12 = -0.5 * w * lq;
  const a21 = 0.5 * w * ld;
  const a22 = lq / h + r;
  const scale = 1 / (a11 * a22 - a12 * a21);
  step.dd = a22 * scale;
  step.dq = -a12 * scale;
  step.qd = -a21 * scale;
  step.qq = a11 * scale;
  step.knownD = (ld / h - r) * motor.currentD - a12 * motor.currentQ;
  step.knownQ = (lq / h - r) * motor.currentQ - a21 * motor.currentD - w * motor.flux;
  const mid = motor.angle + 0.5 * w * h;
  const end = motor.angle + w * h;
  step.cosMid = Math.cos(mid);
  step.sinMid = Math.sin(mid);
  step.cosEnd = w === 0 ? step.cosMid : Math.cos(end);
  step.sinEnd = w === 0 ? step.sinMid : Math.sin(end);
}

/** Currents at the end for a voltage in the stator's coordinates. */
function respond(step: Step, alpha: f64, beta: f64): void {
  const d = step.knownD + step.cosMid * alpha + step.sinMid * beta;
  const q = step.knownQ - step.sinMid * alpha + step.cosMid * beta;
  step.nextD = step.dd * d + step.dq * q;
  step.nextQ = step.qd * d + step.qq * q;
}

/** Current of a phase at the end. */
function nextCurrent(step: Step, phase: u32): f64 {
  const alpha = step.cosEnd * step.nextD - step.sinEnd * step.nextQ;
  const beta = step.sinEnd * step.nextD + step.cosEnd * step.nextQ;
  return alphaOf(phase) * alpha + betaOf(phase) * beta;
}

/** By how much a phase's current at the end changes for a volt at it. */
function ownResponse(step: Step, phase: u32): f64 {
  const alpha = (alphaOf(phase) * 2) / 3;
  const beta = (betaOf(phase) * 2) / 3;
  const d = step.cosMid * alpha + step.sinMid * beta;
  const q = -step.sinMid * alpha + step.cosMid * beta;
  const nextD = step.dd * d + step.dq * q;
  const nextQ = step.qd * d + step.qq * q;
  const nextAlpha = step.cosEnd * nextD - step.sinEnd * nextQ;
  const nextBeta = step.sinEnd * nextD + step.cosEnd * nextQ;
  return alphaOf(phase) * nextAlpha + betaOf(phase) * nextBeta;
}

function respondToTerminals(step: Step): void {
  const third: f64 = 1.0 / 3.0;
  const alpha = third * (2 * voltageOf(0) - voltageOf(1) - voltageOf(2));
  const beta = (voltageOf(1) - voltageOf(2)) * (2 * third * HALF_SQRT3);
  respond(step, alpha, beta);
}

/** Voltage of a driven phase: less in the direction of the current by what the diodes do in the dead time. */
function drivenVoltage(phase: u32, half: f64): f64 {
  const share = half > 0 && dutyOf(phase) > 0 && dutyOf(phase) < 1 ? (0.5 * motor.deadTime) / half : 0;
  const towards = max(-1.0, min(1.0, currentOf(phase) / DEAD_TIME_CURRENT));
  return motor.supply * (dutyOf(phase) - share * towards);
}

/** With two or three phases floating no current flows: the terminals show the back-EMF. */
function floatTogether(step: Step, floating: u32): void {
  step.nextD = 0;
  step.nextQ = 0;
  let alpha = -step.cosMid * step.knownD + step.sinMid * step.knownQ;
  let beta = -step.sinMid * step.knownD - step.cosMid * step.knownQ;
  if (floating === 3) {
    // Sampled at the end of the step.
    alpha = -step.sinEnd * motor.speed * motor.flux;
    beta = step.cosEnd * motor.speed * motor.flux;
  }
  let least: f64 = 0;
  let star: f64 = 0;
  for (let phase: u32 = 0; phase < 3; phase++) {
    const own = alphaOf(phase) * alpha + betaOf(phase) * beta;
    least = min(least, own);
    if (holdOf(phase) !== Hold.floating) star = voltageOf(phase) - own;
  }
  // Nothing holds the motor: the dividers draw it down until its lowest terminal is at ground, where that phase's diode
  // takes over; at the few microamperes of a divider without the voltage that it has at a motor's current.
  if (floating === 3) star = -least;
  for (let phase: u32 = 0; phase < 3; phase++) {
    if (holdOf(phase) === Hold.floating) {
      setVoltage(phase, star + alphaOf(phase) * alpha + betaOf(phase) * beta);
    }
  }
}

/** Solves the step with the phases held as they are. */
function solve(step: Step, half: f64): void {
  let floating: u32 = 0;
  let last: u32 = 0;
  for (let phase: u32 = 0; phase < 3; phase++) {
    const hold = holdOf(phase);
    if (hold === Hold.floating) {
      floating++;
      last = phase;
    } else if (hold === Hold.driven) setVoltage(phase, drivenVoltage(phase, half));
    else setVoltage(phase, hold === Hold.atGround ? -DIODE : motor.supply + DIODE);
  }
  if (floating > 1) return floatTogether(step, floating);
  if (floating === 1) {
    setVoltage(last, 0);
    respondToTerminals(step);
    setVoltage(last, -nextCurrent(step, last) / ownResponse(step, last));
  }
  respondToTerminals(step);
}

/** Lets diodes begin or cease to conduct, as the solution wants it; false when it is consistent. */
function revise(step: Step): bool {
  let changed = false;
  for (let phase: u32 = 0; phase < 3; phase++) {
    switch (holdOf(phase)) {
      case Hold.floating:
        if (voltageOf(phase) > motor.supply + DIODE) setHold(phase, Hold.atSupply);
        else if (voltageOf(phase) < -DIODE - NO_CURRENT) setHold(phase, Hold.atGround);
        else continue;
        changed = true;
        break;
      case Hold.atGround:
        if (nextCurrent(step, phase) >= -NO_CURRENT) continue;
        setHold(phase, Hold.floating);
        changed = true;
        break;
      case Hold.atSupply:
        if (nextCurrent(step, phase) <= NO_CURRENT) continue;
        setHold(phase, Hold.floating);
        changed = true;
        break;
      default:
    }
  }
  return changed;
}

function advanceBy(h: f64, half: f64): void {
  const step = changetype<Step>(SCRATCH);
  prepare(step, h);
  let isOpen = false;
  for (let phase: u32 = 0; phase < 3; phase++) {
    const current = currentOf(phase);
    if (isDriven(phase)) setHold(phase, Hold.driven);
    else {
      isOpen = true;
      setHold(
        phase,
        current > NO_CURRENT ? Hold.atGround : current < -NO_CURRENT ? Hold.atSupply : Hold.floating,
      );
    }
  }
  solve(step, half);
  for (let pass: u32 = 0; isOpen && pass < PASSES && revise(step); pass++) solve(step, half);
  account(step, h);
  turn(step, h);
  for (let phase: u32 = 0; phase < 3; phase++) {
    setCurrent(phase, holdOf(phase) === Hold.floating ? 0 : nextCurrent(step, phase));
  }
}

/** Energy at the terminals and in the windings, with the means of the step. */
function account(step: Step, h: f64): void {
  const d = 0.5 * (motor.currentD + step.nextD);
  const q = 0.5 * (motor.currentQ + step.nextQ);
  const alpha = step.cosMid * d - step.sinMid * q;
  const beta = step.sinMid * d + step.cosMid * q;
  let power: f64 = 0;
  for (let phase: u32 = 0; phase < 3; phase++) {
    power += voltageOf(phase) * (alphaOf(phase) * alpha + betaOf(phase) * beta);
  }
  motor.supplied += power * h;
  motor.copperLoss += 1.5 * motor.resistance * (d * d + q * q) * h;
}

function turn(step: Step, h: f64): void {
  const d = 0.5 * (motor.currentD + step.nextD);
  const q = 0.5 * (motor.currentQ + step.nextQ);
  motor.currentD = step.nextD;
  motor.currentQ = step.nextQ;
  const pairs = motor.polePairs;
  const before = motor.speed / pairs;
  const torque = 1.5 * pairs * (motor.flux * q + (motor.inductanceD - motor.inductanceQ) * d * q);
  let after: f64 = 0;
  if (motor.locked === 0) {
    const perTorque = h / motor.inertia;
    const free = (before + perTorque * torque) / (1 + perTorque * motor.drag);
    const held = perTorque * (motor.friction + motor.load);
    after = free > held ? free - held : free < -held ? free + held : 0;
    motor.frictionLoss +=
      torque * 0.5 * (before + after) * h - 0.5 * motor.inertia * (after * after - before * before);
  }
  const mean = 0.5 * (before + after);
  motor.revolutions += (mean * h) / (2 * Math.PI);
  // The electrical angle goes with the speed that its equations had.
  const angle = motor.angle + motor.speed * h;
  motor.angle = angle - 2 * Math.PI * floor(angle / (2 * Math.PI));
  motor.speed = after * pairs;
}
