import { relative, resolve } from 'node:path';
import { ExitStatus, VescError } from '../../base/errors';
import { BuildRecords } from '../../build/buildRecord';
import { type CrashReport, reportCrash } from '../../build/crashReport';
import { FaultSources } from '../../build/faultSources';
import { findFirmwareTrees } from '../../build/firmwareTree';
import { type CodePlace, type SourceLine, Symbolizer } from '../../build/symbolizer';
import { silenceIs } from '../../links/silence';
import { hexWord } from '../../protocol/bytes';
import {
  type CrashDiag,
  CRASH_REGISTERS,
  type CrashRegisters,
  parseCrashDiag,
} from '../../protocol/crashDiag';
import { describeContext, describeFaultBits, faultAddress, isImprecise } from '../../protocol/faultRegisters';
import { formatVersion } from '../../protocol/version';
import { identifyController } from '../../update/controllerIdentity';
import { type CommandContext, defineCommand } from '../command';
import { workspaceFolder } from '../files';
import { UNKNOWN } from '../format';
import type { Style } from '../output';
import type { Fields } from '../report';
import { pairs } from '../table';
import { requireMotor, TARGET_OPTIONS, withController } from '../target';
import { BUILD_OPTIONS } from '../workspaceBuild';

/** Two blanks, the longest name, two blanks. */
const CALLER_INDENT = 2 + 'called from'.length + 2;
/** The 14 registers come one print each, over a slow UART in bursts. */
const READING = { timeout_ms: 5000, idle_ms: 500 } as const;

export const crashCommand = defineCommand({
  name: 'crash',
  summary: 'tell why the controller started last, and the line at which it crashed',
  options: {
    ...TARGET_OPTIONS,
    elf: {
      type: 'string',
      value: 'FILE',
      help: 'the ELF of the firmware that crashed (default: the one that was\nkept of that build)',
    },
    workspace: BUILD_OPTIONS.workspace,
  },
  details: [
    'Firmware from 7.01 on keeps the registers of a crash, or why it halted, until the',
    'power is off. The build that runs is known by its identity, and the ELF of every',
    'build made here is kept, so the line is that of the firmware that crashed.',
  ],
  examples: ['vesc crash', 'vesc crash --port tcp://localhost:65102 --elf build/60/60.elf --json'],
  run: (context, { options }) =>
    withController(context, options, async (connection) => {
      requireMotor(connection, 'crash record');
      const { core, report, style, interruption, host, folder } = context;
      const workspace = await workspaceFolder(context, options);
      const { endpoint, version } = connection;
      const { signal } = interruption;
      const identity = await identifyController(endpoint, { version, signal });
      const prints = await silenceIs(endpoint.terminal('crash_diag', { ...READING, signal }), []);
      const diag = parseCrashDiag(prints);
      if (!diag) {
        const { hardware } = version;
        throw new VescError('no-crash-record', { hardware, version: formatVersion(version) });
      }
      const { buildId } = identity.firmware;
      const [tree] = await findFirmwareTrees([workspace], host);
      const found = await reportCrash(
        {
          diag,
          buildId,
          elf: options.elf === undefined ? undefined : resolve(folder, options.elf),
          tree: tree?.root,
          signal,
        },
        {
          records: new BuildRecords(core.dataDirectory, host.files, host.clock),
          symbolizer: new Symbolizer(host),
          sources: new FaultSources(host.files),
        },
      );
      report.result(crashFields(diag, found, buildId), crashText(context, style, diag, found));
      return ExitStatus.ok;
    }),
});

function crashFields(diag: CrashDiag, report: CrashReport, buildId: string | undefined): Fields {
  const { crash, ...start } = diag;
  return {
    ...start,
    ...(buildId === undefined ? {} : { buildId }),
    ...(report.elf === undefined ? {} : { elf: report.elf }),
    crash: crash === undefined ? null : { ...causeFields(crash), ...placeFields(report) },
  };
}

function causeFields(crash: NonNullable<CrashDiag['crash']>): Fields {
  if (crash.kind === 'halt') {
    const { badReasonAddress: address, ...halt } = crash;
    return { ...halt, ...(address === undefined ? {} : { badReasonAddress: hexWord(address) }) };
  }
  const { kind, bootsAgo, registers } = crash;
  const address = faultAddress(registers);
  const known = CRASH_REGISTERS.flatMap((name) => {
    const value = registers[name];
    return value === undefined ? [] : [[name, hexWord(value)] as const];
  });
  return {
    kind,
    bootsAgo,
    registers: Object.fromEntries(known),
    faultBits: describeFaultBits(registers),
    imprecise: isImprecise(registers),
    ...(address === undefined ? {} : { faultAddress: hexWord(address) }),
    context: describeContext(registers) ?? null,
  };
}

