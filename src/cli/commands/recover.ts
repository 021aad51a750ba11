import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { ExitStatus, VescError } from '../../base/errors';
import { readBootloader, warnAboutBootloader } from '../../image/bootloaderFile';
import { readImage } from '../../image/imageFile';
import { DEFAULT_BAUD_RATE, formatLinkAddress, parseLinkAddress, sameAddress } from '../../links/linkAddress';
import { ControllerProgrammer } from '../../recovery/controllerProgrammer';
import { type Adapter, ADAPTERS, findAdapter } from '../../recovery/openocd/adapters';
import { OpenOcdProgrammer } from '../../recovery/openocd/openOcdProgrammer';
import type { Programmer } from '../../recovery/programmer';
import type { RecoveryResult } from '../../recovery/recovery';
import { verdictExitStatus } from '../../update/verdict';
import { type CommandContext, defineCommand } from '../command';
import { readFile } from '../files';
import { notNow } from '../interruption';
import { readNumber, refuseUnused } from '../options';
import { type Target, TARGET_OPTIONS } from '../target';
import { updateFields, updateText } from '../updateView';
import {
  BUILD_OPTIONS,
  buildBoard,
  type BuildValues,
  chooseBoard,
  openWorkspace,
  refuseBuildOptions,
} from '../workspaceBuild';
import { tellFailedBuild } from './flash';

const HELP = 'vesc recover --help';
const MAX_CAN_ID = 253;

export const recoverCommand = defineCommand({
  name: 'recover',
  summary: 'program a controller over SWD, also one that does not answer',
  positionals: { usage: '[IMAGE]', max: 1 },
  options: {
    port: {
      ...TARGET_OPTIONS.port,
      help: 'where the controller answers once it runs\n(default: wherever it turns up)',
    },
    baud: TARGET_OPTIONS.baud,
    can: TARGET_OPTIONS.can,
    via: {
      type: 'string',
      value: 'PORT',
      help: 'the port of another controller whose SWD pins are wired to it\n(default: a debug adapter, by OpenOCD)',
    },
    adapter: {
      type: 'string',
      value: 'KIND',
      help: `${ADAPTERS.map(({ id }) => id).join(', ')}\n(default: the first that is plugged in)`,
    },
    openocd: { type: 'string', value: 'PATH', help: 'the OpenOCD to use, or its folder (default: on PATH)' },
    unlock: {
      type: 'boolean',
      help: 'take a read protection away; that erases all the chip holds',
    },
    bootloader: {
      type: 'string',
      value: 'FILE',
      help: 'write this bootloader too (default: the one that is there stays)',
    },
    'keep-settings': { type: 'boolean', help: 'leave the sectors of its settings as they are' },
    'no-backup': { type: 'boolean', help: 'do not read its flash into a file first' },
    reflash: { type: 'boolean', help: 'program it even when this very build runs there already' },
    'override-hardware': {
      type: 'string',
      value: 'NAME',
      help: 'the hardware name of what it ran before, where the image is for\nanother. Wrong firmware can destroy the power stage',
    },
    ...BUILD_OPTIONS,
  },
  details: [
    'Without IMAGE, builds the workspace first. The controller needs power of its own',
    'and three wires: SWDIO, SWCLK and GND. Its flash is saved to a file, erased,',
    'written and read back; then it is started over and has to answer as what was',
    'written. Settings that were saved before a failed update are written back.',
  ],
  examples: [
    'vesc recover build/60/60.bin --port /dev/ttyACM0 --via /dev/ttyACM1',
    'vesc recover 60.bin --bootloader generic.bin --adapter st-link',
  ],
  async run(context, { options, positionals }) {
    const { core, folder, interruption, report } = context;
    const [file] = positionals;
    // What OpenOCD prints is shown with --verbose, whatever is programmed.
    if (file !== undefined) refuseBuildOptions('recover', options, ['verbose']);
    if (options.port === undefined) refuseUnused('vesc recover without --port', options, { can: '' }, HELP);
    const target = readTarget(options);
    const programmer = chooseProgrammer(context, options, target);
    const bootloader =
      options.bootloader === undefined ? undefined : await readBootloaderFile(context, options.bootloader);
    const image = file === undefined ? await buildImage(context, options) : resolve(folder, file);
    if (typeof image !== 'string') return image;
    const bytes = await readFile(context, image, file ?? image);
    let cancellable = true;
    interruption.handle(() => {
      if (cancellable) interruption.cancel('The recovery');
      else report.warn(notNow('half a firmware is none'));
    });
    const overrideHardware = options['override-hardware'];
    const recovery = await core.recovery.get();
    const result = await recovery.run(
      {
        programmer,
        image: readImage(bytes, file ?? image),
        ...(target ? { target } : {}),
        ...(bootloader ? { bootloader } : {}),
        keepSettings: options['keep-settings'],
        backup: !options['no-backup'],
        unlock: options.unlock,
        reflash: options.reflash,
        ...(overrideHardware === undefined ? {} : { overrideHardware }),
      },
      {
        signal: interruption.signal,
        onProgress: (progress) => {
          cancellable = progress.cancellable;
          report.progress(progress);
        },
      },
    );
    return tell(context, result);
  },
});

