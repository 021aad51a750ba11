import { type BusMember, worstOf } from '../update/busUpdate';
import type { UpdateProgress } from '../update/updater';
import type { Verdict } from '../update/verdict';
import type { Action, Notice } from './notices';
import { sumOf, wholeFraction, type WorkShare } from './progressWords';
import { count, plain } from './text';

const LIMIT = 300;
const FULL = 100;

/** What a verdict means for one of several, in two or three words. */
const VERDICTS: Readonly<Record<Verdict, string>> = {
  updated: 'updated',
  'already-running': 'runs this build already',
  unproven: 'unproven',
  'not-taken': 'not taken, the old firmware runs',
  refused: 'refused, nothing was sent',
  interrupted: 'interrupted, the old firmware is intact',
  lost: 'lost',
};
const NOT_REACHED = 'left as it was';

/** Where it is, in as few letters as tell it from the others. */
function placeOf({ target: { canId } }: BusMember): string {
  return canId === undefined ? 'at the port' : `CAN ${canId}`;
}

/** Who it is on the bus, in a few words. */
export function memberName(member: BusMember): string {
  return `${plain(member.version.hardware, 40)} (${placeOf(member)})`;
}

/** All that are to be flashed, for the question before. */
export function memberNames(members: readonly BusMember[]): string {
  return members.map(memberName).join(', ');
}

/** How far each member of a bus is. */
export class BusProgress {
  private readonly shares = new Map<number, WorkShare>();

  /** @param members in their order */
  constructor(private readonly members: readonly BusMember[]) {}

  /** All of it in one, with how far each member is. */
  report(index: number, progress: UpdateProgress): WorkShare {
    this.shares.set(index, { progress, whole: wholeFraction(progress) });
    return this.sum(progress);
  }

  /** A member has its verdict. */
  finish(index: number): void {
    const share = this.shares.get(index);
    if (share) this.shares.set(index, { ...share, whole: 1 });
  }

  private sum(latest: UpdateProgress): WorkShare {
    const shares = [...this.shares.values()];
    const whole = shares.reduce((sum, share) => sum + share.whole, 0) / this.members.length;
    const each = this.members.map((member, index) => {
      const share = this.shares.get(index);
      return `${placeOf(member)} ${share ? `${Math.round(share.whole * FULL)} %` : 'waits'}`;
    });
    const { bytesPerSecond } = sumOf(shares) ?? {};
    const under = shares.filter((share) => share.whole < 1).map(({ progress }) => progress);
    return {
      whole,
      progress: {
        // The numbers of each stand here, so that nothing is to be added to it.
        fraction: 0,
        message: `${plain(latest.message)} (${each.join(' · ')})`,
        cancellable: under.every(({ cancellable }) => cancellable),
        ...(bytesPerSecond === undefined || latest.stage !== 'upload' ? {} : { bytesPerSecond }),
      },
    };
  }
}

/**
 * What the update of a whole bus came to: the verdict of each, and why the worst one is what it is.
 * @param title what the user calls the controller at the link
 */
export function busNotice(members: readonly BusMember[], title: string): Notice {
  const worst = worstOf(members);
  const isGood = worst.verdict === 'updated' || worst.verdict === 'already-running';
  const good = members.filter(
    ({ result }) => result?.verdict === 'updated' || result?.verdict === 'already-running',
  );
  const each = members.map((member) => {
    const { result } = member;
    return `${memberName(member)}: ${result ? VERDICTS[result.verdict] : NOT_REACHED}`;
  });
  const { error } = worst;
  const why = isGood || !error ? '' : ` ${plain(`${error.happened} ${error.next}`.trim(), LIMIT)}`;
  const soft = worst.verdict === 'refused' || worst.verdict === 'unproven';
  const actions: readonly Action[] = isGood ? ['log'] : ['flash-again', 'log'];
  return {
    severity: isGood ? 'information' : soft ? 'warning' : 'error',
    text:
      `CAN bus of ${plain(title)}: ${good.length} of ${count(members.length, 'controller')} run this firmware. ` +
      `${each.join('; ')}.${why}`,
    actions,
  };
}
