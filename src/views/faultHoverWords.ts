import type { Controller } from '../controllers/controller';
import { faultByName } from '../protocol/faults';
import { faultsOf } from './faultWords';
import { count, plain, shortFault, timeOfDay } from './text';

type Faulty = Pick<Controller, 'title' | 'activeFault' | 'kept' | 'faultHistory'>;

/** What is told of a fault where its name stands in the source; nothing for a name that is none. */
export function faultHoverLines(fault: string, controllers: readonly Faulty[]): string[] {
  const known = faultByName(fault);
  if (!known) return [];
  const struck =
    known.code === 0 ? [] : controllers.flatMap((controller) => lastTime(fault, controller) ?? []);
  return [`${shortFault(fault)} (fault ${known.code})`, known.meaning, ...struck];
}

function lastTime(fault: string, controller: Faulty): string | undefined {
  const { thisBoot, earlier } = faultsOf(controller);
  const isIt = (each: { readonly fault: string }): boolean => each.fault === fault;
  const all = [...earlier, ...thisBoot].filter(isIt);
  const title = plain(controller.title);
  if (controller.activeFault === fault) return `${title}: active now`;
  const last = all.at(-1);
  if (!last) return undefined;
  const since = thisBoot.some(isIt) ? '' : ', before its last start';
  const when =
    last.at === '' ? 'since its start' : `last ${last.seen ? 'at' : 'before'} ${timeOfDay(last.at)}`;
  return `${title}: ${when}${since} (${count(all.length, 'time')} on record)`;
}
