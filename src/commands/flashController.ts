import * as vscode from 'vscode';
import type { ErrorCode } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import type { Image } from '../image/imageFile';
import type { UpdateHooks, UpdateRequest } from '../update/updater';
import type { UpdateOutcome } from '../update/verdict';
import { FlashProgress } from '../views/flashProgress';
import { needsHardwareName, overridesOf, verdictNotice } from '../views/updateMessages';
import type { Handlers } from '../views/notifier';
import { swdFraction, wholeFraction } from '../views/progressWords';
import { plain } from '../views/text';
import { installBootloaderOn } from './installBootloader';
import type { Shell } from './shell';
import { tellsBusy } from './work';

const FLASH = 'Flash';
const STATUS_MS = 8000;

/** What is to be put on which controller. */
export interface FlashJob {
  readonly controller: Controller;
  readonly image: Image;
  /** What speaks for a second thought, from the build. */
  readonly warnings: readonly string[];
  readonly overrideHardware?: string;
  readonly override?: readonly ErrorCode[];
  readonly reflash?: boolean;
  readonly proveByCrc?: boolean;
  /** The board it was built for, when it was built here. */
  readonly board?: string;
  /** Good news are only in the status bar: nobody asked just now. */
  readonly isQuiet?: boolean;
}

/**
 * Updates one controller in front of the user and tells how it ended. Undefined when they changed their mind.
 * @throws VescError of the link when the controller cannot be reached in the first place
 */
export async function flashController(shell: Shell, job: FlashJob): Promise<UpdateOutcome | undefined> {
  const { controller, image } = job;
  if (!(await isConfirmed(shell, job))) return undefined;
  // While they were asked something else may have begun.
  if (tellsBusy(shell, controller)) return undefined;
  const title = `Flashing ${plain(controller.title)}`;
  const cancelled = new AbortController();
  const progress = new FlashProgress(title, () => cancelled.abort());
  const state = shell.flashing.begin(shell.core.registry.atLink(controller));
  shell.log.info(`${title} at ${formatPlace(controller)} with ${image.name}`);
  const isOverSwd = shell.settings().flashRoute === 'swd';
  let result: UpdateOutcome | undefined;
  try {
    result = await send(shell, job, {
      signal: cancelled.signal,
      onProgress: (update) => {
        if (isOverSwd) progress.show(update, swdFraction(update));
        else progress.report(update);
        state.report(update, isOverSwd ? swdFraction(update) : wholeFraction(update));
      },
    });
  } finally {
    progress.dispose();
    state.finish(result?.verdict);
  }
  record(shell, result);
  const notice = verdictNotice(result, controller.title, job.warnings);
  if (job.isQuiet && notice.severity === 'information') {
    vscode.window.setStatusBarMessage(`$(check) ${notice.text}`, STATUS_MS);
    shell.log.info(notice.text);
  } else shell.notifier.show(notice, handlers(shell, job, result));
  await remember(shell, job, result);
  return result;
}

/** By the bootloader, or over a debug adapter for those whose adapter is always attached: the same checks and proof. */
async function send(shell: Shell, job: FlashJob, hooks: UpdateHooks): Promise<UpdateOutcome> {
  const { core, settings, adapter } = shell;
  const { controller } = job;
  if (settings().flashRoute === 'bootloader') {
    return core.registry.update(controller, requestOf(job), hooks);
  }
  return core.registry.lend(
    controller,
    async (target) => {
      // Its settings are read before as in any update; with their sectors left alone nothing has to be read back.
      const request = { ...requestOf(job), target, keepSettings: true, backup: false };
      const [recovery, programmer] = await Promise.all([core.recovery.get(), adapter()]);
      const result = await recovery.run({ ...request, programmer }, hooks);
      controller.lastVerdict = result.verdict;
      return result;
    },
    ({ address }) => address,
  );
}

function requestOf(job: FlashJob): Omit<UpdateRequest, 'target'> {
  const { image, overrideHardware, override, reflash, proveByCrc } = job;
  return {
    image,
    ...(overrideHardware === undefined ? {} : { overrideHardware }),
    ...(override === undefined ? {} : { override }),
    ...(reflash === undefined ? {} : { reflash }),
    ...(proveByCrc === undefined ? {} : { proveByCrc }),
  };
}

