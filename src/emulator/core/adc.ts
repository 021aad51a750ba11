import { adcTransferred, isAdcStreamOn } from './dma';
import { setLine } from './interrupts';
import { PERIPHERAL_STATE } from './layout';
import { write16 } from './memory';
import { isMotorPresent, sampleMotor } from './motor';
import { setWord, word } from './shadow';
import { cancel, schedule, TimedEvent } from './time';
import { CC2IF, nextTrigger, raiseFlag } from './timers';

// ADC1 to ADC3 (RM0090, 13). In regular simultaneous mode a sequence of all three is converted at each trigger, and
// DMA2 stream 4 writes the results: rank by rank, ADC1, ADC2, ADC3. All at once here.

export const ADC_BLOCK: u32 = 0x40012000;
const CCR: u32 = ADC_BLOCK + 0x304;
const CDR: u32 = ADC_BLOCK + 0x308;
const STREAM_MEMORY: u32 = 0x4002647c;
const ADON: u32 = 1;
const EXTEN: u32 = 3 << 28;
const EOC: u32 = 2;
const JEOC: u32 = 4;
const JSTRT: u32 = 8;
const CHANNELS: u32 = 19;
export const MAX_INDEX: u32 = 48;
const MIDDLE: u32 = 2048;
const NOT_SET: u32 = 0xffff;
/** A channel that was set from outside shows no motor. */
const HELD: u32 = 0x8000;

/** Value of each channel, then of each place in the buffer (0xFFFF: the channel's). */
const BY_CHANNEL: usize = PERIPHERAL_STATE + 768;
const BY_INDEX: usize = BY_CHANNEL + 48;
/** Sequences converted since power-on. */
const SEQUENCES: usize = BY_INDEX + 128;

/** Everything in the middle, as if nothing were connected but the dividers; the reference at 1.21 V. */
export function prepareAdc(): void {
  for (let channel: u32 = 0; channel < CHANNELS; channel++) store<u16>(BY_CHANNEL + (channel << 1), MIDDLE);
  store<u16>(BY_CHANNEL + (17 << 1), 1502);
  for (let index: u32 = 0; index < MAX_INDEX; index++) store<u16>(BY_INDEX + (index << 1), NOT_SET);
}

export function setChannel(channel: u32, value: u32): void {
  if (channel < CHANNELS) store<u16>(BY_CHANNEL + (channel << 1), (value & 0xfff) | HELD);
}

/** Lets a channel read what the motor brings about there. */
export function present(channel: u32, value: u32): void {
  const at = BY_CHANNEL + (channel << 1);
  if (channel < CHANNELS && (load<u16>(at) & HELD) === 0) store<u16>(at, value);
}

/** Sets a place of the buffer; anything above 4095 gives it back to its channel. */
export function setIndex(index: u32, value: u32): void {
  if (index < MAX_INDEX) store<u16>(BY_INDEX + (index << 1), value > 4095 ? NOT_SET : value);
}

export function sequenceCount(): u32 {
  return load<u32>(SEQUENCES);
}

function sample(channel: u32): u32 {
  return channel < CHANNELS ? load<u16>(BY_CHANNEL + (channel << 1)) & 0xfff : 0;
}

/** The channel of `rank` (from 0) in the regular sequence of an ADC. */
function channelAt(adc: u32, rank: u32): u32 {
  const base = ADC_BLOCK + (adc << 8);
  const register = rank < 6 ? base + 0x34 : rank < 12 ? base + 0x30 : base + 0x2c;
  return (word(register) >>> ((rank % 6) * 5)) & 31;
}

function sequenceLength(): u32 {
  return ((word(ADC_BLOCK + 0x2c) >>> 20) & 15) + 1;
}

/** How many ADCs convert together: CCR.MULTI. */
function converters(): u32 {
  const mode = word(CCR) & 31;
  return mode === 0 ? 1 : mode < 16 ? 2 : 3;
}

