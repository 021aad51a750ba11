import type { SourcePlace } from '../build/faultSources';
import type { ResetFlag } from '../protocol/crashDiag';
import { describeDriverFlag } from '../protocol/driverFlags';
import type { FaultRecord } from '../protocol/faultListing';
import type { KeptFault } from '../settings/faultHistory';
import type { Card, CardGauge, CardRow, CardSection } from './card';
import { likelyCauses } from './faultCauses';
import { faultMeaning } from './messages';
import { describeReset } from './resetWords';
import { sourceLink } from './sourceLinks';
import { count, fixed, plain, shortFault, timeOfDay } from './text';

/** What a fault card tells of. */
export interface FaultCardInput {
  /** What the user calls the controller. */
  readonly controller: string;
  readonly fault: KeptFault;
  /** It stops the motor now. */
  readonly isActive: boolean;
  /** It struck before the controller last started. */
  readonly isEarlier: boolean;
  /** How often it is remembered of this controller, this time included. */
  readonly times: number;
  /** Why the controller started last, where that is known. */
  readonly resetFlags?: readonly ResetFlag[] | undefined;
  /** Root of the firmware tree of this window; undefined when there is none. */
  readonly root: string | undefined;
  /** Where the tree raises it; undefined while that is being looked for. */
  readonly places: readonly SourcePlace[] | undefined;
}

const WATCHDOG = 'FAULT_CODE_BOOTING_FROM_WATCHDOG_RESET';
const TEXT_LIMIT = 300;

/** What a person needs to know of one fault, and the way to the lines that raise it. */
export function faultCard(input: FaultCardInput): Card {
  const { fault, resetFlags } = input;
  const { record } = fault;
  const meaning = faultMeaning(fault.fault) || 'A fault that this version of the extension does not know.';
  const isWatchdog = fault.fault === WATCHDOG && !input.isEarlier && resetFlags !== undefined;
  const causes = likelyCauses(fault.fault);
  return {
    title: shortFault(fault.fault),
    subtitle: [plain(input.controller), whenText(input), ...(record ? [`motor ${record.motor}`] : [])].join(
      ' · ',
    ),
    severity: input.isActive ? 'error' : 'warning',
    sections: [
      {
        kind: 'text',
        lines: [
          meaning,
          ...(isWatchdog ? [`The last reset was caused by ${describeReset(resetFlags)}.`] : []),
          ...(record?.info ? [`The firmware says: ${plain(record.info, TEXT_LIMIT)}`] : []),
        ],
      },
      ...placesSections(input),
      ...(record ? conditions(record) : [NOT_RECORDED]),
      ...(causes.length > 0 ? [{ kind: 'list', heading: 'Likely causes', items: causes } as const] : []),
    ],
  };
}

const NOT_RECORDED: CardSection = {
  kind: 'text',
  heading: 'When it struck',
  lines: ['The controller has not listed it: it records only the first fault of several at once.'],
};

function whenText({ fault, isActive, isEarlier, times }: FaultCardInput): string {
  const time = timeOfDay(fault.at);
  const when = fault.seen ? time : fault.at === '' ? 'since its start' : `before ${time}`;
  const often = times > 1 ? ` · ${count(times, 'time')} on record` : '';
  return `${isActive ? 'active now, ' : ''}${when}${isEarlier ? ', before its last start' : ''}${often}`;
}

function placesSections({ root, places }: FaultCardInput): CardSection[] {
  const heading = 'Where this firmware raises it';
  if (root === undefined) {
    const empty = 'No firmware tree is open in this window.';
    return [{ kind: 'places', heading, places: [], empty }];
  }
  if (places === undefined)
    return [{ kind: 'places', heading, places: [], empty: 'Looking through the sources …' }];
  const link = (place: SourcePlace): ReturnType<typeof sourceLink> => sourceLink(place, root);
  const raising = places.filter(({ kind }) => kind !== 'tests');
  const asking = places.filter(({ kind }) => kind === 'tests');
  const empty = 'Nothing in this tree raises it.';
  return [
    { kind: 'places', heading, places: raising.map(link), empty },
    ...(asking.length > 0
      ? [{ kind: 'places', heading: 'Where it asks for it', places: asking.map(link), empty: '' } as const]
      : []),
  ];
}

