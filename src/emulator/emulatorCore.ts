import type { MotorSetup } from './motor';
import { MOTOR_STATE, MOTOR_STATE_FROM, motorFields, type MotorState } from './motorFields';

/** What the compiled core exports (core/index.ts); times are nanoseconds. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  powerOn(): void;
  reset(cause: number): void;
  run(until_ns: bigint): void;
  now(): bigint;
  instructions(): bigint;
  idle_ns(): bigint;
  flashAddress(): number;
  sramAddress(): number;
  uniqueIdAddress(): number;
  queuesAddress(): number;
  resetCount(): number;
  lastResetCause(): number;
  faultCount(): number;
  lastFault(field: number): number;
  isLockedUp(): number;
  isWatched(): number;
  isUsbConfigured(): number;
  receiveSoon(): void;
  canReceiveSoon(): void;
  attachCan(on: boolean): void;
  chooseUart(number: number): void;
  setInstantFlash(on: boolean): void;
  setChannel(channel: number, value: number): void;
  setIndex(index: number, value: number): void;
  holdPin(port: number, pin: number, level: number): void;
  dirtyFrom(): number;
  dirtyTo(): number;
  clearDirty(): void;
  eraseCount(): number;
  sequenceCount(): number;
  setMotorField(field: number, value: number): void;
  motorField(field: number): number;
  reg(number: number): number;
  step(): void;
  stopReason(): number;
  resume(): number;
  attachDebugger(on: boolean): void;
  debugRegister(number: number): number;
  setDebugRegister(number: number, value: number): void;
  debugRead(address: number): number;
  debugWrite(address: number, value: number): number;
  setBreakpoint(address: number): number;
  clearBreakpoint(address: number): void;
}

/** The rings between host and controller, in the order of core/queues.ts. */
export const QUEUES = ['uartIn', 'uartOut', 'usbIn', 'usbOut', 'canIn', 'canOut'] as const;
export type QueueName = (typeof QUEUES)[number];

const RING_BYTES = 8192;
const RING_STRIDE = 8 + RING_BYTES;
const FLASH_BYTES = 0x10_0000;
const UNIQUE_ID_BYTES = 12;
const POWER_ON = 0x0e00_0000;

/** Why the controller started, as bits of RCC_CSR. */
export const RESET_CAUSES = {
  powerOn: POWER_ON,
  software: 1 << 28,
  independentWatchdog: 1 << 29,
  windowWatchdog: 1 << 30,
} as const;
export type ResetCause = keyof typeof RESET_CAUSES;

/** An exception that the program ran into. */
export interface CoreFault {
  /** Address of the instruction. */
  readonly pc: number;
  /** The bits it set in CFSR (ARMv7-M ARM, B3.2.15). */
  readonly status: number;
  /** The address that was accessed, for bus faults. */
  readonly address: number;
}

/** The emulated chip: the WebAssembly module with its memory, typed. One object is one chip. */
export class EmulatorCore {
  private readonly exports: Exports;
  private readonly bytes: Uint8Array;
  private readonly words: DataView;

  /** Powers on with an erased flash; {@link start} runs what was put into it. */
  constructor(module: WebAssembly.Module) {
    const instance = new WebAssembly.Instance(module, {});
    this.exports = instance.exports as Exports;
    const { buffer } = this.exports.memory;
    this.bytes = new Uint8Array(buffer);
    this.words = new DataView(buffer);
    this.exports.powerOn();
  }

  /** The whole flash. What is written here from outside takes effect with the next reset. */
  get flash(): Uint8Array {
    return this.view(this.exports.flashAddress(), FLASH_BYTES);
  }

  get sram(): Uint8Array {
    return this.view(this.exports.sramAddress(), 0x2_0000);
  }

  /** Gives the chip its unique ID and starts it as after power-on. */
  start(uniqueId: Uint8Array): void {
    this.view(this.exports.uniqueIdAddress(), UNIQUE_ID_BYTES).set(uniqueId.subarray(0, UNIQUE_ID_BYTES));
    this.exports.reset(RESET_CAUSES.powerOn);
  }

  reset(cause: ResetCause): void {
    this.exports.reset(RESET_CAUSES[cause]);
  }

  /** Virtual time since power-on. */
  get now_ns(): bigint {
    return this.exports.now();
  }

  /** Runs until a point in virtual time; a little longer when the flash is busy then. */
  run(until_ns: bigint): void {
    this.exports.run(until_ns);
  }

  /** Instructions executed since power-on. */
  get instructions(): bigint {
    return this.exports.instructions();
  }

  /** Virtual time in which nothing was to be done. */
  get idle_ns(): bigint {
    return this.exports.idle_ns();
  }

  /** How often it has started, for whatever reason. */
  get resets(): number {
    return this.exports.resetCount();
  }

  get lastResetCause(): ResetCause {
    const bits = this.exports.lastResetCause();
    const names = Object.keys(RESET_CAUSES) as ResetCause[];
    return names.find((name) => RESET_CAUSES[name] === bits) ?? 'powerOn';
  }

  get faults(): number {
    return this.exports.faultCount();
  }

  get lastFault(): CoreFault {
    const field = (number: number): number => this.exports.lastFault(number) >>> 0;
    return { pc: field(0), status: field(1), address: field(2) };
  }

  /** True after a fault inside the fault handler: only a reset helps. */
  get isLockedUp(): boolean {
    return this.exports.isLockedUp() !== 0;
  }

  /** True while a watchdog runs. */
  get isWatched(): boolean {
    return this.exports.isWatched() !== 0;
  }

