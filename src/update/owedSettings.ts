import { basename } from 'node:path';
import { VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import {
  configurationSignature,
  getDefaultConfiguration,
  getDefaultCustomConfig,
} from '../protocol/messages/configuration';
import type { Request } from '../protocol/request';
import type { ControllerAccess } from '../settings/controllerAccess';
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

/** What is owed and nothing else: settings that were never lost are the user's, who may have changed them since. */
export function owedPart({ snapshot, settings }: Owed): Snapshot {
  if (settings) return snapshot;
  const { customConfig: _, ...rest } = snapshot;
  return { ...rest, motors: [] };
}

/**
 * What has to be on the controller after the update that follows one left half-way: what is there now, and in place
 * of what was lost what is owed. A user who has set it up anew meanwhile keeps that.
 * @throws VescError of the link
 */
export async function addOwed(access: ControllerAccess, present: Snapshot, owed: Owed): Promise<Snapshot> {
  const { snapshot } = owed;
  const code = {
    ...(present.lispCode || !snapshot.lispCode ? {} : { lispCode: snapshot.lispCode }),
    ...(present.qmlCode || !snapshot.qmlCode
      ? {}
      : { qmlCode: snapshot.qmlCode, qmlFullscreen: snapshot.qmlFullscreen === true }),
  };
  if (!owed.settings) return { ...present, ...code };
  const motors: MotorSettings[] = [];
  for (const motor of present.motors) {
    const before = snapshot.motors.find(({ uuid }) => uuid === motor.uuid);
    const endpoint = motor.canId === undefined ? access.endpoint : access.node(motor.canId);
    motors.push(before ? await chooseMotor(endpoint, motor, before) : motor);
  }
  const { customConfig } = present;
  const custom =
    customConfig && snapshot.customConfig
      ? await choose(access.endpoint, customConfig, snapshot.customConfig, getDefaultCustomConfig(0))
      : customConfig;
  return { ...present, ...code, motors, ...(custom ? { customConfig: custom } : {}) };
}

async function chooseMotor(
  endpoint: Endpoint,
  present: MotorSettings,
  before: MotorSettings,
): Promise<MotorSettings> {
  const of = (kind: 'mcconf' | 'appconf'): Promise<Uint8Array> =>
    choose(endpoint, present[kind], before[kind], getDefaultConfiguration(kind));
  return { ...present, mcconf: await of('mcconf'), appconf: await of('appconf') };
}

/**
 * `owed` where `present` is what a reset left, else `present`. Not every byte of a reset configuration is its
 * default: the firmware measures some. So the nearer of the two tells where it comes from.
 */
async function choose(
  endpoint: Endpoint,
  present: Uint8Array,
  owed: Uint8Array,
  getDefault: Request<Uint8Array>,
): Promise<Uint8Array> {
  if (configurationSignature(present) !== configurationSignature(owed)) return present;
  const distance = differences(present, owed);
  if (distance === 0) return present;
  const reset = await endpoint.request(getDefault, READ);
  return differences(present, reset) < distance ? owed : present;
}

function differences(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((count, byte, at) => (byte === other[at] ? count : count + 1), 0);
}