interface RecoverValues {
  readonly port: string | undefined;
  readonly baud: string | undefined;
  readonly can: string | undefined;
  readonly via: string | undefined;
  readonly adapter: string | undefined;
  readonly openocd: string | undefined;
  readonly verbose: boolean;
}

function readBaud({ baud }: RecoverValues): number {
  return baud === undefined
    ? DEFAULT_BAUD_RATE
    : readNumber('--baud', baud, { min: 300, max: 4_000_000, integer: true });
}

function readTarget(values: RecoverValues): Target | undefined {
  const { port, can } = values;
  if (port === undefined) return undefined;
  const canId =
    can === undefined ? undefined : readNumber('--can', can, { min: 0, max: MAX_CAN_ID, integer: true });
  const address = parseLinkAddress(port, readBaud(values));
  return { address, ...(canId === undefined ? {} : { canId }) };
}

function chooseProgrammer(
  { core, host, report }: CommandContext,
  values: RecoverValues,
  target: Target | undefined,
): Programmer {
  const { via, verbose } = values;
  if (via === undefined) {
    const adapter = readAdapter(values.adapter);
    return new OpenOcdProgrammer(host, {
      ...(values.openocd === undefined ? {} : { setting: values.openocd }),
      ...(adapter ? { adapter } : {}),
      makeScratch: () => mkdtemp(join(tmpdir(), 'vesc-recover-')),
      ...(verbose ? { onLine: (line) => report.log(line) } : {}),
    });
  }
  for (const option of ['adapter', 'openocd'] as const) {
    if (values[option] === undefined) continue;
    throw new VescError('usage', { problem: `--via and --${option} are two different ways.`, help: HELP });
  }
  const address = parseLinkAddress(via, readBaud(values));
  if (target && target.canId === undefined && sameAddress(target.address, address)) {
    const problem = 'A controller cannot program itself: --port is the dead one, --via another one.';
    throw new VescError('usage', { problem, help: HELP });
  }
  return new ControllerProgrammer(core.pool, { address });
}

function readAdapter(text: string | undefined): Adapter | undefined {
  if (text === undefined) return undefined;
  const adapter = findAdapter(text);
  if (adapter) return adapter;
  const problem = `--adapter is one of ${ADAPTERS.map(({ id }) => id).join(', ')}, not "${text}".`;
  throw new VescError('usage', { problem, help: HELP });
}

async function readBootloaderFile(
  context: CommandContext,
  file: string,
): Promise<{ readonly bytes: Uint8Array; readonly name: string }> {
  const bytes = await readFile(context, resolve(context.folder, file), file);
  const bootloader = readBootloader(bytes, file);
  for (const warning of warnAboutBootloader(bootloader, file)) context.report.warn(warning);
  return { bytes: bootloader, name: file };
}

/** The image of the workspace; the exit status when it could not be built. */
async function buildImage(context: CommandContext, values: BuildValues): Promise<string | ExitStatus> {
  const workspace = await openWorkspace(context, values);
  const built = await buildBoard(context, workspace, chooseBoard(workspace, values.board), values);
  if (!built.ok || built.image === undefined) return tellFailedBuild(context, built);
  for (const warning of built.warnings) context.report.warn(warning);
  return built.image;
}

const BOOTLOADERS: Record<NonNullable<RecoveryResult['bootloader']>, string> = {
  written: 'written',
  kept: 'the one that was there',
  none: 'none: install one before the next update (--bootloader)',
  unknown: 'not looked at',
};

const STAGES = {
  identify: 'connect to the chip',
  snapshot: 'save what is there',
  upload: 'write',
  commit: 'start over',
  reconnect: 'boot',
} as const;

function tell({ report, style }: CommandContext, result: RecoveryResult): ExitStatus {
  const { error, bootloader, backupPath } = result;
  const fields = {
    ...updateFields(result),
    via: result.via,
    uuid: result.uuid ?? null,
    bootloader: bootloader ?? null,
    settings: result.settings ?? null,
    backupPath: backupPath ?? null,
    ...(result.address ? { address: formatLinkAddress(result.address) } : {}),
  };
  const text = [
    ...updateText(result, style, STAGES),
    ...(bootloader === undefined ? [] : [`${style.dim('Bootloader')}  ${BOOTLOADERS[bootloader]}`]),
    ...(backupPath === undefined ? [] : [`${style.dim('Backup')}      ${backupPath}`]),
  ];
  const status = verdictExitStatus(result.verdict);
  if (error) report.failure(error, fields, text);
  else report.result(fields, text);
  return error?.code === 'recovered-silent' ? ExitStatus.lost : status;
}
