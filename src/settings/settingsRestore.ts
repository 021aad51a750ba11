import { isVescError } from '../base/errors';
import { sameBytes } from '../base/sameBytes';
import type { Endpoint } from '../links/endpoint';
import { lispSetRunning } from '../protocol/messages/codeStorage';
import {
  type ConfigurationKind,
  configurationSignature,
  getConfiguration,
  getCustomConfig,
  setConfiguration,
  setCustomConfig,
} from '../protocol/messages/configuration';
import type { Request } from '../protocol/request';
import { layoutBySignature } from '../protocol/settings/releaseLayouts';
import { decodeSettings } from '../protocol/settings/settingsLayout';
import { CONFIGURATION_NAMES, type LayoutSource, understand } from './configuration';
import { writeConfiguration } from './configurationAccess';
import type { ControllerAccess } from './controllerAccess';
import { fatesText, migratedValues, planMigration } from './migration';
import { findSecondMotor } from './secondMotor';
import { changedSettings, changeText, isMeasured, type SettingChange } from './settingsComparison';
import type { MotorSettings, Snapshot } from './snapshot';
import { type CodeKind, codeName, storeCode } from './storedCode';

/** What became of one part of a snapshot. */
export interface RestoredPart {
  /** For people: "motor configuration", "app configuration of motor 2", "LispBM code". */
  readonly what: string;
  /**
   * `restored`: written and read back equal. `adjusted`: written, but the firmware changed values to its limits.
   * `migrated`: carried over to another layout, setting by setting.
   * `kept`: not written, because this firmware's layout is another; the snapshot keeps it.
   * `failed`: could not be written; the snapshot keeps it.
   */
  readonly outcome: 'restored' | 'adjusted' | 'migrated' | 'kept' | 'failed';
  readonly detail?: string;
}

const TIMEOUT_MS = 3000;
const ATTEMPTS = 3;
const OFFSETS_STAY = 'the measured offsets stay as the controller has them';
/** So many changes are named; how many more there are is counted. */
const NAMED = 5;

