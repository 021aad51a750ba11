import { VescError } from '../../base/errors';
import { helpOf } from '../options';

/** @throws VescError `usage` when there are any */
export function noOperands(action: string, operands: readonly string[]): void {
  if (operands.length === 0) return;
  throw new VescError('usage', {
    problem: `vesc config ${action} does not know what to do with "${operands.join(' ')}".`,
    help: helpOf('config'),
  });
}

/** At least one operand, `what` it is, and at most `max`. @throws VescError `usage` */
export function needOperands(
  action: string,
  what: string,
  operands: readonly string[],
  max = Infinity,
): [string, ...string[]] {
  const [first, ...rest] = operands;
  if (first === undefined) {
    throw new VescError('usage', { problem: `vesc config ${action} needs ${what}.`, help: helpOf('config') });
  }
  noOperands(action, operands.slice(max));
  return [first, ...rest];
}
