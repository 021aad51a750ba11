import type { CrashReport } from '../build/crashReport';
import { hexWord } from '../protocol/bytes';
import { type CrashDiag, CRASH_REGISTERS, type CrashRegisters } from '../protocol/crashDiag';
import { describeContext, describeFaultBits, faultAddress, isImprecise } from '../protocol/faultRegisters';
import type { Card, CardRow, CardSection } from './card';
import { crashPlaces, crashTitle, isWatchdogReset } from './crashWords';
import { describeReset } from './resetWords';
import { count, plain } from './text';

/** What a crash card tells of. */
export interface CrashCardInput {
  /** What the user calls the controller. */
  readonly controller: string;
  readonly diag: CrashDiag;
  /** The lines behind it; undefined while they are being looked for. */
  readonly report: CrashReport | undefined;
  /** Root of the firmware tree of this window; undefined when there is none. */
  readonly root: string | undefined;
}

const TEXT_LIMIT = 300;

/** Why a controller started last and how its firmware ended before, with the way to the line. */
export function crashCard(input: CrashCardInput): Card {
  const { controller, diag } = input;
  const { crash } = diag;
  return {
    title: crashTitle(diag),
    subtitle: [
      plain(controller),
      ...(crash
        ? [crash.bootsAgo === 1 ? 'in the boot before this one' : `${crash.bootsAgo} boots ago`]
        : []),
    ].join(' · '),
    severity: crash || isWatchdogReset(diag) ? 'error' : 'information',
    sections: [...(crash ? crashSections(input, crash) : []), startSection(diag)],
  };
}

function crashSections(input: CrashCardInput, crash: NonNullable<CrashDiag['crash']>): CardSection[] {
  const { report, root } = input;
  const heading = crash.kind === 'halt' ? 'Where it halts' : 'Where it crashed';
  const links: CardSection = {
    kind: 'places',
    heading,
    places: report ? crashPlaces(report, root) : [],
    empty: report ? whyNoPlace(crash, report, root) : 'Looking it up …',
  };
  if (crash.kind === 'halt') {
    const { reason, badReasonAddress } = crash;
    const said =
      reason === undefined
        ? `The firmware stopped itself; its reason is lost${badReasonAddress === undefined ? '' : ` (it should be at ${hexWord(badReasonAddress)})`}.`
        : `The firmware stopped itself and gave as its reason: ${plain(reason, TEXT_LIMIT)}`;
    return [{ kind: 'text', lines: [said] }, links];
  }
  const { registers } = crash;
  const address = faultAddress(registers);
  const context = describeContext(registers);
  const remarks = [
    ...describeFaultBits(registers).map(({ name, meaning }) => `${name}: ${meaning}`),
    ...(address === undefined ? [] : [`The address was ${hexWord(address)}.`]),
    ...(context === undefined ? [] : [`It happened ${context}.`]),
    ...(isImprecise(registers) ? ['The culprit is a write some instructions before the place below.'] : []),
  ];
  return [
    links,
    ...functionsOnly(report),
    ...(remarks.length > 0
      ? [{ kind: 'list', heading: 'What the processor says', items: remarks } as const]
      : []),
    ...buildSection(report, crash.bootsAgo),
    { kind: 'table', heading: 'Registers', rows: registerRows(registers) },
  ];
}

/** Where no line is known, the function is told all the same. */
function functionsOnly(report: CrashReport | undefined): CardSection[] {
  const { pc, lr } = report?.places ?? {};
  const lines = [['Crashed in', pc] as const, ['Called from', lr] as const].flatMap(([what, place]) =>
    place?.function !== undefined && place.file === undefined
      ? [`${what} ${plain(place.function)}, ${place.offset_B ?? 0} B behind its start.`]
      : [],
  );
  return lines.length === 0 ? [] : [{ kind: 'text', lines }];
}

function whyNoPlace(
  crash: NonNullable<CrashDiag['crash']>,
  { elf, places }: CrashReport,
  root: string | undefined,
): string {
  if (crash.kind === 'halt') {
    return root === undefined
      ? 'No firmware tree is open in this window.'
      : 'Nothing in this tree halts with it.';
  }
  if (elf === undefined) {
    return 'No ELF is kept of the build that crashed: it was built elsewhere. "vesc crash --elf FILE" takes one of yours.';
  }
  return places.culprit === undefined
    ? 'Neither PC nor LR lies in the code of this firmware.'
    : 'Without arm-none-eabi-addr2line only the function is known.';
}

function buildSection(report: CrashReport | undefined, bootsAgo: number): CardSection[] {
  const build = report?.build;
  if (!build) return [];
  const { board, commit, changedFiles, date } = build;
  const from = commit === undefined ? '' : ` from commit ${plain(commit).slice(0, 8)}`;
  const changed = changedFiles.length > 0 ? ` with ${count(changedFiles.length, 'changed file')}` : '';
  const doubt =
    bootsAgo > 1
      ? ['If another firmware was flashed since the crash, these lines are not those that crashed.']
      : [];
  const lines = [
    `Looked up in the ELF of ${plain(board)}${from}${changed}, built on ${plain(date).slice(0, 16).replace('T', ' ')}.`,
    ...doubt,
  ];
  return [{ kind: 'text', lines }];
}

function startSection(diag: CrashDiag): CardSection {
  const { resetFlags, crashedBoots, supplyDips, briefPowerLoss, bootNumber } = diag;
  return {
    kind: 'list',
    heading: 'Last start',
    items: [
      `Caused by ${describeReset(resetFlags)} (${resetFlags.join(' ') || 'no flag'}); boot ${bootNumber}.`,
      ...(crashedBoots > 0
        ? [`${count(crashedBoots, 'boot')} in a row ended in a crash, a halt or a watchdog reset.`]
        : []),
      ...(supplyDips
        ? [
            `The supply fell below 2.9 V ${count(supplyDips.count, 'time')}, the last ${supplyDips.lastUptime_s} s after a start.`,
          ]
        : []),
      ...(briefPowerLoss ? ['The power was away too shortly for its memory to be lost.'] : []),
    ],
  };
}

function registerRows(registers: Partial<CrashRegisters>): CardRow[] {
  return CRASH_REGISTERS.map((name) => {
    const value = registers[name];
    return { name, value: value === undefined ? '–' : hexWord(value) };
  });
}
