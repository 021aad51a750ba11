import { VescError } from '../../base/errors';
import { type CommandContext, defineCommand } from '../command';
import { LISP_ACTIONS, type LispAction } from '../lisp/actions';
import { helpOf, refuseUnused } from '../options';
import { closest } from '../suggestion';
import { TARGET_OPTIONS, withController } from '../target';

/** The words of an expression. */
const MANY = 1000;

export const lispCommand = defineCommand({
  name: 'lisp',
  summary: 'upload, run and stop LispBM code, and evaluate expressions',
  positionals: { usage: 'upload|run|stop|repl|read …', max: MANY },
  options: {
    ...TARGET_OPTIONS,
    'no-run': { type: 'boolean', help: 'with upload: do not start the code' },
  },
  details: [
    'upload FILE        store FILE with all that it imports, read it back, and run it',
    'run                start the stored code from its beginning',
    'stop               make it stand still; it starts again with run, with an expression',
    '                   that is evaluated, and when the controller restarts',
    'repl [EXPRESSION]  evaluate an expression, or line by line until the end of the input',
    '                   (Ctrl+D); shows everything that LispBM prints; :help lists commands',
    'read [FILE]        print the stored source, or write it to FILE',
    '',
    'Imports are lines (import "path" \'name), with paths from the folder of FILE. Nothing',
    'is erased before all of it was found and fits. The motor has to stand for an upload.',
  ],
  examples: ['vesc lisp upload main.lisp', 'vesc lisp repl "(+ 1 2)"', 'vesc lisp stop'],
  run(context: CommandContext, { options, positionals }) {
    const [action, ...operands] = positionals;
    const names = Object.keys(LISP_ACTIONS);
    if (action === undefined || !Object.hasOwn(LISP_ACTIONS, action)) {
      const similar = action === undefined ? undefined : closest(action, names);
      throw new VescError('usage', {
        problem:
          action === undefined
            ? `vesc lisp needs to know what to do: ${names.join(', ')}.`
            : `vesc lisp does not know "${action}".`,
        ...(similar === undefined ? {} : { didYouMean: similar }),
        help: helpOf('lisp'),
      });
    }
    const { needs, max, work } = LISP_ACTIONS[action as LispAction];
    if (operands.length > max || (needs !== undefined && operands.length === 0)) {
      const problem =
        operands.length > max
          ? `vesc lisp ${action} does not know what to do with "${operands.slice(max).join(' ')}".`
          : `vesc lisp ${action} needs ${needs}.`;
      throw new VescError('usage', { problem, help: helpOf('lisp') });
    }
    if (action !== 'upload') refuseUnused(`vesc lisp ${action}`, options, { 'no-run': '' }, helpOf('lisp'));
    return withController(context, options, (connection) =>
      work({ context, connection, operands, run: !options['no-run'] }),
    );
  },
});
