import { isVescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import { lispSetRunning } from '../protocol/messages/codeStorage';
import {
  type ConfigurationKind,
  getConfiguration,
  getCustomConfig,
  setConfiguration,
  setCustomConfig,
} from '../protocol/messages/configuration';
import { fwVersion } from '../protocol/messages/identity';
import { encodeSettings } from '../protocol/settings/settingsLayout';
import { adjustedTexts, BLOB_REQUEST, restoreBlob, type RestoredPart, type Selected } from './blobRestore';
import { CONFIGURATION_NAMES, decode, type LayoutSource, understand } from './configuration';
import { writeConfiguration } from './configurationAccess';
import type { ControllerAccess } from './controllerAccess';
import { fatesText, migratedValues, planMigration } from './migration';
import { findSecondMotor } from './secondMotor';
import type { MotorSettings, Snapshot } from './snapshot';
import { type CodeKind, codeName, storeCode } from './storedCode';

export type { RestoredPart };

/** How to bring over what the running firmware lays out differently. */
export interface Migrate {
  readonly layouts: LayoutSource;
  /** Which settings of a part, as it is called in {@link RestoredPart}, are carried over; default: all that can be. */
  readonly wants?: (what: string, name: string) => boolean;
}

/** Settings that stay as the controller has them, whatever the snapshot says. */
export interface Skip {
  readonly names: readonly string[];
  readonly layouts: LayoutSource;
}

/** One motor of a snapshot, and where it is now; nowhere when it does not answer. */
export interface LocatedMotor {
  readonly settings: MotorSettings;
  readonly endpoint: Endpoint | undefined;
}

/** What the configuration of a motor is called; the first motor needs no number. */
export function partName(kind: ConfigurationKind, motor: number): string {
  return motor === 0 ? CONFIGURATION_NAMES[kind] : `${CONFIGURATION_NAMES[kind]} of motor ${motor + 1}`;
}

/**
 * Writes a snapshot back to its controller as far as the running firmware understands it, and reads every part
 * back. The app configuration comes last, because it starts throttle inputs. A part that fails does not stop the
 * others.
 * @param migrate without it, what has another layout now is kept
 * @param skip a configuration whose layout is not known is kept then: what must stay could not be told from the rest
 */
export async function restoreSettings(
  access: ControllerAccess,
  snapshot: Snapshot,
  onProgress?: (what: string, fraction: number) => void,
  migrate?: Migrate,
  skip?: Skip,
): Promise<RestoredPart[]> {
  const parts: RestoredPart[] = [];
  const motors = await locateMotors(access, snapshot);
  const steps: { what: string; run: () => Promise<RestoredPart> }[] = [];
  const configurations = (kind: ConfigurationKind): void => {
    for (const [index, { settings, endpoint }] of motors.entries()) {
      const what = partName(kind, index);
      const restore = (motor: Endpoint | undefined): Promise<RestoredPart> =>
        restoreConfiguration({ access, motor, what, snapshot, migrate, skip }, kind, settings[kind]);
      // The app configuration of the first motor may give the second one another CAN id.
      const again = async (error: unknown): Promise<RestoredPart> => {
        if (index === 0 || !isVescError(error, 'can-node-silent')) throw error;
        return restore(await locateSecondMotor(access, snapshot));
      };
      steps.push({ what, run: () => restore(endpoint).catch(again) });
    }
  };
  configurations('mcconf');
  for (const kind of ['lisp', 'qml'] as const) {
    const code = kind === 'lisp' ? snapshot.lispCode : snapshot.qmlCode;
    const flags = kind === 'lisp' ? 0 : snapshot.qmlFullscreen === true ? 2 : 1;
    if (code)
      steps.push({ what: codeName(kind), run: () => restoreCode(access.endpoint, kind, code, flags) });
  }
  const { customConfig } = snapshot;
  if (customConfig) {
    const what = 'custom configuration';
    steps.push({ what, run: () => restoreCustomConfig(access.endpoint, what, customConfig) });
  }
  configurations('appconf');
  for (const [index, step] of steps.entries()) {
    onProgress?.(step.what, index / steps.length);
    parts.push(await step.run().catch((error: unknown) => failed(step.what, error)));
  }
  return parts;
}

/** The endpoint of each motor of the snapshot; the second motor's CAN id may have changed with its settings. */
export async function locateMotors(access: ControllerAccess, snapshot: Snapshot): Promise<LocatedMotor[]> {
  const [first, second] = snapshot.motors;
  const motors: LocatedMotor[] = [];
  if (first) motors.push({ settings: first, endpoint: access.endpoint });
  if (second) motors.push({ settings: second, endpoint: await locateSecondMotor(access, snapshot) });
  return motors;
}

async function locateSecondMotor(
  access: ControllerAccess,
  { uuid }: Pick<Snapshot, 'uuid'>,
): Promise<Endpoint | undefined> {
  const canId = await findSecondMotor(access, uuid);
  return canId === undefined ? undefined : access.node(canId);
}

interface ConfigurationPart {
  readonly access: ControllerAccess;
  readonly motor: Endpoint | undefined;
  readonly what: string;
  readonly snapshot: Snapshot;
  readonly migrate: Migrate | undefined;
  readonly skip: Skip | undefined;
}

async function restoreConfiguration(
  part: ConfigurationPart,
  kind: ConfigurationKind,
  blob: Uint8Array,
): Promise<RestoredPart> {
  const { motor, what, migrate, skip } = part;
  if (!motor) return { what, outcome: 'failed', detail: 'the second motor does not answer' };
  const restored = await restoreBlob(
    motor,
    what,
    blob,
    getConfiguration(kind),
    (wanted) => setConfiguration(kind, wanted),
    skip && skip.names.length > 0
      ? (present) => leaveSkipped(part.snapshot, kind, blob, present, skip)
      : undefined,
  );
  return restored.outcome === 'kept' && migrate
    ? migrateConfiguration({ ...part, motor, migrate }, kind, blob)
    : restored;
}

/** Firmware without a custom configuration answers no question about one; its version says how many it has. */
async function restoreCustomConfig(
  endpoint: Endpoint,
  what: string,
  blob: Uint8Array,
): Promise<RestoredPart> {
  const { customConfigs } = await endpoint.request(fwVersion(), BLOB_REQUEST);
  if (customConfigs === 0) return { what, outcome: 'kept', detail: 'this firmware has none' };
  return restoreBlob(endpoint, what, blob, getCustomConfig(0), (wanted) => setCustomConfig(0, wanted));
}

/** `blob` with the present values of the settings that are skipped, and which of them it has. */
async function leaveSkipped(
  { commit }: Snapshot,
  kind: ConfigurationKind,
  blob: Uint8Array,
  present: Uint8Array,
  { names, layouts }: Skip,
): Promise<Selected | Pick<RestoredPart, 'outcome' | 'detail'>> {
  try {
    const { layout, values } = await understand(kind, blob, layouts, commit);
    const there = decode(layout, present);
    const left = layout.fields.map(({ name }) => name).filter((name) => names.includes(name));
    if (left.length === 0) return { blob, left };
    const merged = new Map(values);
    for (const name of left) merged.set(name, there.get(name)!);
    return { blob: encodeSettings(layout, merged), left };
  } catch (error) {
    return keptForLayout(error);
  }
}

/** Nothing was written: the snapshot has it until its layout is known. */
function keptForLayout(error: unknown): { readonly outcome: 'kept'; readonly detail: string } {
  if (!isVescError(error, 'layout-unknown')) throw error;
  return { outcome: 'kept', detail: error.happened };
}

async function migrateConfiguration(
  { access, motor, what, snapshot, migrate, skip }: ConfigurationPart & { motor: Endpoint; migrate: Migrate },
  kind: ConfigurationKind,
  blob: Uint8Array,
): Promise<RestoredPart> {
  const { layouts, wants } = migrate;
  try {
    const before = await understand(kind, blob, layouts, snapshot.commit);
    const present = await understand(
      kind,
      await motor.request(getConfiguration(kind), BLOB_REQUEST),
      layouts,
    );
    const plan = planMigration(before, present);
    const values = migratedValues(
      plan,
      (name) => skip?.names.includes(name) !== true && (wants === undefined || wants(what, name)),
    );
    const node = (canId: number): Endpoint => access.node(canId);
    const { adjusted } = await writeConfiguration({ endpoint: motor, node }, present, values);
    const detail = [fatesText(plan), ...adjustedTexts(adjusted)].join('; ');
    return { what, outcome: 'migrated', detail };
  } catch (error) {
    return { what, ...keptForLayout(error) };
  }
}

async function restoreCode(
  endpoint: Endpoint,
  kind: CodeKind,
  code: Uint8Array,
  flags: number,
): Promise<RestoredPart> {
  const what = codeName(kind);
  const isNew = await storeCode(endpoint, kind, code, flags);
  if (isNew && kind === 'lisp') await endpoint.request(lispSetRunning(true), BLOB_REQUEST);
  return { what, outcome: 'restored' };
}

function failed(what: string, error: unknown): RestoredPart {
  if (isVescError(error)) return { what, outcome: 'failed', detail: error.happened };
  throw error;
}
