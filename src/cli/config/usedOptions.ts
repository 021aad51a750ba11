import { helpOf, refuseUnused } from '../options';
import type { ConfigAction } from './actions';
import type { ConfigValues } from './options';

type Option = Exclude<keyof ConfigValues, 'workspace'>;

/** How a controller is reached; a snapshot needs none of it. */
const OF_CONTROLLER = ['port', 'baud', 'can', 'timeout'] as const;
const READING = [...OF_CONTROLLER, 'kind', 'defaults', 'snapshot', 'motor'] as const;

/** What each action makes something of; all of them look for layouts in the tree of `--workspace`. */
const USED: Readonly<Record<ConfigAction, readonly Option[]>> = {
  show: READING,
  get: READING,
  export: READING,
  set: [...OF_CONTROLLER, 'kind'],
  import: OF_CONTROLLER,
  diff: [...OF_CONTROLLER, 'kind', 'defaults', 'motor'],
};

const SECOND_MOTOR =
  'It says which motor of a snapshot is read; the second motor of a controller has a CAN id of its own: --can ID.';
const ADVICE: Readonly<Record<Option, string>> = {
  port: '',
  baud: '',
  can: '',
  timeout: '',
  kind: 'The file says which configuration it holds.',
  defaults: 'To write defaults: vesc config export FILE --defaults, then import it.',
  snapshot: 'vesc restore writes a snapshot back; vesc config diff takes it as one of its sides.',
  motor: SECOND_MOTOR,
};

/**
 * Refuses what `action` would not look at: writing elsewhere than meant is worse than a refusal.
 * @throws VescError `usage`
 */
export function requireUsed(action: ConfigAction, options: ConfigValues): void {
  const used: readonly Option[] = USED[action];
  refuse(`vesc config ${action}`, options, (option) => used.includes(option));
  if (action === 'diff') return;
  if (options.snapshot === undefined) requireNoMotor('a controller', options);
  else requireNoController('a snapshot', options);
}

/** Refuses what says which controller, and what of it, where none is asked. @throws VescError `usage` */
export function requireNoController(where: string, options: ConfigValues): void {
  refuse(where, options, (option) => option !== 'defaults' && !isOfController(option), {
    defaults: 'A controller tells them, a snapshot does not.',
  });
}

/** Refuses a motor of a snapshot where there is no snapshot. @throws VescError `usage` */
export function requireNoMotor(where: string, options: ConfigValues): void {
  refuse(where, options, (option) => option !== 'motor');
}

function isOfController(option: Option): boolean {
  return (OF_CONTROLLER as readonly Option[]).includes(option);
}

function refuse(
  where: string,
  options: ConfigValues,
  isUsed: (option: Option) => boolean,
  advice: Partial<typeof ADVICE> = {},
): void {
  const unused = Object.entries({ ...ADVICE, ...advice }).filter(([option]) => !isUsed(option as Option));
  refuseUnused(where, options, Object.fromEntries(unused), helpOf('config'));
}