function placeFields({ places: { pc, lr, culprit }, halts }: CrashReport): Fields {
  const fields = (place: CodePlace): Fields => ({ ...place, address: hexWord(place.address) });
  return {
    ...(pc ? { pc: fields(pc) } : {}),
    ...(lr ? { lr: fields(lr) } : {}),
    ...(culprit ? { culprit } : {}),
    halts: halts.map(({ file, line, function: name }) => ({ file, line, function: name ?? null })),
  };
}

function crashText({ folder }: CommandContext, style: Style, diag: CrashDiag, report: CrashReport): string[] {
  const { crash, resetFlags, crashedBoots, supplyDips, bootNumber, uptime_s } = diag;
  const start = pairs(
    [
      ['Last start', `${resetFlags.join(' ')} (boot ${bootNumber}, ${uptime_s} s ago)`],
      ['Crashed starts', crashedBoots > 0 ? `${crashedBoots} in a row` : undefined],
      [
        'Supply dips',
        supplyDips &&
          `${supplyDips.count} below 2.9 V, the last ${supplyDips.lastUptime_s} s after the start`,
      ],
    ],
    style.dim,
  );
  if (!crash) return [...start, '', 'No crash is recorded.'];
  const ago = crash.bootsAgo === 1 ? 'in the boot before this one' : `${crash.bootsAgo} boots ago`;
  const where = (place: SourceLine): string => placeText(place, folder);
  if (crash.kind === 'halt') {
    const reason = crash.reason ?? 'its reason was lost';
    return [
      ...start,
      '',
      `${style.red('The firmware stopped itself')} ${ago}: ${style.bold(reason)}`,
      ...report.halts.map((place) => `  ${where(place)}`),
    ];
  }
  const { registers } = crash;
  const { pc, lr, culprit } = report.places;
  const address = faultAddress(registers);
  const row = (name: string, place: CodePlace | undefined): [string, string | undefined] => [
    name,
    place &&
      [where(place), ...place.inlinedInto.map((each) => `in ${where(each)}`)].join(
        `\n${' '.repeat(CALLER_INDENT)}`,
      ),
  ];
  return [
    ...start,
    '',
    `${style.red('The firmware crashed')} ${ago}${culprit ? `: ${style.bold(where(report.places[culprit]!))}` : '.'}`,
    ...pairs(
      [
        row('at', pc),
        row('called from', lr),
        ['address', address === undefined ? undefined : hexWord(address)],
      ],
      style.dim,
    ),
    ...describeFaultBits(registers).map(({ name, meaning }) => `  ${style.bold(name)}: ${meaning}`),
    ...(report.elf === undefined
      ? ['  No ELF is kept of the build that runs there; name it with --elf to see the line.']
      : []),
    '',
    ...registerTable(registers),
  ];
}

/** Four registers a line. */
function registerTable(registers: Partial<CrashRegisters>): string[] {
  const cells = CRASH_REGISTERS.map((name) => {
    const value = registers[name];
    return `${name.padEnd(6)}${value === undefined ? UNKNOWN.padEnd(10) : hexWord(value)}`;
  });
  return Array.from({ length: Math.ceil(cells.length / 4) }, (_, row) =>
    `  ${cells.slice(4 * row, 4 * row + 4).join('   ')}`.trimEnd(),
  );
}

/** `calibrate (motor/mc_interface.c:49)`. */
function placeText(place: SourceLine & { address?: number; offset_B?: number }, folder: string): string {
  const { file, line, function: name, offset_B } = place;
  if (name === undefined && file === undefined) {
    return place.address === undefined
      ? 'an unknown place'
      : `${hexWord(place.address)}, no code of this firmware`;
  }
  const inside = relative(folder, file ?? '');
  const path = file === undefined || inside.startsWith('..') ? file : inside;
  if (path === undefined) return `${name} + ${offset_B ?? 0} B`;
  return `${name ?? 'code'} (${path}${line === undefined ? '' : `:${line}`})`;
}