/** The channel that is converted to a place of the buffer. */
export function channelOfIndex(index: u32): u32 {
  const count = converters();
  return channelAt(index % count, index / count);
}

/** What is converted to a place of the buffer. */
export function presentedAt(index: u32): u32 {
  const own: u32 = index < MAX_INDEX ? (load<u16>(BY_INDEX + (index << 1)) as u32) : NOT_SET;
  return own !== NOT_SET ? own : sample(channelOfIndex(index));
}

/** Lets the next trigger be waited for, or none. */
export function scheduleAdc(): void {
  const control = word(ADC_BLOCK + 8);
  const at = (control & ADON) !== 0 && (control & EXTEN) !== 0 && isAdcStreamOn() ? nextTrigger() : -1;
  if (at < 0) cancel(TimedEvent.adc);
  else schedule(TimedEvent.adc, at);
}

/** A trigger: the whole sequence is converted and written. */
export function adcDue(): void {
  if (isMotorPresent()) sampleMotor();
  const count = converters();
  const length = sequenceLength();
  let to = word(STREAM_MEMORY);
  let index: u32 = 0;
  for (let rank: u32 = 0; rank < length; rank++) {
    for (let adc: u32 = 0; adc < count; adc++) {
      const own: u32 = index < MAX_INDEX ? (load<u16>(BY_INDEX + (index << 1)) as u32) : NOT_SET;
      write16(to, own !== NOT_SET ? own : sample(channelAt(adc, rank)));
      to += 2;
      index++;
    }
  }
  store<u32>(SEQUENCES, load<u32>(SEQUENCES) + 1);
  convertInjectedByTrigger();
  raiseFlag(2, CC2IF);
  adcTransferred();
  scheduleAdc();
}

function convertInjectedByTrigger(): void {
  for (let adc: u32 = 0; adc < 3; adc++) {
    const base = ADC_BLOCK + (adc << 8);
    if ((word(base + 8) & (3 << 20)) !== 0) convertInjected(base);
  }
}

/** The injected group, whose sequence stands right-aligned in JSQR. */
function convertInjected(base: u32): void {
  const sequence = word(base + 0x38);
  const length = ((sequence >>> 20) & 3) + 1;
  for (let rank: u32 = 0; rank < length; rank++) {
    const channel = (sequence >>> ((4 - length + rank) * 5)) & 31;
    setWord(base + 0x3c + (rank << 2), sample(channel));
  }
  setWord(base, word(base) | JEOC | JSTRT);
  updateLine();
}

/** All three share interrupt 18. */
function updateLine(): void {
  let high = false;
  for (let adc: u32 = 0; adc < 3; adc++) {
    const base = ADC_BLOCK + (adc << 8);
    const status = word(base);
    const enabled = word(base + 4);
    if ((status & JEOC) !== 0 && (enabled & (1 << 7)) !== 0) high = true;
    if ((status & EOC) !== 0 && (enabled & (1 << 5)) !== 0) high = true;
  }
  setLine(18, high);
}

export function readAdc(address: u32, offset: u32): u32 {
  if (address === CDR) return sample(channelAt(0, 0));
  if (offset >= 0x300) return word(address);
  const base = address & ~0xff;
  if ((offset & 0xff) === 0x4c) {
    setWord(base, word(base) & ~EOC);
    updateLine();
    return sample(channelAt((offset >>> 8) & 3, 0));
  }
  return word(address);
}

export function writeAdc(address: u32, offset: u32, value: u32): void {
  const register = offset & 0xff;
  if (offset >= 0x300) return setWord(address, value);
  if (register === 0x00) {
    setWord(address, word(address) & value);
    updateLine();
  } else if (register === 0x08) {
    setWord(address, value & ~((1 << 30) | (1 << 22)));
    if ((value & (1 << 30)) !== 0) setWord(address - 8, word(address - 8) | EOC);
    if ((value & (1 << 22)) !== 0) convertInjected(address & ~0xff);
    updateLine();
    scheduleAdc();
  } else setWord(address, value);
}
