import { ExitStatus, VescError } from '../../base/errors';
import { defineCommand } from '../command';
import { CONFIG_ACTIONS, type ConfigAction } from '../config/actions';
import { CONFIG_OPTIONS } from '../config/options';
import { requireUsed } from '../config/usedOptions';
import { helpOf } from '../options';
import { closest } from '../suggestion';

/** Names and values are as many as anybody likes to type. */
const MANY = 1000;

export const configCommand = defineCommand({
  name: 'config',
  summary: 'show, change, compare, export and import settings',
  positionals: { usage: 'show|get|set|diff|export|import …', max: MANY },
  options: CONFIG_OPTIONS,
  details: [
    'show               every setting of a motor: mcconf and appconf',
    'get NAME…          these settings',
    'set NAME=VALUE…    write these settings, and read them back',
    'diff [A] B         what differs between two of: controller, defaults, a file, or',
    '                   the address of another controller; A is the controller unless said',
    "export FILE        to FILE.xml as VESC Tool's files are, else as lines that can be edited",
    'import FILE        write the settings in such a file, and read them back',
    '',
    'Enumerators have the names of the firmware. The firmware keeps values within the',
    'limits of its hardware without a word: what it changed is said. A snapshot is a file',
    'that backup or flash wrote. The second motor of a dual board has a CAN id of its own:',
    '--can ID.',
  ],
  examples: [
    'vesc config get l_current_max app_to_use',
    'vesc config set l_current_max=55 motor_type=MOTOR_TYPE_FOC',
    'vesc config diff defaults',
    'vesc config export motor.xml --kind mcconf',
  ],
  run(context, { options, positionals }) {
    const [action, ...operands] = positionals;
    const names = Object.keys(CONFIG_ACTIONS);
    if (action === undefined) {
      throw new VescError('usage', {
        problem: `vesc config needs to know what to do: ${names.join(', ')}.`,
        help: helpOf('config'),
      });
    }
    if (!Object.hasOwn(CONFIG_ACTIONS, action)) {
      const similar = closest(action, names);
      throw new VescError('usage', {
        problem: `vesc config does not know "${action}".`,
        ...(similar === undefined ? {} : { didYouMean: similar }),
        help: helpOf('config'),
      });
    }
    const known = action as ConfigAction;
    requireUsed(known, options);
    return CONFIG_ACTIONS[known](context, options, operands).then(() => ExitStatus.ok);
  },
});
