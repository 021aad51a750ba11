import { isVescError, VescError } from '../base/errors';
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
import type { ControllerAccess } from './controllerAccess';
import { findSecondMotor } from './secondMotor';
import type { MotorSettings, Snapshot } from './snapshot';
import { type CodeKind, codeName, readCode, writeCode } from './storedCode';

/** What became of one part of a snapshot. */
export interface RestoredPart {
  /** For people: "motor configuration", "app configuration of motor 2", "LispBM code". */
  readonly what: string;
  /**
   * `restored`: written and read back equal. `adjusted`: written, but the firmware changed values to its limits.
   * `kept`: not written, because this firmware's layout is another; the snapshot keeps it.
   * `failed`: could not be written; the snapshot keeps it.
   */
  readonly outcome: 'restored' | 'adjusted' | 'kept' | 'failed';
  readonly detail?: string;
}

const TIMEOUT_MS = 3000;
const ATTEMPTS = 3;
const NAMES: Record<ConfigurationKind, string> = {
  mcconf: 'motor configuration',
  appconf: 'app configuration',
};

/**
 * Writes a snapshot back to its controller as far as the running firmware understands it, and reads every part
 * back. The app configuration comes last, because it starts throttle inputs. A part that fails does not stop the
 * others.
 */
export async function restoreSettings(
  access: ControllerAccess,
  snapshot: Snapshot,
  onProgress?: (what: string, fraction: number) => void,
): Promise<RestoredPart[]> {
  const parts: RestoredPart[] = [];
  const motors = await locateMotors(access, snapshot);
  const steps: { what: string; run: () => Promise<RestoredPart> }[] = [];
  const configurations = (kind: ConfigurationKind): void => {
    for (const [index, { settings, endpoint }] of motors.entries()) {
      const what = index === 0 ? NAMES[kind] : `${NAMES[kind]} of motor ${index + 1}`;
      const restore = (motor: Endpoint | undefined): Promise<RestoredPart> =>
        restoreConfiguration(motor, kind, settings[kind], what);
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
async function locateMotors(
  access: ControllerAccess,
  snapshot: Snapshot,
): Promise<{ settings: MotorSettings; endpoint: Endpoint | undefined }[]> {
  const [first, second] = snapshot.motors;
  const motors: { settings: MotorSettings; endpoint: Endpoint | undefined }[] = [];
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

async function restoreConfiguration(
  endpoint: Endpoint | undefined,
  kind: ConfigurationKind,
  blob: Uint8Array,
  what: string,
): Promise<RestoredPart> {
  if (!endpoint) return { what, outcome: 'failed', detail: 'the second motor does not answer' };
  return restoreBlob(endpoint, what, blob, getConfiguration(kind), (wanted) =>
    setConfiguration(kind, wanted),
  );
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
  if (equal(present, blob)) return { what, outcome: 'restored' };
  await endpoint.request(set(blob), options);
  const readBack = await endpoint.request(get, options);
  if (equal(readBack, blob)) return { what, outcome: 'restored' };
  if (equal(readBack, present)) return { what, outcome: 'failed', detail: 'the controller did not take it' };
  const changed = readBack.filter((byte, index) => byte !== blob[index]).length;
  return {
    what,
    outcome: 'adjusted',
    detail: `the firmware changed ${changed} bytes, probably to its limits`,
  };
}

async function restoreCode(
  endpoint: Endpoint,
  kind: CodeKind,
  code: Uint8Array,
  flags: number,
): Promise<RestoredPart> {
  const what = codeName(kind);
  const present = await readCode(endpoint, kind);
  if (present && equal(present, code)) return { what, outcome: 'restored' };
  await writeCode(endpoint, kind, code, flags);
  const readBack = await readCode(endpoint, kind);
  if (!readBack || !equal(readBack, code)) {
    throw new VescError('code-storage-failed', { what, step: 'reading back', offset: 0 });
  }
  if (kind === 'lisp')
    await endpoint.request(lispSetRunning(true), { timeout_ms: TIMEOUT_MS, attempts: ATTEMPTS });
  return { what, outcome: 'restored' };
}

function failed(what: string, error: unknown): RestoredPart {
  if (isVescError(error)) return { what, outcome: 'failed', detail: error.happened };
  throw error;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
