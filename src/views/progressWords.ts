import type { UpdateProgress } from '../update/updater';
import { UPDATE_STAGES, type UpdateStage } from '../update/verdict';
import { plain } from './text';

/** How long each stage takes on a real controller, roughly, in seconds: the bar shall move evenly. */
const WEIGHTS: Readonly<Record<UpdateStage, number>> = {
  identify: 1,
  preflight: 1,
  snapshot: 3,
  probe: 6,
  erase: 6,
  upload: 12,
  verify: 0,
  commit: 1,
  reconnect: 16,
  prove: 1,
  restore: 2,
};
/** The same over SWD, until the erase and from it on. */
const SWD_WEIGHTS: Readonly<Record<Phase, Readonly<Partial<Record<UpdateStage, number>>>>> = {
  'until-commit': { identify: 2, preflight: 1, snapshot: 10 },
  'keep-power-on': { erase: 8, upload: 12, verify: 8, commit: 1, reconnect: 8, prove: 1, restore: 2 },
};
const FULL = 100;
const KB = 1000;

/** How far something is that is done to a controller: an update, a bootloader, a restore. */
export type WorkProgress = Omit<UpdateProgress, 'stage'>;

/** One of several works, and how much of all of it is done, 0 to 1. */
export interface WorkShare {
  readonly progress: WorkProgress;
  readonly whole: number;
}

/** Several works in one: the one that there is, or how many, and how far they are on average. */
export function sumOf(shares: readonly WorkShare[]): WorkProgress | undefined {
  if (shares.length <= 1) return shares[0]?.progress;
  const works = shares.map(({ progress }) => progress);
  const bytesPerSecond = works.reduce((sum, work) => sum + (work.bytesPerSecond ?? 0), 0);
  return {
    message: `${shares.length} controllers`,
    fraction: shares.reduce((sum, { whole }) => sum + whole, 0) / shares.length,
    cancellable: works.every(({ cancellable }) => cancellable),
    ...(bytesPerSecond > 0 ? { bytesPerSecond } : {}),
  };
}

/** The stages that can be cancelled, and those in which the power must stay on. */
export type Phase = 'until-commit' | 'keep-power-on';

/** Which of the two progress bars an update is on. */
export function phaseOf(progress: WorkProgress): Phase {
  return progress.cancellable ? 'until-commit' : 'keep-power-on';
}

/** How much of its phase an update has done, 0 to 1. */
export function phaseFraction(progress: UpdateProgress): number {
  const commit = UPDATE_STAGES.indexOf('commit');
  const isLate = !progress.cancellable;
  const stages = isLate ? UPDATE_STAGES.slice(commit) : UPDATE_STAGES.slice(0, commit + 1);
  const total = stages.reduce((sum, stage) => sum + WEIGHTS[stage], 0);
  const at = (stages as readonly UpdateStage[]).indexOf(progress.stage);
  // What is written back after a cancel comes after everything the first bar knows.
  if (at < 0) return 1;
  const before = stages.slice(0, at).reduce((sum, stage) => sum + WEIGHTS[stage], 0);
  return (before + WEIGHTS[progress.stage] * Math.min(1, Math.max(0, progress.fraction))) / total;
}

/** How much of all of it an update has done, 0 to 1. */
export function wholeFraction({ stage, fraction }: Pick<UpdateProgress, 'stage' | 'fraction'>): number {
  const seconds = (stages: readonly (keyof typeof WEIGHTS)[]): number =>
    stages.reduce((sum, each) => sum + WEIGHTS[each], 0);
  // Over SWD there is one more, which is counted by a measure of its own.
  if (stage === 'verify') return 1;
  const before = seconds(UPDATE_STAGES.slice(0, UPDATE_STAGES.indexOf(stage)));
  return (before + WEIGHTS[stage] * Math.min(1, Math.max(0, fraction))) / seconds(UPDATE_STAGES);
}

/** How much of its phase a work over SWD has done, 0 to 1. */
export function swdFraction(progress: UpdateProgress): number {
  const weights = Object.entries(SWD_WEIGHTS[phaseOf(progress)]);
  const at = weights.findIndex(([stage]) => stage === progress.stage);
  const sum = (parts: typeof weights): number => parts.reduce((total, [, weight]) => total + weight, 0);
  if (at < 0) return 1;
  return (sum(weights.slice(0, at)) + weights[at]![1] * progress.fraction) / sum(weights);
}

/** The updater says so with every message of that phase; we say it once, where nobody can miss it. */
const KEEP_ON = /: keep the power on$/;

/** What goes on, in one line. */
export function progressText(progress: WorkProgress): string {
  const { fraction, bytesPerSecond } = progress;
  const message = progress.message.replace(KEEP_ON, '');
  const share = fraction > 0 && fraction < 1 ? ` ${Math.round(fraction * FULL)} %` : '';
  const speed = bytesPerSecond === undefined ? '' : ` · ${Math.round(bytesPerSecond / KB)} kB/s`;
  return `${plain(message)}${share}${speed}`;
}
