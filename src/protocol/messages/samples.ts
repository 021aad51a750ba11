import { CommandId } from '../commandId';
import { contentsOf, message } from './message';

/** When to take samples of currents and phase voltages (facts 2.7). */
export const SampleMode = {
  off: 0,
  now: 1,
  atStart: 2,
  triggerStart: 3,
  triggerFault: 4,
  triggerStartKept: 5,
  triggerFaultKept: 6,
  sendLast: 7,
  /** 6.05 or newer; the length is the index of the sample. */
  sendSingle: 8,
} as const;
export type SampleMode = (typeof SampleMode)[keyof typeof SampleMode];

/** The controller keeps that many. */
export const MAX_SAMPLES = 1000;

/** What to sample. */
export interface SampleOrder {
  readonly mode: SampleMode;
  readonly length: number;
  /** Every n-th control cycle. */
  readonly decimation: number;
  /** Values straight from the converter. */
  readonly raw?: boolean;
}

/** Orders samples; each arrives as its own payload ({@link decodeSample}). */
export function samplePrint({ mode, length, decimation, raw }: SampleOrder): Uint8Array {
  const writer = message(CommandId.SAMPLE_PRINT).u8(mode).u16(length).u8(decimation);
  return (raw === undefined ? writer : writer.u8(raw ? 1 : 0)).finish();
}

/** One sample. What firmware before 6.05 does not send is absent. */
export interface Sample {
  readonly index?: number;
  readonly current1_A: number;
  readonly current2_A: number;
  readonly current3_A?: number;
  readonly phase1_V: number;
  readonly phase2_V: number;
  readonly phase3_V: number;
  readonly zero_V: number;
  readonly currentFiltered_A: number;
  readonly switchingFrequency_Hz: number;
  readonly commutationStep: number;
  readonly hallState: number;
  readonly phase_deg: number;
}

/** Length of a sample of firmware before 6.05. */
const OLD_LENGTH = 35;
const PHASE_STEPS = 250;

/** The sample in `payload`; `undefined` for any other payload. */
export function decodeSample(payload: Uint8Array): Sample | undefined {
  const reader = contentsOf(CommandId.SAMPLE_PRINT, payload);
  if (!reader) return undefined;
  const old = payload.length <= OLD_LENGTH;
  if (!old) reader.i16(); // The index again, in full, is the last field.
  const currents = { current1_A: reader.f32a(), current2_A: reader.f32a() };
  const third = old ? {} : { current3_A: reader.f32a() };
  const voltages = { phase1_V: reader.f32a(), phase2_V: reader.f32a(), phase3_V: reader.f32a() };
  const rest = { zero_V: reader.f32a(), currentFiltered_A: reader.f32a() };
  const switchingFrequency_Hz = reader.f32a();
  const status = reader.u8();
  const phase_deg = (reader.u8() * 360) / PHASE_STEPS;
  return {
    ...currents,
    ...third,
    ...voltages,
    ...rest,
    switchingFrequency_Hz,
    commutationStep: status & 7,
    hallState: (status >> 3) & 7,
    phase_deg,
    ...(old ? {} : { index: reader.i32() }),
  };
}

/** The payload of a sample, as firmware from 6.05 on sends it; without an index as older firmware does. */
export function encodeSample(sample: Sample): Uint8Array {
  const writer = message(CommandId.SAMPLE_PRINT);
  if (sample.index !== undefined) writer.i16(sample.index);
  writer.f32a(sample.current1_A).f32a(sample.current2_A);
  if (sample.index !== undefined) writer.f32a(sample.current3_A ?? 0);
  writer.f32a(sample.phase1_V).f32a(sample.phase2_V).f32a(sample.phase3_V);
  writer.f32a(sample.zero_V).f32a(sample.currentFiltered_A).f32a(sample.switchingFrequency_Hz);
  writer.u8(sample.commutationStep | (sample.hallState << 3));
  writer.u8((sample.phase_deg * PHASE_STEPS) / 360);
  return (sample.index === undefined ? writer : writer.i32(sample.index)).finish();
}
