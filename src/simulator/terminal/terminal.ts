import { atLeast } from '../../protocol/version';
import type { Firmware } from '../firmware';
import { terminalCommands, type TerminalCommand } from './terminalCommands';

const MAX_WORDS = 64;

/** Runs one line of the terminal (facts 6.1). Each print is a packet of its own. */
export function runTerminal(firmware: Firmware, text: string): void | Promise<void> {
  const modern = atLeast(firmware.version, 6, 0);
  if (modern) firmware.printLine(`-> ${text} \n`);
  const words = text
    .split(' ')
    .filter((word) => word !== '')
    .slice(0, MAX_WORDS);
  const [first, ...rest] = words;
  if (first === undefined) {
    firmware.printLine('No command received\n');
    return;
  }
  const name = modern ? first.toLowerCase() : first;
  if (name === 'help') return help(firmware);
  const command = terminalCommands.find((entry) => entry.name === name && isThere(entry, firmware));
  if (command) return command.run(firmware, rest);
  firmware.printLine(`Invalid command: ${name}\ntype help to list all available commands\n`);
}

function isThere({ since, until }: TerminalCommand, { version }: Firmware): boolean {
  const old = since !== undefined && !atLeast(version, since[0], since[1]);
  const gone = until !== undefined && atLeast(version, until[0], until[1]);
  return !old && !gone;
}

function help(firmware: Firmware): void {
  firmware.printLine('Valid commands are:');
  for (const command of terminalCommands.filter((entry) => isThere(entry, firmware))) {
    firmware.printLine(command.name);
    firmware.printLine(`  ${command.help}`);
  }
  firmware.printLine(' ');
}
