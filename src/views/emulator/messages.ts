/** What extension and emulator view say to each other. Both check every message by its shape before they look at it. */
import { MAX_COUNT, QUANTITIES } from '../../emulator/boardInputs';
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

const MAX_PLACES = 48;
const quantity = oneOf(...QUANTITIES);
const place = { index: whole(0, MAX_PLACES - 1), value: either(whole(0, MAX_COUNT), nothing) };

/** What can be done to a controller by a switch. */
export const SWITCHES = ['driverFault', 'damage', 'unplugged', 'off'] as const;
export type SwitchName = (typeof SWITCHES)[number];

const TO_HOST = {
  /** The view is there and can be told things. */
  ready: {},
  choose: { controller: text },
  set: { quantity, value: number },
  place,
  switch: { name: oneOf(...SWITCHES), on: flag },
  /** Undo everything. */
  normal: {},
  /** Erase the flash but for program and bootloader, and start over. */
  erase: {},
} as const;

const shownQuantity = {
  quantity,
  label: text,
  unit: text,
  digits: whole(0, 3),
  min: number,
  max: number,
  value: number,
  normal: number,
  /** Beyond these the firmware raises a fault unless it is told otherwise. */
  lowest: optional(number),
  highest: optional(number),
  /** What the firmware itself makes of it; absent while it does not say. */
  read: optional(number),
};

const TO_VIEW = {
  state: {
    controllers: listOf(object({ id: text, title: text }), 50),
    chosen: optional(text),
    /** How it is, in a few words; what to do about it. */
    status: text,
    hint: optional(text),
    mood: oneOf('good', 'fault', 'trouble'),
    isKnown: flag,
    quantities: listOf(object(shownQuantity), QUANTITIES.length),
    switches: listOf(object({ name: oneOf(...SWITCHES), label: text, on: flag }), SWITCHES.length),
    places: listOf(object({ ...place, channel: whole(0, 18) }), MAX_PLACES),
    isNormal: flag,
  },
} as const;

export type ToHost = MessageOf<typeof TO_HOST>;
export type ToView = MessageOf<typeof TO_VIEW>;
export type EmulatorState = Omit<ToView, 'type'>;
export type ShownQuantity = Message<typeof shownQuantity>;

export const isToHost = messages(TO_HOST);
export const isToView = messages(TO_VIEW);