/** How to bring over what the running firmware lays out differently. */
export interface Migrate {
  readonly layouts: LayoutSource;
  /** Which settings of a part, as it is called in {@link RestoredPart}, are carried over; default: all that can be. */
  readonly wants?: (what: string, name: string) => boolean;
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
 */
export async function restoreSettings(
  access: ControllerAccess,
  snapshot: Snapshot,
  onProgress?: (what: string, fraction: number) => void,
  migrate?: Migrate,
): Promise<RestoredPart[]> {
  const parts: RestoredPart[] = [];
  const motors = await locateMotors(access, snapshot);
  const steps: { what: string; run: () => Promise<RestoredPart> }[] = [];
  const configurations = (kind: ConfigurationKind): void => {
    for (const [index, { settings, endpoint }] of motors.entries()) {
      const what = partName(kind, index);
      const restore = (motor: Endpoint | undefined): Promise<RestoredPart> =>
        restoreConfiguration({ access, motor, what, snapshot, migrate }, kind, settings[kind]);
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
    steps.push({
      what,
      run: () =>
        restoreBlob(access.endpoint, what, customConfig, getCustomConfig(0), (blob) =>
          setCustomConfig(0, blob),
        ),
    });
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
}

async function restoreConfiguration(
  part: ConfigurationPart,
  kind: ConfigurationKind,
  blob: Uint8Array,
): Promise<RestoredPart> {
  const { motor, what, migrate } = part;
  if (!motor) return { what, outcome: 'failed', detail: 'the second motor does not answer' };
  const restored = await restoreBlob(motor, what, blob, getConfiguration(kind), (wanted) =>
    setConfiguration(kind, wanted),
  );
  return restored.outcome === 'kept' && migrate
    ? migrateConfiguration({ ...part, motor, migrate }, kind, blob)
    : restored;
}

async function migrateConfiguration(
  { access, motor, what, snapshot, migrate }: ConfigurationPart & { motor: Endpoint; migrate: Migrate },
  kind: ConfigurationKind,
  blob: Uint8Array,
): Promise<RestoredPart> {
  const { layouts, wants } = migrate;
  try {
    const before = await understand(kind, blob, layouts, snapshot.commit);
    const present = await understand(
      kind,
      await motor.request(getConfiguration(kind), { timeout_ms: TIMEOUT_MS, attempts: ATTEMPTS }),
      layouts,
    );
    const plan = planMigration(before, present);
    const values = migratedValues(plan, wants && ((name) => wants(what, name)));
    const node = (canId: number): Endpoint => access.node(canId);
    const { adjusted } = await writeConfiguration({ endpoint: motor, node }, present, values);
    const detail = [fatesText(plan), ...adjustedTexts(adjusted)].join('; ');
    return { what, outcome: 'migrated', detail };
  } catch (error) {
    // Nothing was written: the snapshot has it until its layout is known.
    if (!isVescError(error, 'layout-unknown')) throw error;
    return { what, outcome: 'kept', detail: error.happened };
  }
}

/** What the firmware made of values that were written, in words. */
export function adjustedTexts(changes: readonly SettingChange[]): string[] {
  const offsets = changes.filter(({ field }) => isMeasured(field));
  const others = changes.filter(({ field }) => !isMeasured(field));
  const named = others.slice(0, NAMED).map(changeText);
  const more = others.length > NAMED ? [`and ${others.length - NAMED} more`] : [];
  return [
    ...(others.length > 0 ? [`the firmware changed ${[...named, ...more].join(', ')}`] : []),
    ...(offsets.length > 0 ? [OFFSETS_STAY] : []),
  ];
}

async function restoreBlob(
  endpoint: Endpoint,
  what: string,
  blob: Uint8Array,
  get: Request<Uint8Array>,
  set: (blob: Uint8Array) => Request<unknown>,
): Promise<RestoredPart> {
  const options = { timeout_ms: TIMEOUT_MS, attempts: ATTEMPTS };
  const present = await endpoint.request(get, options);
  if (configurationSignature(present) !== configurationSignature(blob)) {
    return { what, outcome: 'kept', detail: 'this firmware lays its settings out differently' };
  }
  if (sameBytes(present, blob)) return { what, outcome: 'restored' };
  await endpoint.request(set(blob), options);
  const readBack = await endpoint.request(get, options);
  if (sameBytes(readBack, blob)) return { what, outcome: 'restored' };
  const adjusted = adjustment(blob, readBack);
  const isTaken = adjusted.outcome === 'restored' || !sameBytes(readBack, present);
  if (!isTaken) return { what, outcome: 'failed', detail: 'the controller did not take it' };
  return { what, ...adjusted };
}

/** What the firmware made of `wanted`, setting by setting where the layout is that of a release. */
function adjustment(wanted: Uint8Array, readBack: Uint8Array): Pick<RestoredPart, 'outcome' | 'detail'> {
  const layout = layoutBySignature(configurationSignature(wanted));
  const before = layout && decodeSettings(layout, wanted);
  const after = layout && decodeSettings(layout, readBack);
  if (!before || !after) {
    const bytes = readBack.filter((byte, index) => byte !== wanted[index]).length;
    return { outcome: 'adjusted', detail: `the firmware changed ${bytes} bytes, probably to its limits` };
  }
  const changes = changedSettings(layout.fields, before, after);
  const onlyOffsets = changes.every(({ field }) => isMeasured(field));
  return { outcome: onlyOffsets ? 'restored' : 'adjusted', detail: adjustedTexts(changes).join('; ') };
}

async function restoreCode(
  endpoint: Endpoint,
  kind: CodeKind,
  code: Uint8Array,
  flags: number,
): Promise<RestoredPart> {
  const what = codeName(kind);
  const isNew = await storeCode(endpoint, kind, code, flags);
  if (isNew && kind === 'lisp')
    await endpoint.request(lispSetRunning(true), { timeout_ms: TIMEOUT_MS, attempts: ATTEMPTS });
  return { what, outcome: 'restored' };
}

function failed(what: string, error: unknown): RestoredPart {
  if (isVescError(error)) return { what, outcome: 'failed', detail: error.happened };
  throw error;
}
