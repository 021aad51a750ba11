import { localTime } from '../base/localTime';
import { formatVersion } from '../protocol/version';
import type { RestoredPart } from '../settings/settingsRestore';
import type { Snapshot } from '../settings/snapshot';
import type { ControllerIdentity } from '../update/controllerIdentity';
import type { Notice } from './notices';
import { plain } from './text';

/** A snapshot and the file it lies in. */
export interface FoundSnapshot {
  readonly path: string;
  readonly snapshot: Snapshot;
}

/** A snapshot as a row of the pick; without one the way to a file. */
export interface SnapshotRow {
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
  readonly found?: FoundSnapshot;
}

const KB = 1000;

/** The snapshots that are kept of a controller, in the order given, and the way to any other. */
export function snapshotRows(
  kept: readonly FoundSnapshot[],
  running: ControllerIdentity['firmware'],
): SnapshotRow[] {
  const now = formatVersion(running);
  const rows = kept.map((found) => {
    const { takenAt, firmware, commit } = found.snapshot;
    const version = formatVersion(firmware);
    return {
      label: `$(history) ${localTime(takenAt)}`,
      description: [
        `firmware ${version}`,
        ...(commit === undefined ? [] : [plain(commit.slice(0, 8))]),
        ...(version === now ? [] : [`now it runs ${now}`]),
      ].join(' · '),
      detail: contentWords(found.snapshot),
      found,
    };
  });
  return [...rows, { label: '$(folder-opened) From file…', description: 'a backup of this controller' }];
}

/** What is in a snapshot, in one line. */
export function contentWords({ motors, customConfig, lispCode, qmlCode }: Snapshot): string {
  const code = (what: string, bytes: Uint8Array | undefined): string[] =>
    bytes === undefined ? [] : [`${what} (${(bytes.length / KB).toFixed(1)} kB)`];
  return [
    motors.length > 1 ? `settings of ${motors.length} motors` : 'motor and app settings',
    ...(customConfig ? ['custom configuration'] : []),
    ...code('LispBM code', lispCode),
    ...code('QML code', qmlCode),
  ].join(', ');
}

/** What a restore came to, part by part. */
export function restoreNotice(parts: readonly RestoredPart[], title: string): Notice {
  const having = (outcome: RestoredPart['outcome']): RestoredPart[] =>
    parts.filter((part) => part.outcome === outcome);
  const list = (found: readonly RestoredPart[]): string => found.map(({ what }) => plain(what)).join(', ');
  const listWithDetails = (found: readonly RestoredPart[]): string =>
    found
      .map(({ what, detail }) => plain(what) + (detail === undefined ? '' : ` (${plain(detail, 400)})`))
      .join(', ');
  const restored = having('restored');
  const adjusted = having('adjusted');
  const migrated = having('migrated');
  const kept = having('kept');
  const failed = having('failed');
  const text = [
    ...(restored.length > 0 ? [`Restored: ${list(restored)}.`] : []),
    ...migrated.map(({ what, detail = '' }) => `Carried over: ${plain(what)} (${plain(detail, 400)}).`),
    ...(adjusted.length > 0 ? [`Changed to the limits of this firmware: ${listWithDetails(adjusted)}.`] : []),
    ...(kept.length > 0
      ? [`Not written, because this firmware lays it out differently: ${list(kept)}.`]
      : []),
    ...failed.map(({ what, detail = 'unknown' }) => `${plain(what)} failed: ${plain(detail, 400)}`),
  ];
  return {
    severity: failed.length > 0 ? 'error' : adjusted.length + kept.length > 0 ? 'warning' : 'information',
    text: `${plain(title)}: ${text.join(' ')}`,
    actions: failed.length > 0 ? ['restore-settings', 'log'] : ['log'],
  };
}
