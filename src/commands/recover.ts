import * as path from 'node:path';
import * as vscode from 'vscode';
import { isVescError } from '../base/errors';
import { portAddress } from '../controllers/core';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import { type Image, readImage } from '../image/imageFile';
import { ControllerProgrammer } from '../recovery/controllerProgrammer';
import type { Programmer } from '../recovery/programmer';
import type { RecoveryRequest, RecoveryResult } from '../recovery/recovery';
import { searchEverywhere } from '../recovery/search';
import type { UpdateTarget } from '../update/updater';
import type { ControllerTarget } from '../views/commandNames';
import {
  answeringRow,
  recoveryNotice,
  type RecoveryRoute,
  ROUTES,
  SIGHTS,
  WATCHDOG_PATIENCE_MS,
} from '../views/recoveryGuide';
import { swdFraction } from '../views/progressWords';
import { plain } from '../views/text';
import { controllerPicks } from './chooseController';
import { connect, connectTo } from './connect';
import { readBytes } from './files';
import { pickBootloader } from './pickBootloader';
import type { Shell } from './shell';
import { tellsBusy, workOn } from './work';

const TITLE = 'VESC: Recover controller';
const PROGRAM = 'Program';
/** Still in the time in which a watchdog may bite: then it is worth waiting. */
const RECENT_MS = 120_000;

/** The controller that is missed, as far as anybody knows. */
interface Missed {
  readonly controller: Controller | undefined;
  readonly uuid: string | undefined;
  readonly target: UpdateTarget | undefined;
}

/**
 * The guide for a controller that does not answer: what can be seen, what helps without tools, and then SWD. Undefined
 * when nothing was programmed.
 * @throws VescError
 */
export async function recover(shell: Shell, target?: ControllerTarget): Promise<RecoveryResult | undefined> {
  const missed = missedController(shell, target);
  if (tellsBusy(shell, missed.controller)) return undefined;
  const sight = await vscode.window.showQuickPick(SIGHTS, {
    title: `${TITLE} (1 of 4)`,
    placeHolder: 'What do the LEDs of the controller show, or what did they show last?',
    ignoreFocusOut: true,
  });
  if (!sight) return undefined;
  shell.log.info(`recovery: ${plain(sight.label)}`);
  if (sight.way === 'search' && (await isFound(shell, missed))) return undefined;
  for (;;) {
    const route = await pickRoute();
    if (route === 'wiring') (await shell.wiring.get()).show();
    else if (route === 'search') {
      if (await isFound(shell, missed)) return undefined;
    } else if (route === undefined) return undefined;
    else return programBy(shell, route, missed);
  }
}

function missedController({ core }: Shell, target: ControllerTarget | undefined): Missed {
  const controller = target?.controller ?? core.registry.selected;
  // One that is connected and well is no patient: it may be the programmer.
  if (!target && controller?.state === 'connected') {
    return { controller: undefined, uuid: undefined, target: undefined };
  }
  const place = controller && {
    address: controller.address,
    ...(controller.canId === undefined ? {} : { canId: controller.canId }),
  };
  return { controller, uuid: controller?.identity?.uuid, target: place };
}

async function pickRoute(): Promise<RecoveryRoute | undefined> {
  const pick = await vscode.window.showQuickPick(ROUTES, {
    title: `${TITLE} (2 of 4)`,
    placeHolder: 'Its chip can always be programmed over SWD. How?',
    ignoreFocusOut: true,
  });
  return pick?.route;
}

/** Looks for it everywhere a controller can be found without a tool; true when the user has it back. */
async function isFound(shell: Shell, missed: Missed): Promise<boolean> {
  const { core } = shell;
  const since = (await core.journal.pending()).find(({ uuid }) => uuid === missed.uuid)?.since;
  const isRecent = since !== undefined && core.clock.date().getTime() - Date.parse(since) < RECENT_MS;
  const found = await workOn(shell, missed.controller, 'Looking for the controller', ({ signal, report }) =>
    searchEverywhere({
      pool: core.pool,
      clock: core.clock,
      ports: async () => [
        ...(missed.target ? [missed.target.address] : []),
        ...(await core.listPorts()).filter(({ inUseBy }) => inUseBy === undefined).map(portAddress),
      ],
      patience_ms: isRecent ? WATCHDOG_PATIENCE_MS : 0,
      ...(missed.uuid === undefined ? {} : { uuid: missed.uuid }),
      signal,
      onTry: (what, fraction) => report({ message: `Asking at ${what}`, fraction, cancellable: true }),
    }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
      return [];
    }),
  );
  // Those that are connected are known to be well.
  const isKnown = (uuid: string): boolean =>
    uuid !== missed.uuid &&
    core.registry.controllers.some((each) => each.state === 'connected' && each.identity?.uuid === uuid);
  const rows = found
    .filter(({ version }) => !isKnown(version.uuid))
    .map((answering) => ({ ...answeringRow(answering), answering }));
  if (rows.length === 0) return false;
  const pick = await vscode.window.showQuickPick(
    [
      ...rows,
      { label: '$(arrow-right) It is none of these', description: 'go on to SWD', answering: undefined },
    ],
    { title: TITLE, placeHolder: 'These answer. Is the missed one among them?', ignoreFocusOut: true },
  );
  if (!pick) return true;
  if (!pick.answering) return false;
  await connectTo(shell, pick.answering.target.address);
  return true;
}

