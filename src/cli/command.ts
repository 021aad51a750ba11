import type { ExitStatus } from '../base/errors';
import type { Core } from '../controllers/core';
import type { BuildHost } from '../build/host';
import type { Interruption } from './interruption';
import { type Arguments, type OptionTable, readArguments } from './options';
import type { Style } from './output';
import type { Report } from './report';

/** What a command works with. */
export interface CommandContext {
  readonly core: Core;
  readonly report: Report;
  /** For text on stdout. */
  readonly style: Style;
  readonly interruption: Interruption;
  /** The computer that builds, and whose files are read and written. */
  readonly host: BuildHost;
  /** The folder that relative paths start from. */
  readonly folder: string;
  /** What the user types, for commands that read it. */
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
}

interface CommandDescription<O extends OptionTable> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What may stand behind the name, as help shows it: `[FILE]`; at most so many. */
  readonly positionals?: { readonly usage: string; readonly max: number };
  readonly options: O;
  /** What the help says besides the options: paragraphs, lines of at most 80 characters. */
  readonly details: readonly string[];
  readonly examples?: readonly string[];
}

/** One command of `vesc`. */
export interface Command extends CommandDescription<OptionTable> {
  /** Reads `args`, runs, and tells the exit status; errors are thrown. */
  start(context: CommandContext, args: readonly string[]): Promise<ExitStatus>;
}

/** Options that every command has. */
export const COMMON_OPTIONS = {
  json: { type: 'boolean', help: 'print JSON, one object a line; the last has "type":"result"' },
  help: { type: 'boolean', short: 'h', help: 'show this help' },
} as const satisfies OptionTable;

/** Puts a command together; its own option table gives the types of the values it runs with. */
export function defineCommand<const O extends OptionTable>(
  description: CommandDescription<O> & {
    run(context: CommandContext, args: Arguments<O>): Promise<ExitStatus>;
  },
): Command {
  const options = { ...description.options, ...COMMON_OPTIONS };
  return {
    ...description,
    options,
    start: (context, args) =>
      description.run(
        context,
        readArguments(description.name, options, description.positionals?.max ?? 0, args),
      ),
  };
}
