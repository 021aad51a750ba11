import { VescError } from '../../base/errors';
import type { ConfigurationKind } from '../../protocol/messages/configuration';
import { helpOf, type OptionTable, type OptionValues, readNumber } from '../options';
import { TARGET_OPTIONS } from '../target';
import { LAYOUT_OPTIONS } from './sources';

/** Options of every `vesc config`. */
export const CONFIG_OPTIONS = {
  ...TARGET_OPTIONS,
  kind: { type: 'string', short: 'k', value: 'KIND', help: 'only mcconf or appconf' },
  defaults: { type: 'boolean', help: 'what the settings would be with nothing stored' },
  snapshot: { type: 'string', short: 's', value: 'FILE', help: 'read a snapshot in place of a controller' },
  motor: { type: 'string', value: 'N', help: 'with --snapshot of two motors: which one (default 1)' },
  ...LAYOUT_OPTIONS,
} as const satisfies OptionTable;

export type ConfigValues = OptionValues<typeof CONFIG_OPTIONS>;

const KINDS: readonly ConfigurationKind[] = ['mcconf', 'appconf'];
const MOTORS = 2;

/** The configurations that are meant: both, unless one is named. @throws VescError `usage` */
export function kindsOf({ kind }: ConfigValues): readonly ConfigurationKind[] {
  if (kind === undefined) return KINDS;
  const known = KINDS.find((each) => each === kind);
  if (known) return [known];
  throw new VescError('usage', {
    problem: `--kind takes mcconf or appconf, not "${kind}".`,
    help: helpOf('config'),
  });
}

/** Which motor of a snapshot is meant, from 0. @throws VescError `usage` */
export function motorOf({ motor }: ConfigValues): number {
  return motor === undefined ? 0 : readNumber('--motor', motor, { min: 1, max: MOTORS, integer: true }) - 1;
}
