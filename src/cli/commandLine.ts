import { ExitStatus, isVescError, VescError } from '../base/errors';
import type { Command, CommandContext } from './command';
import { commandTable } from './commandTable';
import { commandHelp, generalHelp, versionText } from './help';
import { helpOf } from './options';
import type { Output } from './output';
import { JsonReport, type Report, TextReport } from './report';
import { closest } from './suggestion';

/** Everything of a {@link CommandContext} that does not depend on the arguments. */
export interface Surroundings extends Omit<CommandContext, 'report' | 'style' | 'core'> {
  readonly output: Output;
  /** Puts the core together, when a command really runs. */
  readonly createCore: () => CommandContext['core'];
}

/** Runs `vesc` with `args`; resolves with the exit status and never rejects. */
export async function runCommandLine(
  args: readonly string[],
  surroundings: Surroundings,
  commands: readonly Command[] = commandTable,
): Promise<ExitStatus> {
  const { output } = surroundings;
  const [name, ...rest] = args;
  const own = untilTerminator(rest);
  const report: Report = untilTerminator(args).includes('--json')
    ? new JsonReport(output)
    : new TextReport(output);
  try {
    if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
      return help(commands, rest, output, name === undefined);
    }
    if (name === '--version' || name === '-V') {
      output.line(versionText());
      return ExitStatus.ok;
    }
    const command = findCommand(commands, name);
    if (own.includes('--help') || own.includes('-h')) {
      for (const line of commandHelp(command, output.style)) output.line(line);
      return ExitStatus.ok;
    }
    return await run(command, rest, report, surroundings);
  } catch (error) {
    const known = isVescError(error) ? error : unexpected(error);
    report.failure(known);
    return known.exitStatus;
  }
}

function untilTerminator(args: readonly string[]): readonly string[] {
  const at = args.indexOf('--');
  return at < 0 ? args : args.slice(0, at);
}

async function run(
  command: Command,
  args: readonly string[],
  report: Report,
  surroundings: Surroundings,
): Promise<ExitStatus> {
  const { output, createCore, ...rest } = surroundings;
  const core = createCore();
  try {
    return await command.start({ ...rest, core, report, style: output.style }, args);
  } catch (error) {
    // What is shared by commands does not know whose help tells more.
    if (!isVescError(error, 'usage') || error.details.help !== undefined) throw error;
    throw new VescError('usage', { ...error.details, help: helpOf(command.name) }, { cause: error });
  } finally {
    core.dispose();
  }
}

function help(
  commands: readonly Command[],
  [about]: readonly string[],
  output: Output,
  asked: boolean,
): ExitStatus {
  const named = about === undefined || about.startsWith('-') ? undefined : findCommand(commands, about);
  const lines = named ? commandHelp(named, output.style) : generalHelp(commands, output.style);
  if (!asked) {
    for (const line of lines) output.line(line);
    return ExitStatus.ok;
  }
  // Called without anything: the help is the answer to a mistake.
  for (const line of lines) output.errorLine(line);
  return ExitStatus.usage;
}

function findCommand(commands: readonly Command[], name: string): Command {
  const command = commands.find((candidate) => candidate.name === name);
  if (command) return command;
  const similar = name.startsWith('-')
    ? undefined
    : closest(
        name,
        commands.map((candidate) => candidate.name),
      );
  throw new VescError('usage', {
    problem: name.startsWith('-')
      ? `The first word is a command, not the option ${name}.`
      : `There is no command ${name}.`,
    ...(similar === undefined ? {} : { didYouMean: `vesc ${similar}` }),
  });
}

/** A fault of ours: told as one, with where it happened. */
function unexpected(error: unknown): VescError {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new VescError('internal', { reason }, { cause: error });
}
