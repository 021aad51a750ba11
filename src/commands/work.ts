import type { Controller } from '../controllers/controller';
import { FlashProgress } from '../views/flashProgress';
import type { WorkProgress } from '../views/progressWords';
import type { Shell } from './shell';

/** What a work gets that is done in front of the user. */
export interface WorkHooks {
  /** The user cancelled; they can until a progress says otherwise. */
  readonly signal: AbortSignal;
  /** @param whole how much of all is done, where that is not the fraction of the step */
  readonly report: (progress: WorkProgress, whole?: number) => void;
}

/** Whose link it is; undefined for a controller that nobody has connected, as one that is to be recovered. */
const ownerOf = (shell: Shell, controller: Controller | undefined): Controller | undefined =>
  controller && shell.core.registry.atLink(controller);

/** One work at a time goes on over one link; a second one there is told so. */
export function tellsBusy(shell: Shell, controller: Controller | undefined): boolean {
  if (!shell.flashing.isBusy(ownerOf(shell, controller))) return false;
  shell.notifier.show({
    severity: 'information',
    text: 'This controller is being worked on; that goes on undisturbed. Start this when it is over.',
    actions: [],
  });
  return true;
}

/** Does `work` with its progress shown, and with no other work beside it on the link of `controller`. */
export async function workOn<R>(
  shell: Shell,
  controller: Controller | undefined,
  title: string,
  work: (hooks: WorkHooks) => Promise<R>,
): Promise<R> {
  const cancelled = new AbortController();
  const progress = new FlashProgress(title, () => cancelled.abort());
  const state = shell.flashing.begin(ownerOf(shell, controller));
  const report = (step: WorkProgress, whole = step.fraction): void => {
    progress.show(step, whole);
    state.report(step, whole);
  };
  try {
    return await work({ signal: cancelled.signal, report });
  } finally {
    progress.dispose();
    state.finish(undefined);
  }
}