  get isUsbConfigured(): boolean {
    return this.exports.isUsbConfigured() !== 0;
  }

  /** How often the ADC has converted its sequence: once in each period of the motor control. */
  get sequences(): number {
    return this.exports.sequenceCount();
  }

  get erases(): number {
    return this.exports.eraseCount();
  }

  /** r0 to r15, then xPSR, MSP and PSP. */
  register(number: number): number {
    return this.exports.debugRegister(number) >>> 0;
  }

  setRegister(number: number, value: number): void {
    this.exports.setDebugRegister(number, value);
  }

  /** Whether a debugger is there: without one a BKPT of the program is a fault. */
  attachDebugger(on: boolean): void {
    this.exports.attachDebugger(on);
  }

  /** True at a breakpoint or a BKPT: no time passes until {@link resume}. */
  get isStopped(): boolean {
    return this.exports.stopReason() !== 0;
  }

  /** Goes on; from a BKPT with what follows it. */
  resume(): void {
    this.exports.resume();
  }

  /** One instruction. */
  step(): void {
    const passed = this.exports.resume() !== 0;
    if (!passed) this.exports.step();
  }

  /** A byte of memory without side effects; `undefined` where there is nothing. */
  readByte(address: number): number | undefined {
    const value = this.exports.debugRead(address);
    return value < 0 ? undefined : value;
  }

  /** Changes a byte of RAM or flash; false where there is nothing. */
  writeByte(address: number, value: number): boolean {
    return this.exports.debugWrite(address, value) !== 0;
  }

  /** False when there are too many. */
  setBreakpoint(address: number): boolean {
    return this.exports.setBreakpoint(address) !== 0;
  }

  clearBreakpoint(address: number): void {
    this.exports.clearBreakpoint(address);
  }

  /** Whether others are on the bus of CAN1. While nobody is, nothing that it sends is acknowledged. */
  attachCan(on: boolean): void {
    this.exports.attachCan(on);
  }

  /** The UART that `uartIn` and `uartOut` belong to; 0 picks the first that listens. */
  chooseUart(number: number): void {
    this.exports.chooseUart(number);
  }

  /** Lets erasing and programming take no time. */
  setInstantFlash(on: boolean): void {
    this.exports.setInstantFlash(on);
  }

  /** Sets what the ADC reads on a channel (0–18), 12 bits. */
  setChannel(channel: number, value: number): void {
    this.exports.setChannel(channel, value);
  }

  /** Sets one place of the buffer that the ADC's results are written to; `undefined` gives it back to its channel. */
  setIndex(index: number, value: number | undefined): void {
    this.exports.setIndex(index, value ?? 0xffff);
  }

  /** Holds pin `pin` of port `port` (0 is A) high or low from outside, or lets go of it. */
  holdPin(port: number, pin: number, level: 0 | 1 | undefined): void {
    this.exports.holdPin(port, pin, level ?? 2);
  }

  /** Connects a motor, or changes the one that is there: its angle, speed and currents stay. */
  setMotor(setup: MotorSetup): void {
    motorFields(setup).forEach((value, field) => this.exports.setMotorField(field, value));
  }

  /** The motor as it was when the ADC last sampled it, or the program last switched its outputs. */
  get motor(): MotorState {
    const values = MOTOR_STATE.map((name, index) => [
      name,
      this.exports.motorField(MOTOR_STATE_FROM + index),
    ]);
    return Object.fromEntries(values) as MotorState;
  }

  /** Bytes that a queue has room for. */
  room(queue: QueueName): number {
    return RING_BYTES - this.length(queue);
  }

  /** Puts in as many bytes as there is room for; tells how many. */
  put(queue: QueueName, bytes: Uint8Array): number {
    const ring = this.ring(queue);
    const count = Math.min(bytes.length, this.room(queue));
    const tail = this.words.getUint32(ring + 4, true);
    for (let index = 0; index < count; index++) {
      this.bytes[ring + 8 + ((tail + index) % RING_BYTES)] = bytes[index]!;
    }
    this.words.setUint32(ring + 4, (tail + count) >>> 0, true);
    if (queue === 'uartIn') this.exports.receiveSoon();
    if (queue === 'canIn') this.exports.canReceiveSoon();
    return count;
  }

  /** Takes out everything. */
  take(queue: QueueName): Uint8Array {
    const ring = this.ring(queue);
    const head = this.words.getUint32(ring, true);
    const out = new Uint8Array(this.length(queue));
    for (let index = 0; index < out.length; index++) {
      out[index] = this.bytes[ring + 8 + ((head + index) % RING_BYTES)]!;
    }
    this.words.setUint32(ring, this.words.getUint32(ring + 4, true), true);
    return out;
  }

  /** The part of the flash that the program changed since this was last asked, or `undefined`. */
  takeDirty(): { readonly offset: number; readonly bytes: Uint8Array } | undefined {
    const to = this.exports.dirtyTo();
    if (to === 0) return undefined;
    const offset = this.exports.dirtyFrom();
    this.exports.clearDirty();
    return { offset, bytes: this.flash.slice(offset, to) };
  }

  private length(queue: QueueName): number {
    const ring = this.ring(queue);
    return (this.words.getUint32(ring + 4, true) - this.words.getUint32(ring, true)) >>> 0;
  }

  private ring(queue: QueueName): number {
    return this.exports.queuesAddress() + QUEUES.indexOf(queue) * RING_STRIDE;
  }

  private view(address: number, length: number): Uint8Array {
    return this.bytes.subarray(address, address + length);
  }
}
