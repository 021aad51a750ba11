import * as vscode from 'vscode';
import type { Controller } from '../controllers/controller';
import { formatPlace } from '../controllers/controllerRegistry';
import type { Image } from '../image/imageFile';
import { type BusMember, worstOf } from '../update/busUpdate';
import { BusProgress, busNotice, memberName, memberNames } from '../views/busWords';
import type { ControllerTarget } from '../views/commandNames';
import { FlashProgress } from '../views/flashProgress';
import { count, plain } from '../views/text';
import { chooseController } from './chooseController';
import { connectFirst } from './flash';
import { buildImage } from './prepareBuild';
import type { Shell } from './shell';
import { tellsBusy } from './work';

const FLASH = 'Flash';

/**
 * Builds the firmware of this workspace and puts it on every controller of a CAN bus: the nodes first, one proven
 * before the next, the controller at the port last.
 * @throws VescError of the link
 */
export async function flashBus(
  shell: Shell,
  target?: ControllerTarget,
): Promise<readonly BusMember[] | undefined> {
  const chosen = (await chooseController(shell, target)) ?? (await connectFirst(shell));
  if (!chosen || tellsBusy(shell, chosen)) return undefined;
  const controller = shell.core.registry.atLink(chosen);
  const built = await buildImage(shell);
  return built && flashAll(shell, controller, built.image);
}

async function flashAll(
  shell: Shell,
  controller: Controller,
  image: Image,
): Promise<readonly BusMember[] | undefined> {
  if (tellsBusy(shell, controller)) return undefined;
  const { registry } = shell.core;
  const title = `Flashing the CAN bus of ${plain(controller.title)}`;
  const cancelled = new AbortController();
  const progress = new FlashProgress(title, () => cancelled.abort(), true);
  const state = shell.flashing.begin(controller);
  let done: readonly BusMember[] | undefined;
  try {
    progress.prepare('Looking who is on the bus');
    const members = await registry.findBus(controller, cancelled.signal);
    if (!(await isConfirmed(shell, members, image)) || cancelled.signal.aborted) return undefined;
    shell.log.info(`${title} at ${formatPlace(controller)} with ${image.name}: ${memberNames(members)}`);
    const shares = new BusProgress(members);
    done = await registry.updateBus(
      controller,
      members,
      { image },
      {
        signal: cancelled.signal,
        onProgress: (_member, index, _count, update) => {
          const share = shares.report(index, update);
          progress.show(share.progress, share.whole);
          const message = count(members.length, 'controller');
          state.report({ ...share.progress, message, fraction: share.whole }, share.whole);
        },
        onResult: (member) => {
          shares.finish(members.findIndex(({ target }) => target === member.target));
          record(shell, member);
        },
      },
    );
  } catch (error) {
    // Nothing has begun: they changed their mind while the bus was looked at.
    if (cancelled.signal.aborted && !done) return undefined;
    throw error;
  } finally {
    progress.dispose();
    state.finish(done && worstOf(done).verdict);
  }
  shell.notifier.show(busNotice(done, controller.title), {
    'flash-again': () => flashAll(shell, controller, image),
  });
  return done;
}

async function isConfirmed(shell: Shell, members: readonly BusMember[], image: Image): Promise<boolean> {
  if (!shell.settings().confirmBeforeFlash) return true;
  const what = `Flash ${plain(image.name)} on ${count(members.length, 'controller')} of this CAN bus?`;
  const detail = `${memberNames(members)}. No motor must turn.`;
  return (await vscode.window.showWarningMessage(what, { modal: true, detail }, FLASH)) === FLASH;
}

function record(shell: Shell, member: BusMember): void {
  const { result } = member;
  if (!result) return;
  shell.log.info(`${memberName(member)}: verdict ${result.verdict}`);
  if (result.error) shell.log.info(`  code ${result.error.code}: ${result.error.message}`);
}
