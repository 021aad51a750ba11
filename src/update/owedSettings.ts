import { basename } from 'node:path';
import { isVescError, VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import {
  type ConfigurationKind,
  configurationSignature,
  getDefaultConfiguration,
  getDefaultCustomConfig,
} from '../protocol/messages/configuration';
import type { Request } from '../protocol/request';
import type { ControllerAccess } from '../settings/controllerAccess';
import { partName } from '../settings/settingsRestore';
import type { MotorSettings, Snapshot, SnapshotStore } from '../settings/snapshot';
import type { JournalEntry, UpdateJournal } from './journal';

const READ = { timeout_ms: 2000, attempts: 3 } as const;

/** What an earlier update took from a controller and could not give back. */
export interface Owed {
  readonly snapshot: Snapshot;
  /** Where it lies. */
  readonly path: string;
  /** When the update began; ISO 8601. */
  readonly since: string;
  /** The settings may be gone as well; else only LispBM and QML code, which the erase takes. */
  readonly settings: boolean;
}

const OWES: Readonly<Record<JournalEntry['state'], { readonly settings: boolean } | undefined>> = {
  staging: { settings: false },
  committed: { settings: true },
  restoring: { settings: true },
  bootloader: undefined,
};

/**
 * What the journal says is owed to the controller `uuid`; undefined when nothing is.
 * @throws VescError `settings-owed` when the snapshot that has it cannot be read
 */
export async function findOwed(
  journal: UpdateJournal,
  snapshots: SnapshotStore,
  uuid: string,
): Promise<Owed | undefined> {
  const entry = await journal.unfinishedUpdate(uuid);
  const owes = entry && OWES[entry.state];
  if (!owes || entry.snapshotPath === undefined) return undefined;
  const { since, snapshotPath } = entry;
  // By its name, which is the time it was taken: the folder may have been moved since.
  const kept = (await snapshots.list(uuid)).find(({ path }) => basename(path) === basename(snapshotPath));
  if (kept) return { ...kept, ...owes, since };
  throw new VescError('settings-owed', { since, snapshotPath, reason: 'its snapshot cannot be read.' });
}

/** As {@link findOwed}, for those who go on without it: why it cannot be found is told instead of thrown. */
export async function lookForOwed(
  journal: UpdateJournal,
  snapshots: SnapshotStore,
  uuid: string,
): Promise<{ readonly owed?: Owed; readonly unpaid?: VescError }> {
  try {
    const owed = await findOwed(journal, snapshots, uuid);
    return owed ? { owed } : {};
  } catch (error) {
    if (!isVescError(error, 'settings-owed')) throw error;
    return { unpaid: error };
  }
}

/** What is owed and nothing else: settings that were never lost are the user's, who may have changed them since. */
export function owedPart({ snapshot, settings }: Owed): Snapshot {
  if (settings) return snapshot;
  const { customConfig: _, ...rest } = snapshot;
  return { ...rest, motors: [] };
}

/** What has to be on a controller, and why it is not all that was owed. */
export interface WithOwed {
  readonly snapshot: Snapshot;
  readonly unpaid?: VescError;
}

/**
 * What has to be on the controller after the update that follows one left half-way: what is there now, and in place
 * of what was lost what is owed. A user who has set it up anew meanwhile keeps that. What is owed in another layout
 * than the firmware has that runs cannot take the place of anything, and is told (`settings-other-layout`).
 * @throws VescError of the link
 */
export async function addOwed(access: ControllerAccess, present: Snapshot, owed: Owed): Promise<WithOwed> {
  const { snapshot } = owed;
  const code = {
    ...(present.lispCode || !snapshot.lispCode ? {} : { lispCode: snapshot.lispCode }),
    ...(present.qmlCode || !snapshot.qmlCode
      ? {}
      : { qmlCode: snapshot.qmlCode, qmlFullscreen: snapshot.qmlFullscreen === true }),
  };
  if (!owed.settings) return { snapshot: { ...present, ...code } };
  const other: string[] = [];
  const choose = async (
    what: string,
    { endpoint, there, before, getDefault }: Choice,
  ): Promise<Uint8Array> => {
    if (configurationSignature(there) !== configurationSignature(before)) {
      other.push(what);
      return there;
    }
    return chooseBlob(endpoint, there, before, getDefault);
  };
  const motors: MotorSettings[] = [];
  for (const [index, motor] of present.motors.entries()) {
    const before = snapshot.motors.find(({ uuid }) => uuid === motor.uuid);
    const endpoint = motor.canId === undefined ? access.endpoint : access.node(motor.canId);
    const of = (kind: ConfigurationKind): Promise<Uint8Array> =>
      choose(partName(kind, index), {
        endpoint,
        there: motor[kind],
        before: before![kind],
        getDefault: getDefaultConfiguration(kind),
      });
    motors.push(before ? { ...motor, mcconf: await of('mcconf'), appconf: await of('appconf') } : motor);
  }
  const { customConfig: there } = present;
  const before = snapshot.customConfig;
  const getDefault = getDefaultCustomConfig(0);
  const customConfig =
    there && before
      ? await choose('custom configuration', { endpoint: access.endpoint, there, before, getDefault })
      : there;
  return {
    snapshot: { ...present, ...code, motors, ...(customConfig ? { customConfig } : {}) },
    ...(other.length === 0 ? {} : { unpaid: otherLayout(owed, other) }),
  };
}

interface Choice {
  readonly endpoint: Endpoint;
  readonly there: Uint8Array;
  readonly before: Uint8Array;
  readonly getDefault: Request<Uint8Array>;
}

function otherLayout({ since, path }: Owed, what: readonly string[]): VescError {
  return new VescError('settings-other-layout', { since, snapshotPath: path, what: what.join(', ') });
}

/**
 * `before` where `there` is what a reset left, else `there`. Not every byte of a reset configuration is its
 * default: the firmware measures some. So the nearer of the two tells where it comes from.
 */
async function chooseBlob(
  endpoint: Endpoint,
  there: Uint8Array,
  before: Uint8Array,
  getDefault: Request<Uint8Array>,
): Promise<Uint8Array> {
  const distance = differences(there, before);
  if (distance === 0) return there;
  const reset = await endpoint.request(getDefault, READ);
  return differences(there, reset) < distance ? before : there;
}

function differences(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((count, byte, at) => (byte === other[at] ? count : count + 1), 0);
}
