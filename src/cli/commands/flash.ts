import { resolve } from 'node:path';
import type { Disposable } from '../../base/disposable';
import { type ErrorCode, ExitStatus, isVescError, VescError } from '../../base/errors';
import type { Board } from '../../build/boards';
import type { BuildResult } from '../../build/buildResult';
import { type Image, readImage } from '../../image/imageFile';
import { formatLinkAddress } from '../../links/linkAddress';
import type { FirmwareVersion } from '../../protocol/messages/identity';
import { OVERRIDABLE } from '../../update/overridable';
import { sameHardware } from '../../update/sameHardware';
import type { UpdateProgress, UpdateRequest } from '../../update/updater';
import { type UpdateResult, type UpdateStage, verdictExitStatus } from '../../update/verdict';
import { flashBus, WHOLE_BUS } from '../busFlash';
import { type CommandContext, defineCommand } from '../command';
import { readFile } from '../files';
import { notNow } from '../interruption';
import { readNumber } from '../options';
import { chooseTarget, connect, hungUpOn, type Target, TARGET_OPTIONS, type TargetValues } from '../target';
import { tellPending } from '../pendingUpdate';
import { updateFields, updateText } from '../updateView';
import {
  BUILD_OPTIONS,
  buildBoard,
  buildFields,
  buildRecords,
  type BuildValues,
  chooseBoard,
  diagnosticText,
  openWorkspace,
  refuseBuildOptions,
  type Workspace,
} from '../workspaceBuild';

const MAX_WINDOW = 16;
/** Those that need no typed name. */
const BY_CODE = OVERRIDABLE.filter((code) => code !== 'wrong-hardware' && code !== 'hardware-unknown');

export const flashCommand = defineCommand({
  name: 'flash',
  summary: 'build, bring the firmware onto a controller and prove that it runs',
  positionals: { usage: '[FILE]', max: 1 },
  options: {
    ...TARGET_OPTIONS,
    can: {
      ...TARGET_OPTIONS.can,
      help: `${TARGET_OPTIONS.can.help},\nor "${WHOLE_BUS}" for all of them, the one at the port last`,
    },
    ...BUILD_OPTIONS,
    reflash: { type: 'boolean', help: 'flash even when this very build runs there already' },
    'override-hardware': {
      type: 'string',
      value: 'NAME',
      help: "flash an image made for other hardware: type the controller's\nhardware name. Wrong firmware can destroy the power stage",
    },
    override: {
      type: 'string',
      multiple: true,
      value: 'CODE',
      help: `go on in spite of a refusal:\n${BY_CODE.join(', ')}`,
    },
    'prove-by-crc': {
      type: 'boolean',
      help: 'where old and new read the same, ask LispBM for the checksum of\nwhat runs; this starts LispBM (6.06 and later)',
    },
    window: {
      type: 'string',
      value: 'N',
      help: `writes on the way at a time, 1 to ${MAX_WINDOW} (default: what the link takes)`,
    },
  },
  details: [
    'Without FILE, builds the workspace first. FILE is the .bin, .hex or .elf of a',
    'firmware build, or a .bin with a staging header. The settings of the controller',
    'are saved before and written back after.',
    '',
    'Ends with one verdict. Exit status: 0 updated or already running, 4 refused',
    '(nothing was sent), 5 interrupted (the old firmware is intact), 6 not taken (the',
    'old firmware runs), 7 lost, 8 unproven.',
  ],
  examples: [
    'vesc flash --board 60_mk6',
    'vesc flash --can all',
    'vesc flash build/60/60.bin --port /dev/ttyACM0 --json',
  ],
  async run(context, { options, positionals }) {
    const [file] = positionals;
    if (file !== undefined) refuseBuildOptions('flash', options);
    const request = readRequestOptions(options);
    // Whatever is wrong with the file shall be said before anything is opened.
    const image =
      file === undefined ? undefined : await readImageFile(context, file).catch(refusedImage(context));
    if (image === 'refused') return ExitStatus.refused;
    const workspace = file === undefined ? await openWorkspace(context, options) : undefined;
    const wholeBus = options.can === WHOLE_BUS;
    const target = wholeBus ? { ...options, can: undefined } : options;
    const found = await findTarget(context, target, workspace !== undefined);
    try {
      const built = workspace && (await build(context, workspace, options, found));
      if (built?.ok === false) return tellFailedBuild(context, built);
      const wanted = image ?? (await readImageFile(context, built!.image!));
      const { address, canId } = found;
      if (wholeBus) return await flashBus(context, address, { ...request, image: wanted });
      const place = { address, ...(canId === undefined ? {} : { canId }) };
      const result = await update(context, { ...request, target: place, image: wanted });
      // It runs, whatever this computer's disk does.
      if (result.verdict === 'updated') await rememberFlashed(context, result, built).catch(() => undefined);
      return tell(context, result, built);
    } finally {
      found.dispose();
    }
  },
});

interface FlashValues {
  readonly reflash: boolean;
  readonly 'override-hardware': string | undefined;
  readonly override: readonly string[];
  readonly 'prove-by-crc': boolean;
  readonly window: string | undefined;
}

type RequestOptions = Omit<UpdateRequest, 'target' | 'image'>;

