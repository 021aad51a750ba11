import type { ByteReader } from '../bytes';
import { CommandId } from '../commandId';
import { contents, contentsOf, message } from './message';

/** A step in the drawing of a plot, as terminal commands and LispBM send them (facts 2.7). */
export type PlotStep =
  | { readonly kind: 'init'; readonly xLabel: string; readonly yLabel: string }
  | { readonly kind: 'addGraph'; readonly name: string }
  | { readonly kind: 'setGraph'; readonly index: number }
  /** A point of the graph that was set last. */
  | { readonly kind: 'point'; readonly x: number; readonly y: number };

const READERS = new Map<number, (reader: ByteReader) => PlotStep>([
  [CommandId.PLOT_INIT, (reader) => ({ kind: 'init', xLabel: reader.string(), yLabel: reader.string() })],
  [CommandId.PLOT_ADD_GRAPH, (reader) => ({ kind: 'addGraph', name: reader.string() })],
  [CommandId.PLOT_SET_GRAPH, (reader) => ({ kind: 'setGraph', index: reader.u8() })],
  [CommandId.PLOT_DATA, (reader) => ({ kind: 'point', x: reader.f32a(), y: reader.f32a() })],
]);

/** The plot step in `payload`; `undefined` for any other payload. */
export function decodePlotStep(payload: Uint8Array): PlotStep | undefined {
  return READERS.get(payload[0] ?? -1)?.(contents(payload));
}

/** The payload of a plot step. */
export function encodePlotStep(step: PlotStep): Uint8Array {
  switch (step.kind) {
    case 'init':
      return message(CommandId.PLOT_INIT).string(step.xLabel).string(step.yLabel).finish();
    case 'addGraph':
      return message(CommandId.PLOT_ADD_GRAPH).string(step.name).finish();
    case 'setGraph':
      return message(CommandId.PLOT_SET_GRAPH).u8(step.index).finish();
    case 'point':
      return message(CommandId.PLOT_DATA).f32a(step.x).f32a(step.y).finish();
  }
}

/** The rotor position in degrees that `setDetect` makes the controller stream. */
export function decodeRotorPosition(payload: Uint8Array): number | undefined {
  return contentsOf(CommandId.ROTOR_POSITION, payload)?.f32(1e5);
}

/** The payload of a rotor position. */
export function encodeRotorPosition(position_deg: number): Uint8Array {
  return message(CommandId.ROTOR_POSITION).f32(position_deg, 1e5).finish();
}

/** The numbers of an experiment compiled into the firmware. */
export function decodeExperimentSample(payload: Uint8Array): number[] | undefined {
  const reader = contentsOf(CommandId.EXPERIMENT_SAMPLE, payload);
  return reader && Array.from({ length: Math.floor(reader.remaining / 4) }, () => reader.f32(1e4));
}
