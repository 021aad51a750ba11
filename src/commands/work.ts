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

/** One work at a time goes on over one link; a second one there is told so. */
export function tellsBusy(shell: Shell, controller: Controller | undefined): boolean {
  if (!controller || !shell.flashing.isBusy(shell.core.registry.atLink(controller))) return false;
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
  controller: Controller,
  title: string,
  work: (hooks: WorkHooks) => Promise<R>,
): Promise<R> {
  const cancelled = new AbortController();
  const progress = new FlashProgress(title, () => cancelled.abort());
  const state = shell.flashing.begin(shell.core.registry.atLink(controller));
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
