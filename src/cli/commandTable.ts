import type { Command } from './command';
import { backupCommand } from './commands/backup';
import { bootloaderCommand } from './commands/bootloader';
import { buildCommand } from './commands/build';
import { configCommand } from './commands/config';
import { crashCommand } from './commands/crash';
import { emulateCommand } from './commands/emulate';
import { faultsCommand } from './commands/faults';
import { flashCommand } from './commands/flash';
import { infoCommand } from './commands/info';
import { lispCommand } from './commands/lisp';
import { portsCommand } from './commands/ports';
import { rebootCommand } from './commands/reboot';
import { recoverCommand } from './commands/recover';
import { restoreCommand } from './commands/restore';
import { scanCommand } from './commands/scan';
import { simulateCommand } from './commands/simulate';
import { stopCommand } from './commands/stop';
import { terminalCommand } from './commands/terminal';
import { valuesCommand } from './commands/values';

/** Every command, in the order of the help. */
export const commandTable: readonly Command[] = [
  portsCommand,
  infoCommand,
  faultsCommand,
  crashCommand,
  valuesCommand,
  scanCommand,
  buildCommand,
  flashCommand,
  bootloaderCommand,
  recoverCommand,
  backupCommand,
  restoreCommand,
  configCommand,
  terminalCommand,
  lispCommand,
  rebootCommand,
  stopCommand,
  simulateCommand,
  emulateCommand,
];
