/** What extension and view say to each other. Both check every message by its shape before they look at it. */
import { MOTOR_MODES } from '../../controllers/motorCommand';
import type { SampleMode } from '../../protocol/messages/samples';
import {
  either,
  flag,
  listOf,
  type Message,
  messages,
  type MessageOf,
  nothing,
  number,
  object,
  oneOf,
  optional,
  text,
  whole,
} from '../webview/shapes';

/** How often a second values may be read. */
export const RATES_HZ = [1, 5, 10, 20, 50] as const;
const MAX_SIGNALS = 200;

/** The orders for samples that the view offers, with what the protocol calls them. */
export const CAPTURES = {
  now: 1,
  atStart: 2,
  triggerStart: 3,
  triggerFault: 4,
} as const satisfies Record<string, SampleMode>;
export type CaptureMode = keyof typeof CAPTURES;

const numberOrNone = either(number, nothing);
const signalIds = listOf(text, MAX_SIGNALS);
const motorMode = oneOf(...MOTOR_MODES);
const range = object({ mode: motorMode, min: number, max: number });

const TO_HOST = {
  /** The view is there and can be told things. */
  ready: {},
  /** Which signals are drawn, how often they are read; none while nothing is seen. */
  want: { signals: signalIds, rate_hz: whole(1, 50) },
  record: { on: flag },
  openCsv: {},
  capture: {
    mode: oneOf('now', 'atStart', 'triggerStart', 'triggerFault'),
    length: whole(10, 1000),
    decimation: whole(1, 255),
  },
  captureStop: {},
  /** Which position is streamed; 0 for none. */
  detect: { mode: whole(0, 7) },
  /** The motor test is in sight, or not any more. */
  motorTest: { open: flag },
  hold: { press: whole(1, 1e9), beat: whole(0, 1e9), mode: motorMode, value: number },
  release: { press: whole(0, 1e9) },
  stopMotor: {},
} as const;

const plotStep = either(
  either(
    object({ kind: oneOf('init'), xLabel: text, yLabel: text }),
    object({ kind: oneOf('addGraph'), name: text }),
  ),
  either(
    object({ kind: oneOf('setGraph'), index: whole(0, 255) }),
    object({ kind: oneOf('point'), x: number, y: number }),
  ),
);

const TO_VIEW = {
  controller: { title: text, place: text, state: text, problem: optional(text), canTest: flag },
  /** Rows of [time_s, fault code, value of each signal…], as read. */
  rows: { signals: signalIds, rows: listOf(listOf(numberOrNone, MAX_SIGNALS + 2)) },
  recording: { on: flag, name: optional(text), rows: optional(number), problem: optional(text) },
  /** A file begins; its rows follow as `fileRows`, [time_s, value of each column…]. */
  file: { name: text, columns: signalIds, rows: whole(0, 1e9) },
  fileRows: { rows: listOf(listOf(numberOrNone, MAX_SIGNALS + 1)), last: flag },
  capture: {
    state: oneOf('waiting', 'done', 'failed'),
    got: whole(0, 1000),
    wanted: whole(0, 1000),
    problem: optional(text),
    sampling_Hz: optional(number),
    columns: optional(
      listOf(object({ id: text, label: text, unit: text, values: listOf(number, 1000) }), 12),
    ),
  },
  plot: { steps: listOf(plotStep) },
  /** [time_s, position_deg]… */
  positions: { points: listOf(listOf(number, 2)) },
  limits: { ranges: listOf(range, 10), problem: optional(text), timeout_ms: optional(number) },
  beat: { beat: whole(0, 1e9) },
  motor: {
    running: flag,
    mode: optional(motorMode),
    value: optional(number),
    isClamped: optional(flag),
    ended: optional(text),
  },
} as const;

export type ToHost = MessageOf<typeof TO_HOST>;
export type ToView = MessageOf<typeof TO_VIEW>;
export type ModeRange = Message<{ mode: typeof motorMode; min: typeof number; max: typeof number }>;

export const isToHost = messages(TO_HOST);
export const isToView = messages(TO_VIEW);
