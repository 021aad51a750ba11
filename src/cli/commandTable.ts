import type { Command } from './command';
import { backupCommand } from './commands/backup';
import { bootloaderCommand } from './commands/bootloader';
import { buildCommand } from './commands/build';
import { emulateCommand } from './commands/emulate';
import { faultsCommand } from './commands/faults';
import { flashCommand } from './commands/flash';
import { infoCommand } from './commands/info';
import { portsCommand } from './commands/ports';
import { rebootCommand } from './commands/reboot';
import { restoreCommand } from './commands/restore';
import { scanCommand } from './commands/scan';
import { simulateCommand } from './commands/simulate';
import { terminalCommand } from './commands/terminal';
import { valuesCommand } from './commands/values';

/** Every command, in the order of the help. */
export const commandTable: readonly Command[] = [
  portsCommand,
  infoCommand,
  faultsCommand,
  valuesCommand,
  scanCommand,
  buildCommand,
  flashCommand,
  bootloaderCommand,
  backupCommand,
  restoreCommand,
  terminalCommand,
  rebootCommand,
  simulateCommand,
  emulateCommand,
];
