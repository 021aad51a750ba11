import { CommandId } from '../../protocol/commandId';
import type { HardwareType } from '../../protocol/messages/identity';
import { atLeast, type Version } from '../../protocol/version';
import type { Handler } from '../firmware';
import { canCommands } from './can';
import { codeStorageCommands } from './codeStorage';
import { configurationCommands } from './configuration';
import { identityCommands } from './identity';
import { motorCommands } from './motor';
import { swdCommands } from './swd';
import { telemetryCommands } from './telemetry';
import { terminalCommands } from './terminal';
import { updateCommands } from './update';

/** Every command the simulated firmware acts on. */
export const commandTable: Partial<Record<CommandId, Handler>> = {
  ...identityCommands,
  ...telemetryCommands,
  ...motorCommands,
  ...terminalCommands,
  ...configurationCommands,
  ...canCommands,
  ...codeStorageCommands,
  ...swdCommands,
  ...updateCommands,
};

/** The ids an Express module knows (facts 2.1). */
const EXPRESS = new Set<number>([
  ...[0, 1, 2, 3, 20, 29, 34, 36, 62, 65, 85],
  ...[92, 93, 94, 95, 96, 97, 98, 99, 100, 101, 117, 118, 120, 121, 122, 123, 124],
  ...[130, 131, 132, 133, 134, 138, 139, 150, 152, 157, 158],
]);
/** Of these a BMS knows enough to be recognised and updated as one (facts 3.7 E). */
const BMS = new Set<number>([0, 1, 2, 3, 20, 29, 34, 62, 93, 94, 95, 96]);

/** True when a firmware of that version and hardware type dispatches command `id` (facts 2.1, 10). */
export function isKnown(id: CommandId, version: Version, hardwareType: HardwareType): boolean {
  if (hardwareType === 'custom-module') return EXPRESS.has(id);
  if (hardwareType === 'bms') return BMS.has(id);
  if (id >= CommandId.FW_INFO) return atLeast(version, 6, 6);
  if (id >= CommandId.LISP_RMSG) return atLeast(version, 6, 5);
  if (id >= CommandId.LISP_READ_CODE) return atLeast(version, 6, 0);
  return true;
}
