import { version } from '../../package.json';
import { type Command, COMMON_OPTIONS } from './command';
import type { OptionSpec, OptionTable } from './options';
import type { Style } from './output';
import { LINK_OPTIONS } from './target';

/** What `vesc --version` prints. */
export function versionText(): string {
  return `vesc ${version}`;
}

/** What `vesc --help` prints. */
export function generalHelp(commands: readonly Command[], { bold }: Style): string[] {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return [
    `${bold('vesc')} ${version}: VESC motor-controller firmware from the command line`,
    '',
    `${bold('Usage:')} vesc <command> [options]`,
    '',
    bold('Commands:'),
    ...commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`),
    '',
    bold('Options of most commands:'),
    ...optionLines({ ...LINK_OPTIONS, ...COMMON_OPTIONS }),
    '',
    bold('Exit status:'),
    '  0  done                                5  interrupted, old firmware intact',
    '  1  it was tried and failed: a build,   6  not taken: the old firmware runs',
    '     a restore, a setting, LispBM, a     7  lost: no answer after the update',
    '     stop; or an internal error          8  unproven which firmware runs',
    '  2  usage, unreadable file',
    '  3  nothing answers, busy, denied',
    '  4  refused before anything was sent',
    '',
    'vesc <command> --help tells more about one command.',
  ];
}

/** What `vesc COMMAND --help` prints. */
export function commandHelp(command: Command, { bold }: Style): string[] {
  const { name, summary, positionals, options, details, examples = [] } = command;
  const usage = ['vesc', name, ...(positionals ? [positionals.usage] : []), '[options]'].join(' ');
  return [
    `${bold(`vesc ${name}`)}: ${summary}`,
    '',
    `${bold('Usage:')} ${usage}`,
    '',
    ...(details.length === 0 ? [] : [...details, '']),
    bold('Options:'),
    ...optionLines(options),
    ...(examples.length === 0 ? [] : ['', bold('Examples:'), ...examples.map((example) => `  ${example}`)]),
  ];
}

function optionLines(options: OptionTable): string[] {
  const rows = Object.entries(options).map(([name, spec]) => ({ form: optionForm(name, spec), spec }));
  const width = Math.max(...rows.map(({ form }) => form.length));
  return rows.flatMap(({ form, spec }) =>
    spec.help.split('\n').map((line, index) => `  ${(index === 0 ? form : '').padEnd(width)}  ${line}`),
  );
}

function optionForm(name: string, { short, value, multiple }: OptionSpec): string {
  const letter = short === undefined ? '    ' : `-${short}, `;
  return `${letter}--${name}${value === undefined ? '' : ` ${value}`}${multiple ? ' …' : ''}`;
}
