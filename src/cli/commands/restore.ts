import { join, resolve } from 'node:path';
import { ExitStatus, isVescError, VescError } from '../../base/errors';
import { getValuesSelective } from '../../protocol/messages/telemetry';
import type { FirmwareVersion } from '../../protocol/messages/identity';
import { restoreSettings } from '../../settings/settingsRestore';
import { parseSnapshot, type Snapshot } from '../../settings/snapshot';
import { isTurning } from '../../update/preflight';
import { type CommandContext, defineCommand } from '../command';
import { requireMotor, TARGET_OPTIONS, withController } from '../target';
import { restoredText } from '../updateView';

export const restoreCommand = defineCommand({
  name: 'restore',
  summary: 'write saved settings and code back to the controller they came from',
  positionals: { usage: 'PATH', max: 1 },
  options: TARGET_OPTIONS,
  details: [
    'PATH is a file that backup or flash wrote, or a folder with such files: then the',
    'newest one of this controller is taken. Every part is read back; what the running',
    'firmware lays out differently is not written.',
  ],
  run(context, { options, positionals }) {
    const [path] = positionals;
    if (path === undefined) {
      throw new VescError('usage', {
        problem: 'vesc restore needs a file or folder.',
        help: 'vesc restore --help',
      });
    }
    return withController(context, options, async (connection) => {
      requireMotor(connection, 'settings');
      const { report, style } = context;
      const { endpoint, session, version } = connection;
      const found = await findSnapshot(context, path, version);
      const values = await endpoint.request(getValuesSelective(['erpm', 'duty']), { attempts: 3 });
      if (values.erpm !== undefined && values.duty !== undefined) {
        const { erpm, duty } = values;
        if (isTurning({ erpm, duty })) throw new VescError('motor-turning', { erpm: Math.round(erpm), duty });
      }
      const restored = await restoreSettings(
        { endpoint, node: (canId) => session.node(canId) },
        found.snapshot,
        (what, fraction) => report.progress({ stage: 'restore', fraction, message: `Restoring ${what}` }),
      );
      const fields = { path: found.path, takenAt: found.snapshot.takenAt, restored };
      const text = [`From ${found.path}`, ...restoredText(restored, style)];
      const failed = restored.find(({ outcome }) => outcome === 'failed');
      if (failed) {
        const error = new VescError('restore-incomplete', { what: failed.what, reason: failed.detail ?? '' });
        report.failure(error, fields, text);
        return error.exitStatus;
      }
      // What an update still owed it is paid with this.
      await context.core.journal.settle(version.uuid, 'restoring');
      report.result(fields, text);
      return ExitStatus.ok;
    });
  },
});

interface FoundSnapshot {
  readonly path: string;
  readonly snapshot: Snapshot;
}

/** @throws VescError `file-unreadable`, `snapshot-unreadable`, `no-snapshot` */
async function findSnapshot(
  { host, folder }: CommandContext,
  name: string,
  { uuid, hardware }: FirmwareVersion,
): Promise<FoundSnapshot> {
  const { files } = host;
  const path = resolve(folder, name);
  const status = await files.status(path);
  if (!status) throw new VescError('file-unreadable', { path, reason: 'there is no such file or folder' });
  const names =
    status.kind === 'file'
      ? [path]
      : (await files.list(path))
          .filter((entry) => entry.kind === 'file' && entry.name.endsWith('.json'))
          .map((entry) => join(path, entry.name));
  let newest: FoundSnapshot | undefined;
  for (const file of names) {
    const snapshot = parse((await files.readText(file)) ?? '', file, status.kind === 'file');
    if (snapshot?.uuid !== uuid) continue;
    if (newest === undefined || snapshot.takenAt > newest.snapshot.takenAt) newest = { path: file, snapshot };
  }
  if (!newest) throw new VescError('no-snapshot', { path, uuid, hardware });
  return newest;
}

/** In a folder lie other files, too; one that was named has to be a snapshot. */
function parse(text: string, path: string, named: boolean): Snapshot | undefined {
  try {
    return parseSnapshot(text, path);
  } catch (error) {
    if (named || !isVescError(error, 'snapshot-unreadable')) throw error;
    return undefined;
  }
}
