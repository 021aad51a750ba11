import { join, resolve } from 'node:path';
import { ExitStatus, isVescError, VescError } from '../../base/errors';
import type { FirmwareVersion } from '../../protocol/messages/identity';
import { restoreSettings } from '../../settings/settingsRestore';
import { parseSnapshot, type Snapshot } from '../../settings/snapshot';
import { withoutSettings } from '../../settings/migration';
import { type PartMigration, planSnapshot } from '../../settings/snapshotMigration';
import { requireStandstill } from '../../update/standstill';
import { type CommandContext, defineCommand } from '../command';
import { similarSettings } from '../config/reading';
import { migrationFields, migrationText } from '../config/settingsView';
import { LAYOUT_OPTIONS, layoutsOf } from '../config/sources';
import { notNow } from '../interruption';
import { requireMotor, TARGET_OPTIONS, withController } from '../target';
import { MIGRATE_HINT, restoredText } from '../updateView';

export const restoreCommand = defineCommand({
  name: 'restore',
  summary: 'write saved settings and code back to the controller they came from',
  positionals: { usage: 'PATH', max: 1 },
  options: {
    ...TARGET_OPTIONS,
    migrate: {
      type: 'boolean',
      help: 'carry over setting by setting what the running firmware lays out\ndifferently; without it, that is not written',
    },
    skip: {
      type: 'string',
      multiple: true,
      value: 'NAME',
      help: 'leave this setting as the controller has it; can be repeated',
    },
    'dry-run': { type: 'boolean', help: 'only tell what would become of each setting' },
    ...LAYOUT_OPTIONS,
  },
  details: [
    'PATH is a file that backup or flash wrote, or a folder with such files: then the',
    'newest one of this controller is taken. Every part is read back.',
    '',
    'With --migrate, every setting of both firmwares is accounted for: kept, changed in',
    'its type, scale or enumeration, new with its default, or dropped. Values that the',
    'new firmware cannot hold, or brings into its limits, are named.',
  ],
  examples: ['vesc restore .', 'vesc restore . --skip controller_id', 'vesc restore . --migrate --dry-run'],
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
      const { migrate, skip: names } = options;
      const found = await findSnapshot(context, path, version);
      const access = { endpoint, node: (canId: number) => session.node(canId) };
      const layouts = layoutsOf(context, options);
      const dryRun = options['dry-run'];
      const skips = names.length > 0;
      const wholePlan =
        migrate || dryRun || skips
          ? skipped(await planSnapshot(access, found.snapshot, layouts, skips), names)
          : [];
      // Without --migrate it only told whether there are such settings.
      const plans = migrate || dryRun ? wholePlan : [];
      const planned = migrate || dryRun ? { migration: migrationFields(plans) } : {};
      const from = { path: found.path, takenAt: found.snapshot.takenAt };
      if (dryRun) {
        const same =
          plans.length === 0 ? ['Everything is written back as it is: the layouts are the same.'] : [];
        report.result({ ...from, ...planned }, [
          `From ${found.path}`,
          ...same,
          ...migrationText(plans, style),
        ]);
        return ExitStatus.ok;
      }
      await requireStandstill(endpoint);
      const { interruption } = context;
      interruption.signal.throwIfAborted();
      // Half old and half new is worse than either.
      interruption.handle(() => report.warn(notNow('the settings are being written back')));
      const restored = await restoreSettings(
        access,
        found.snapshot,
        (what, fraction) => report.progress({ stage: 'restore', fraction, message: `Restoring ${what}` }),
        migrate ? { layouts } : undefined,
        { names, layouts },
      );
      const fields = { ...from, restored, ...planned };
      const text = [`From ${found.path}`, ...restoredText(restored, style), ...migrationText(plans, style)];
      const failed = restored.find(({ outcome }) => outcome === 'failed');
      if (failed) {
        const error = new VescError('restore-incomplete', { what: failed.what, reason: failed.detail ?? '' });
        report.failure(error, fields, text);
        return error.exitStatus;
      }
      // What an update still owed it is paid with this.
      await context.core.journal.settle(version.uuid, 'restoring');
      if (restored.some(({ outcome }) => outcome === 'kept') && !migrate) report.note(MIGRATE_HINT);
      report.result(fields, text);
      return ExitStatus.ok;
    });
  },
});

/**
 * What is planned, but for the settings that are to stay.
 * @throws VescError `unknown-setting` for a name that none of the plans has, `layout-unknown` when nobody can tell
 */
function skipped(parts: readonly PartMigration[], names: readonly string[]): PartMigration[] {
  const known = parts.flatMap(({ plan }) => plan?.settings ?? []).map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    throw (
      parts.find(({ problem }) => problem)?.problem ??
      new VescError('unknown-setting', { name, similar: similarSettings(name, known) })
    );
  }
  return parts.map((part) => (part.plan ? { ...part, plan: withoutSettings(part.plan, names) } : part));
}

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
