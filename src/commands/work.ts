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

/** One work on a controller goes on at a time; a second one is told so. */
export function tellsBusy(shell: Shell): boolean {
  if (!shell.flashing.progress) return false;
  shell.notifier.show({
    severity: 'information',
    text: 'A controller is being worked on; that goes on undisturbed. Start this when it is over.',
    actions: [],
  });
  return true;
}

/** Does `work` with its progress shown, and with no other work beside it. */
export async function workOn<R>(
  shell: Shell,
  title: string,
  work: (hooks: WorkHooks) => Promise<R>,
): Promise<R> {
  const cancelled = new AbortController();
  const progress = new FlashProgress(title, () => cancelled.abort());
  const report = (step: WorkProgress, whole = step.fraction): void => {
    progress.show(step, whole);
    shell.flashing.report(step);
  };
  try {
    return await work({ signal: cancelled.signal, report });
  } finally {
    progress.dispose();
    shell.flashing.finish(undefined);
  }
}
