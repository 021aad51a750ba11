import { errorFields, type Fields } from './report';
import type { UpdateOutcome, UpdateResult, UpdateStage, Verdict } from '../update/verdict';
import type { ControllerIdentity } from '../update/controllerIdentity';
import { bytesText, durationText, firmwareText, shortBuildId } from './format';
import { identityFields } from './identityFields';
import type { Style } from './output';
import { pairs } from './table';

/** What an update came to, as JSON carries it (design 7). */
export function updateFields(result: UpdateOutcome): Fields {
  const { verdict, proof, before, after, buildId, stages, payload_B, raw_B, refusals, restored } = result;
  // The firmware was left alone: what was found is what runs.
  const running = after ?? (verdict === 'already-running' ? before : undefined);
  return {
    verdict,
    proof: proof ?? null,
    before: before === undefined ? null : identityFields(before),
    after: running === undefined ? null : identityFields(running),
    buildId: buildId ?? null,
    stages,
    payload_B,
    raw_B,
    restored,
    ...(result.unpaid ? { unpaid: errorFields(result.unpaid) } : {}),
    snapshotPath: result.snapshotPath ?? null,
    ...(refusals === undefined ? {} : { refusals: refusals.map(errorFields) }),
  };
}

const HEADLINES: Record<Verdict, string> = {
  updated: 'Updated',
  'already-running': 'Already running',
  unproven: 'Unproven',
  'not-taken': 'Not taken',
  refused: 'Refused',
  interrupted: 'Interrupted',
  lost: 'Lost',
};

const PROOFS: Record<NonNullable<UpdateResult['proof']>, string> = {
  'build-identity': 'the controller reports the identity of this build',
  'read-back': 'every byte was read back from the flash of this very chip, which runs it',
  'app-crc': 'the controller computed the checksum of this image over what runs',
  commit: 'the controller reports the commit of the image, and reported another one before',
  version: 'the controller reports the version of the image, and reported another one before',
};

const STAGES: Record<UpdateStage, string> = {
  identify: 'identify',
  preflight: 'check',
  snapshot: 'save settings',
  probe: 'look for bootloader',
  erase: 'erase',
  upload: 'upload',
  verify: 'read back',
  commit: 'start bootloader',
  reconnect: 'bootloader copies',
  prove: 'prove',
  restore: 'restore settings',
};

/**
 * What an update came to, for people; why it did not go well is told apart.
 * @param stages what stages are called, where that is not as in an update through the bootloader
 */
export function updateText(
  result: UpdateOutcome,
  style: Style,
  stages: Readonly<Partial<Record<UpdateStage, string>>> = {},
): string[] {
  const { verdict, before, after, proof, buildId } = result;
  const good = verdict === 'updated' || verdict === 'already-running';
  const colour = good ? style.green : verdict === 'unproven' ? style.yellow : style.red;
  const hardware = (after ?? before)?.hardware;
  const entries: (readonly [string, string | undefined])[] = [
    ['Before', runningText(before)],
    ['Now', verdict === 'already-running' ? undefined : runningText(after)],
    ['Build', buildId],
    ['Proof', proof === undefined ? undefined : PROOFS[proof]],
    ['Size', sizeText(result)],
    ...restoredEntries(result),
    ['Owed', result.unpaid?.message],
    ['Snapshot', result.snapshotPath],
    ['Next', result.restored.some(({ outcome }) => outcome === 'kept') ? migrateNext(result) : undefined],
  ];
  return [
    `${colour(HEADLINES[verdict])}${hardware === undefined ? '' : `  ${style.bold(hardware)}`}`,
    ...pairs(entries, style.dim),
    ...stagesText(result, style, { ...STAGES, ...stages }),
    ...(good ? [] : ['']),
  ];
}

function migrateNext({ snapshotPath }: UpdateOutcome): string {
  return `vesc restore ${snapshotPath ?? 'PATH'} --migrate carries the settings over to the new layout`;
}

function runningText(identity: ControllerIdentity | undefined): string | undefined {
  if (!identity) return undefined;
  const { firmware } = identity;
  const build = firmware.buildId === undefined ? '' : `, build ${shortBuildId(firmware.buildId)}`;
  return `firmware ${firmwareText(firmware)}${build}`;
}

function sizeText({ payload_B, raw_B, stages }: UpdateOutcome): string | undefined {
  if (payload_B === 0) return undefined;
  // The bytes of an upload are told when it went through.
  const isSent = stages.some(({ stage, bytes }) => stage === 'upload' && bytes !== undefined);
  return payload_B < raw_B
    ? `${bytesText(payload_B)} ${isSent ? 'sent' : 'to be sent'} for ${bytesText(raw_B)}`
    : `${bytesText(payload_B)}, not compressed`;
}

function restoredEntries({ restored }: UpdateOutcome): (readonly [string, string])[] {
  const done = restored.filter(({ outcome }) => outcome === 'restored').map(({ what }) => what);
  const odd = restored.filter(({ outcome }) => outcome !== 'restored');
  return [
    ...(done.length === 0 ? [] : [['Restored', done.join(', ')] as const]),
    ...odd.map(
      ({ what, outcome, detail }) =>
        [OUTCOMES[outcome], `${what}${detail === undefined ? '' : ` (${detail})`}`] as const,
    ),
  ];
}

const OUTCOMES = {
  restored: 'Restored',
  adjusted: 'Adjusted',
  migrated: 'Carried over',
  kept: 'Not restored',
  failed: 'Not restored',
} as const;

/** A stage this short is not worth a line. */
const SHOWN_FROM_MS = 50;

function stagesText(
  { stages }: UpdateOutcome,
  style: Style,
  names: Readonly<Record<UpdateStage, string>>,
): string[] {
  const shown = stages.filter(({ duration_ms }) => duration_ms >= SHOWN_FROM_MS);
  if (shown.length === 0) return [];
  const total_ms = stages.reduce((sum, { duration_ms }) => sum + duration_ms, 0);
  const rows = shown.map(({ stage, duration_ms, bytes }) => {
    const speed = bytes === undefined ? '' : `   ${bytesText((bytes / duration_ms) * 1000)}/s`;
    return [names[stage], durationText(duration_ms).padStart(9) + speed] as const;
  });
  return ['', ...pairs([...rows, ['together', durationText(total_ms).padStart(9)]], style.dim)];
}

/** How to go on where parts were kept because the new firmware lays them out differently. */
export const MIGRATE_HINT =
  'vesc restore PATH --migrate carries settings over to the new layout; with --dry-run it tells what would become of each.';

/** What a settings restore came to. */
export function restoredText(restored: UpdateResult['restored'], style: Style): string[] {
  return restored.map(({ what, outcome, detail }) => {
    const mark =
      outcome === 'restored'
        ? style.green('restored')
        : outcome === 'failed'
          ? style.red('failed')
          : style.yellow(outcome);
    return `  ${mark}  ${what}${detail === undefined ? '' : ` (${detail})`}`;
  });
}