async function isConfirmed(shell: Shell, { controller, image, warnings }: FlashJob): Promise<boolean> {
  if (!shell.settings().confirmBeforeFlash) return true;
  const what = `Flash ${plain(image.name)} on ${plain(controller.title)} (${plain(formatPlace(controller), 200)})?`;
  const detail = ['The motor must not turn.', ...warnings.map((warning) => plain(warning, 400))].join(' ');
  return (await vscode.window.showWarningMessage(what, { modal: true, detail }, FLASH)) === FLASH;
}

/** What the buttons below the verdict do with this job. */
function handlers(shell: Shell, job: FlashJob, result: UpdateOutcome): Handlers {
  const again = async (change: Partial<FlashJob>): Promise<void> => {
    await flashController(shell, { ...job, ...change });
  };
  const override = overridesOf(result) ?? [];
  const controller = { controller: job.controller };
  return {
    // Known to run already: then again means all the same.
    'flash-again': () => again(result.verdict === 'already-running' ? { reflash: true } : {}),
    'flash-anyway': () => again({ override }),
    'type-hardware': async () => {
      const hardware = needsHardwareName(result) ? result.before?.hardware : undefined;
      const overrideHardware = hardware === undefined ? undefined : await typeHardware(hardware);
      if (overrideHardware !== undefined) await again({ overrideHardware, override });
    },
    'prove-by-crc': async () => {
      if (await startsLisp()) await again({ proveByCrc: true });
    },
    'install-bootloader': () => installBootloaderOn(shell, job.controller, () => again({})),
    'migrate-settings': () =>
      vscode.commands.executeCommand('vesc.restoreSettings', {
        ...controller,
        ...(result.snapshotPath === undefined ? {} : { snapshotPath: result.snapshotPath }),
      }),
    'restore-settings': () => vscode.commands.executeCommand('vesc.restoreSettings', controller),
    faults: () => vscode.commands.executeCommand('vesc.showFaults', controller),
    recover: () => vscode.commands.executeCommand('vesc.recover', controller),
    'look-again': () => vscode.commands.executeCommand('vesc.refresh', controller),
  };
}

/** Wrong firmware can destroy a power stage: whoever insists types what the controller is, letter by letter. */
async function typeHardware(hardware: string): Promise<string | undefined> {
  const typed = await vscode.window.showInputBox({
    title: 'VESC: Flash all the same',
    prompt: `Wrong firmware can destroy the power stage. Type the controller's hardware name (${plain(hardware)}) to go on.`,
    ignoreFocusOut: true,
    // A complaint takes the place of the prompt, so that what is being typed rightly is left alone.
    validateInput: (value) =>
      hardware.startsWith(value)
        ? undefined
        : `This is not the hardware name of the controller (${plain(hardware)}).`,
  });
  return typed === hardware ? typed : undefined;
}

/** LispBM is the user's own ground: nobody starts it unasked. */
async function startsLisp(): Promise<boolean> {
  const go = 'Flash and prove';
  const detail =
    'LispBM tells the checksum of what runs. It is started for that after the update, and its stored code is ' +
    'written back afterwards.';
  const question = 'Flash again, and ask LispBM on the controller what runs?';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, go)) === go;
}

/** What runs there is known by its build from now on, and the next build for it is of the same board. */
async function remember(shell: Shell, { controller, board }: FlashJob, result: UpdateOutcome): Promise<void> {
  const { verdict, buildId } = result;
  if (verdict !== 'updated' && verdict !== 'already-running') return;
  if (board !== undefined) await shell.core.registry.rememberBoard(controller, board);
  if (buildId !== undefined) await shell.records.markFlashed(buildId);
}

function record(shell: Shell, result: UpdateOutcome): void {
  const { verdict, proof, stages, payload_B, raw_B, snapshotPath, error } = result;
  shell.log.info(
    `verdict ${verdict}${proof === undefined ? '' : `, proof ${proof}`}, ${payload_B} bytes for ${raw_B}` +
      (snapshotPath === undefined ? '' : `, snapshot ${snapshotPath}`),
  );
  for (const { stage, duration_ms, bytes } of stages)
    shell.log.info(
      `  ${stage}: ${Math.round(duration_ms)} ms${bytes === undefined ? '' : `, ${bytes} bytes`}`,
    );
  if (error) shell.log.info(`  code ${error.code}`);
}