async function programBy(
  shell: Shell,
  route: RecoveryRoute,
  missed: Missed,
): Promise<RecoveryResult | undefined> {
  const lender = route === 'controller' ? await pickProgrammer(shell, missed) : undefined;
  if (route === 'controller' && !lender) return undefined;
  const image = await pickImage(shell);
  if (!image) return undefined;
  const bootloader = await pickBootloader(shell, `${TITLE} (4 of 4)`, {
    label: '$(check) Keep the bootloader that is there',
    description: 'if there is one',
  });
  if (bootloader === undefined) return undefined;
  const name = lender
    ? `the ${plain(lender.title)} at ${plain(formatPlace(lender), 200)}`
    : 'the debug adapter';
  if (!(await isConfirmed(image, name)) || tellsBusy(shell, missed.controller)) return undefined;
  const request = {
    image,
    ...(missed.target ? { target: missed.target } : {}),
    ...(bootloader === 'without' ? {} : { bootloader }),
  };
  const run = (programmer: Programmer, unlock = false): Promise<RecoveryResult> =>
    runRecovery(shell, missed.controller, { ...request, programmer, unlock });
  const program = async (unlock?: boolean): Promise<RecoveryResult> =>
    lender
      ? shell.core.registry.lend(lender, (target) =>
          run(new ControllerProgrammer(shell.core.pool, target), unlock),
        )
      : run(await shell.adapter(), unlock);
  let result = await program();
  if (!lender && isVescError(result.error, 'swd-locked') && (await wantsUnlock()))
    result = await program(true);
  await tell(shell, result, missed);
  return result;
}

/** The controller whose SWD pins are wired to the dead one. */
async function pickProgrammer(shell: Shell, missed: Missed): Promise<Controller | undefined> {
  const rows = controllerPicks(shell).filter(
    ({ controller }) => controller?.state === 'connected' && controller !== missed.controller,
  );
  const other = { label: '$(plug) Connect another one…' };
  const pick = await vscode.window.showQuickPick([...rows, other], {
    title: TITLE,
    placeHolder: 'Which healthy controller is wired to the dead one?',
    ignoreFocusOut: true,
  });
  if (pick === undefined) return undefined;
  return pick === other ? connect(shell) : (pick as (typeof rows)[number]).controller;
}

async function pickImage(shell: Shell): Promise<Image | undefined> {
  const board = shell.workspace.knownBoard ?? (await shell.workspace.chosenBoard());
  const built = board && shell.builds.resultOf(board)?.image;
  const rows = [
    ...(board && built !== undefined
      ? [{ label: `$(tools) The build of ${plain(board.name)}`, description: plain(built, 200), file: built }]
      : []),
    {
      label: '$(folder-opened) Choose a file…',
      description: '.bin, .hex or .elf of a firmware build',
      file: undefined,
    },
  ];
  const pick = await vscode.window.showQuickPick(rows, {
    title: `${TITLE} (3 of 4)`,
    placeHolder: 'The firmware for it: of its own hardware and no other',
    ignoreFocusOut: true,
  });
  if (!pick) return undefined;
  const file = pick.file ?? (await browseImage(shell));
  return file === undefined ? undefined : readImage(await readBytes(file), path.basename(file));
}

async function browseImage(shell: Shell): Promise<string | undefined> {
  const tree = await shell.workspace.tree();
  const files = await vscode.window.showOpenDialog({
    title: TITLE,
    openLabel: PROGRAM,
    filters: { 'Firmware image': ['bin', 'hex', 'elf'] },
    ...(tree ? { defaultUri: vscode.Uri.file(path.join(tree.root, 'build')) } : {}),
  });
  return files?.[0]?.fsPath;
}

/** A dead controller cannot say what it is: the user has to. */
async function isConfirmed(image: Image, name: string): Promise<boolean> {
  const hardware = image.identity.hardware;
  const what = hardware === undefined ? 'hardware it does not name' : `the hardware ${plain(hardware)}`;
  const detail =
    `${plain(image.name)} is for ${what}; firmware of other hardware can destroy the power stage. The chip at the ` +
    `SWD pins of ${name} is read into a file, erased, written and read back. It needs power of its own, and the ` +
    'motor must not turn.';
  const question = 'Program the controller over SWD?';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, PROGRAM)) === PROGRAM;
}

async function wantsUnlock(): Promise<boolean> {
  const unlock = 'Unlock and erase';
  const detail =
    'Its manufacturer locked it against being read. Unlocking erases everything in it for good: firmware, settings ' +
    'and calibration. Nothing was changed so far.';
  const question = 'The chip is read-protected. Unlock it?';
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, unlock)) === unlock;
}

function runRecovery(
  shell: Shell,
  controller: Controller | undefined,
  request: RecoveryRequest,
): Promise<RecoveryResult> {
  return workOn(shell, controller, 'Programming the controller over SWD', async ({ signal, report }) => {
    const recovery = await shell.core.recovery.get();
    return recovery.run(request, {
      signal,
      onProgress: (progress) => report(progress, swdFraction(progress)),
    });
  });
}

async function tell(shell: Shell, result: RecoveryResult, missed: Missed): Promise<void> {
  const { verdict, error, uuid, backupPath, address } = result;
  shell.log.info(
    `recovery of ${uuid ?? 'an unknown chip'}: ${verdict}` +
      (error ? `, code ${error.code}` : '') +
      (backupPath === undefined ? '' : `, flash kept in ${backupPath}`),
  );
  const title = missed.controller?.title ?? result.after?.hardware ?? 'The controller';
  const controller = missed.controller && { controller: missed.controller };
  shell.notifier.show(recoveryNotice(result, title), {
    recover: () => vscode.commands.executeCommand('vesc.recover', controller),
  });
  if (verdict === 'updated' && address) await connectTo(shell, address);
}
