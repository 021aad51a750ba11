import { type ErrorCode, isVescError, type VescError } from '../base/errors';
import type { StampedImage } from '../image/buildStamp';
import { formatLinkAddress } from '../links/linkAddress';
import { fwVersion } from '../protocol/messages/identity';
import { getValuesSelective } from '../protocol/messages/telemetry';
import { findSecondMotor } from '../settings/secondMotor';
import { takeSnapshot } from '../settings/settingsReader';
import type { Snapshot } from '../settings/snapshot';
import { type ControllerIdentity, identifyController } from '../update/controllerIdentity';
import { releaseMotors } from '../update/motorRelease';
import { addOwed, type Owed } from '../update/owedSettings';
import { preflight } from '../update/preflight';
import { TargetConnection } from '../update/targetConnection';
import { unwritable } from '../update/updateRecord';
import type { UpdateTarget } from '../update/updater';
import type { RecoveryDependencies, RecoveryRequest } from './recovery';

const IDENTIFY = { timeout_ms: 1000, attempts: 2 } as const;
/** The port is there, but not for us: whoever has it has to be told first. */
const NOT_OURS: readonly ErrorCode[] = ['link-in-use', 'port-busy', 'port-permission', 'usage', 'cancelled'];

/** A snapshot, and where it lies. */
export interface SavedSettings {
  readonly snapshot: Snapshot;
  readonly path: string;
  /** Why they are not all that an earlier update owes. */
  readonly unpaid?: VescError;
}

/** A controller that is to be programmed over SWD and answers before: it is treated with the care of an update. */
export class LiveController {
  private constructor(
    private readonly dependencies: RecoveryDependencies,
    private readonly target: UpdateTarget,
    private readonly connection: TargetConnection,
    readonly identity: ControllerIdentity,
  ) {}

  /**
   * The controller at `target`, or `undefined` when nobody answers there, as is usual for one that is recovered.
   * @throws VescError when the port is somebody else's
   */
  static async find(
    dependencies: RecoveryDependencies,
    target: UpdateTarget,
    signal: AbortSignal,
  ): Promise<LiveController | undefined> {
    let connection: TargetConnection | undefined;
    try {
      connection = await TargetConnection.open(dependencies.pool, target, signal);
      const identity = await identifyController(connection.endpoint, { ...IDENTIFY, signal });
      return new LiveController(dependencies, target, connection, identity);
    } catch (error) {
      connection?.dispose();
      signal.throwIfAborted();
      if (!isVescError(error) || NOT_OURS.includes(error.code)) throw error;
      return undefined;
    }
  }

  /** Where it answers, for people. */
  get place(): string {
    return formatLinkAddress(this.target.address);
  }

  /** Everything that speaks against programming it now. */
  async refusals(
    request: RecoveryRequest,
    { stamp }: StampedImage,
    signal: AbortSignal,
  ): Promise<VescError[]> {
    const read = getValuesSelective(['erpm', 'duty', 'voltage_V', 'fault']);
    const isVesc = this.identity.hardwareType === 'vesc';
    const values = isVesc ? await this.connection.endpoint.request(read, { ...IDENTIFY, signal }) : undefined;
    return preflight({ ...request.image, stamp }, this.identity, values, request);
  }

  /** Reads what it holds, to be given back at the end with what an earlier update owes it. */
  async saveSettings(
    owed: Owed | undefined,
    onProgress: (what: string, fraction: number) => void,
    signal: AbortSignal,
  ): Promise<SavedSettings> {
    const { clock, snapshots } = this.dependencies;
    const { connection, identity } = this;
    const version = await connection.endpoint.request(fwVersion(), { ...IDENTIFY, signal });
    const { commit } = identity.firmware;
    const present = await takeSnapshot(connection, version, { clock, commit, signal, onProgress });
    const { snapshot, unpaid } = owed ? await addOwed(connection, present, owed) : { snapshot: present };
    return {
      snapshot,
      path: await snapshots.save(snapshot).catch(unwritable),
      ...(unpaid ? { unpaid } : {}),
    };
  }

  /**
   * A processor that is held drives its motors on as it did: they are released before.
   * @throws VescError `motor-turning`
   */
  async release(signal: AbortSignal): Promise<void> {
    const { connection, identity, dependencies } = this;
    const second = await findSecondMotor(connection, identity.uuid, signal);
    const motors = [connection.endpoint, ...(second === undefined ? [] : [connection.node(second)])];
    await releaseMotors(motors, dependencies.clock);
  }

  dispose(): void {
    this.connection.dispose();
  }
}