function readRequestOptions(values: FlashValues): RequestOptions {
  for (const code of values.override) {
    if ((BY_CODE as readonly string[]).includes(code)) continue;
    throw new VescError('usage', {
      problem: `--override does not take "${code}": ${BY_CODE.join(', ')} can be overridden.`,
      help: 'vesc flash --help',
    });
  }
  const overrideHardware = values['override-hardware'];
  return {
    reflash: values.reflash,
    ...(values['prove-by-crc'] ? { proveByCrc: true } : {}),
    override: values.override as readonly ErrorCode[],
    ...(overrideHardware === undefined ? {} : { overrideHardware }),
    ...(values.window === undefined
      ? {}
      : { window: readNumber('--window', values.window, { min: 1, max: MAX_WINDOW, integer: true }) }),
  };
}

/** A file that is no image for a controller is refused like any other: with a verdict, before anything is opened. */
function refusedImage({ report }: CommandContext): (error: unknown) => 'refused' {
  return (error) => {
    if (!isVescError(error) || error.exitStatus !== ExitStatus.refused) throw error;
    report.failure(error, {
      verdict: 'refused',
      proof: null,
      before: null,
      after: null,
      stages: [],
      payload_B: 0,
    });
    return 'refused';
  };
}

async function readImageFile(context: CommandContext, file: string): Promise<Image> {
  return readImage(await readFile(context, resolve(context.folder, file), file), file);
}

/** Where to flash, and who was heard there, if anybody was asked. */
interface FlashTarget extends Target, Disposable {
  readonly version?: FirmwareVersion;
}

/**
 * Looks who answers before anything is built, so that a forgotten cable costs no build, and tells of an update that
 * was left half-way. The link stays open: closing it would only invite others in.
 */
async function findTarget(
  context: CommandContext,
  values: TargetValues,
  first: boolean,
): Promise<FlashTarget> {
  const { core, report } = context;
  const pending = await core.journal.pending();
  if (!first && pending.length === 0 && values.can === undefined && values.timeout === undefined) {
    return { ...(await chooseTarget(core, values)), dispose: () => {} };
  }
  const connection = await connect(context, values);
  await tellPending(report, core.journal, connection.version.uuid);
  return connection;
}

async function build(
  context: CommandContext,
  workspace: Workspace,
  values: BuildValues,
  found: FlashTarget,
): Promise<BuildResult> {
  const board = await boardFor(context, workspace, values.board, found.version);
  const built = await buildBoard(context, workspace, board, values);
  for (const warning of built.warnings) context.report.warn(warning);
  return built;
}

/** The board named, the one last flashed there, or the only one that is for this hardware. */
async function boardFor(
  { core, report }: CommandContext,
  workspace: Workspace,
  wanted: string | undefined,
  version: FirmwareVersion | undefined,
): Promise<Board> {
  if (wanted !== undefined || !version) return chooseBoard(workspace, wanted);
  const { board: last } = await core.memory.recall(version.uuid);
  const fits = ({ hardwareName }: Board): boolean =>
    hardwareName !== undefined && sameHardware(hardwareName, version.hardware);
  const fitting = workspace.boards.filter(fits);
  const known = workspace.boards.find(
    (board) => board.name === last && (fits(board) || board.hardwareName === undefined),
  );
  const board = known ?? (fitting.length === 1 ? fitting[0]! : chooseBoard(workspace, undefined));
  report.note(`Board: ${board.name} (${known ? 'the last one flashed there' : `for ${version.hardware}`})`);
  return board;
}

const BOOTLOADER_WORKS = 'the bootloader is at work';
/** What is done in a stage that cannot be cancelled, where that is something else. */
const WORK: Readonly<Partial<Record<UpdateStage, string>>> = {
  commit: 'the bootloader is being started',
  prove: 'it is being proven what runs',
  restore: 'the settings are being written back',
};

async function update(context: CommandContext, request: UpdateRequest): Promise<UpdateResult> {
  const { core, report, interruption } = context;
  let latest: UpdateProgress | undefined;
  interruption.handle(() => {
    if (latest === undefined || latest.cancellable) {
      report.warn('Cancelling; the controller is left in order first. Keep the power on.');
      interruption.cancel('The update');
    } else {
      report.warn(notNow(WORK[latest.stage] ?? BOOTLOADER_WORKS));
    }
  });
  const result = core.updater.run(request, {
    signal: interruption.signal,
    onProgress: (progress) => {
      latest = progress;
      report.progress(progress);
    },
  });
  // What is thrown, and no verdict, is that nobody could be identified.
  return result.catch((error: unknown) => {
    throw hungUpOn(request.target.address, error);
  });
}

async function rememberFlashed(
  context: CommandContext,
  { after, buildId }: UpdateResult,
  built: BuildResult | undefined,
): Promise<void> {
  if (!built || !after) return;
  await context.core.memory.remember(after.uuid, { board: built.board });
  if (buildId !== undefined) await buildRecords(context).markFlashed(buildId);
}

function tell(context: CommandContext, result: UpdateResult, built: BuildResult | undefined): ExitStatus {
  const fields = {
    ...updateFields(result),
    address: formatLinkAddress(result.address),
    ...(built === undefined ? {} : { build: buildFields(built) }),
  };
  const text = updateText(result, context.style);
  const status = verdictExitStatus(result.verdict);
  if (status === ExitStatus.ok) {
    context.report.result(fields, text);
  } else {
    const error =
      result.error ?? new VescError('internal', { reason: `verdict ${result.verdict} without a reason` });
    context.report.failure(error, fields, text);
  }
  return status;
}

export function tellFailedBuild({ report, folder, style }: CommandContext, built: BuildResult): ExitStatus {
  const error = built.failure ?? new VescError('build-failed', { board: built.board, errors: 0 });
  const text = built.diagnostics.map((diagnostic) => diagnosticText(diagnostic, folder, style));
  report.failure(error, { build: buildFields(built) }, text);
  return error.exitStatus;
}