/** The conditions in which it struck, as numbers and pictures. */
function conditions(record: FaultRecord): CardSection[] {
  const { driverFaults } = record;
  const remarks = standsOut(record);
  const flags = driverFaults?.flags ?? [];
  return [
    { kind: 'table', heading: 'When it struck', rows: measured(record) },
    ...(remarks.length > 0 ? [{ kind: 'list', heading: 'What stands out', items: remarks } as const] : []),
    ...(driverFaults
      ? [
          {
            kind: 'list',
            heading: `What the gate driver ${plain(driverFaults.chip)} reports`,
            items:
              flags.length === 0
                ? ['Nothing any more: it was reset before it was asked.']
                : flags.map((flag) => [plain(flag), describeDriverFlag(flag)].filter(Boolean).join(': ')),
          } as const,
        ]
      : []),
    { kind: 'table', heading: 'Timing', rows: timing(record) },
  ];
}

const HOT_C = 80;
const MAX_C = 120;

function measured(record: FaultRecord): CardRow[] {
  const { current_A, currentFiltered_A, voltage_V, gateDriverVoltage_V, duty, rpm, temperature_C } = record;
  const most_A = roundUp(Math.max(20, Math.abs(current_A) || 0, Math.abs(currentFiltered_A) || 0));
  const current = (value: number, hot = false): CardGauge => ({
    min: -most_A,
    max: most_A,
    from: 0,
    to: value,
    hot,
  });
  const most_V = roundUp(Math.max(20, voltage_V || 0));
  return [
    { name: 'Current', value: `${fixed(current_A, 1, 0)} A`, gauge: current(current_A, isSpike(record)) },
    {
      name: 'Current, filtered',
      value: `${fixed(currentFiltered_A, 1, 0)} A`,
      gauge: current(currentFiltered_A),
    },
    {
      name: 'Input voltage',
      value: `${fixed(voltage_V, 2, 0)} V`,
      gauge: { min: 0, max: most_V, from: 0, to: voltage_V },
    },
    ...(gateDriverVoltage_V === undefined
      ? []
      : [{ name: 'Gate driver voltage', value: `${fixed(gateDriverVoltage_V, 2, 0)} V` }]),
    { name: 'Duty', value: `${fixed(100 * duty, 1, 0)} %`, gauge: { min: -1, max: 1, from: 0, to: duty } },
    { name: 'Speed', value: `${fixed(rpm, 0, 0)} ERPM` },
    {
      name: 'MOSFET temperature',
      value: `${fixed(temperature_C, 1, 0)} °C`,
      gauge: { min: 0, max: MAX_C, from: 0, to: temperature_C, hot: temperature_C >= HOT_C },
    },
  ];
}

function timing(record: FaultRecord): CardRow[] {
  const { cyclesRunning, timDuty, timValSamp, timCurrentSamp, timTop, commStep, tacho } = record;
  const marks = [
    { at: timValSamp, title: 'voltage sampled' },
    { at: timCurrentSamp, title: 'current sampled' },
  ];
  const whole = (value: number): string => fixed(value, 0, 0);
  return [
    {
      name: 'Timer: on for',
      value: `${whole(timDuty)} of ${whole(timTop)} counts`,
      gauge: { min: 0, max: timTop, from: 0, to: timDuty, marks },
    },
    { name: 'Timer: voltage sampled at', value: whole(timValSamp) },
    { name: 'Timer: current sampled at', value: whole(timCurrentSamp) },
    { name: 'Control cycles since it began to drive', value: whole(cyclesRunning) },
    { name: 'Commutation step', value: whole(commStep) },
    { name: 'Tachometer', value: whole(tacho) },
  ];
}

const SPIKE = 1.5;
const SMALL_A = 10;
const FULL_DUTY = 0.9;
const JUST_STARTED = 1000;

function isSpike({ current_A, currentFiltered_A }: FaultRecord): boolean {
  return Math.abs(current_A) > SMALL_A && Math.abs(current_A) > SPIKE * Math.abs(currentFiltered_A);
}

/** What of the conditions is unusual, in words. */
function standsOut(record: FaultRecord): string[] {
  const { current_A, currentFiltered_A, duty, temperature_C, cyclesRunning } = record;
  return [
    ...(isSpike(record)
      ? [
          `A spike: ${fixed(current_A, 1, 0)} A at that moment, ${fixed(currentFiltered_A, 1, 0)} A on average.`,
        ]
      : []),
    ...(Math.abs(duty) >= FULL_DUTY ? ['The duty was near its limit: the motor ran as fast as it can.'] : []),
    ...(temperature_C >= HOT_C ? ['The MOSFETs were hot.'] : []),
    ...(cyclesRunning > 0 && cyclesRunning < JUST_STARTED
      ? ['It had only just begun to drive the motor.']
      : []),
  ];
}

/** 1, 2 or 5 times a power of ten, not below `value`. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}
