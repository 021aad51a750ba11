import { isVescError, VescError } from '../base/errors';
import type { FileStore } from './fileStore';

/** The settings of one motor: one controller has one, a dual-motor board two. Blobs begin with their signature. */
export interface MotorSettings {
  readonly uuid: string;
  /** Undefined for the controller itself. */
  readonly canId: number | undefined;
  readonly mcconf: Uint8Array;
  readonly appconf: Uint8Array;
}

/** All that an update takes from a controller and that can be read back, at one moment. */
export interface Snapshot {
  readonly uuid: string;
  readonly hardware: string;
  readonly firmware: { readonly major: number; readonly minor: number; readonly test: number };
  readonly commit?: string;
  /** ISO 8601, UTC. */
  readonly takenAt: string;
  readonly motors: readonly MotorSettings[];
  readonly customConfig?: Uint8Array;
  /** What lies behind the storage header (facts 9.1). */
  readonly lispCode?: Uint8Array;
  readonly qmlCode?: Uint8Array;
  /** The QML code fills VESC Tool's window; a flag of its storage header. */
  readonly qmlFullscreen?: boolean;
}

/** In every app configuration the CAN id stands right behind the signature. */
const CAN_ID_OFFSET = 4;

/** The CAN id a controller has with the settings of `snapshot`. */
export function storedCanId({ motors: [first] }: Snapshot): number {
  return first!.appconf[CAN_ID_OFFSET]!;
}

const FORMAT = 1;
const FOLDER = 'snapshots';

/** Blobs become base64 text behind a mark that no other field can have. */
const BLOB = 'base64:';

/** The text form of a snapshot: JSON, blobs in base64, so that a person can see whose settings these are. */
export function serializeSnapshot(snapshot: Snapshot): string {
  const text = JSON.stringify(
    { format: FORMAT, ...snapshot },
    (_, value: unknown) =>
      value instanceof Uint8Array ? BLOB + Buffer.from(value).toString('base64') : value,
    2,
  );
  return `${text}\n`;
}

/**
 * Reads what {@link serializeSnapshot} wrote.
 * @throws VescError `snapshot-unreadable` when it is something else, damaged or from a newer version
 */
export function parseSnapshot(text: string, path: string): Snapshot {
  let value: unknown;
  try {
    value = JSON.parse(text, (_, field: unknown) =>
      typeof field === 'string' && field.startsWith(BLOB)
        ? new Uint8Array(Buffer.from(field.slice(BLOB.length), 'base64'))
        : field,
    );
  } catch (error) {
    throw new VescError('snapshot-unreadable', { path, reason: (error as Error).message });
  }
  const snapshot = (value ?? {}) as Partial<Snapshot> & { format?: unknown };
  if (snapshot.format !== FORMAT) {
    throw new VescError('snapshot-unreadable', {
      path,
      reason: `format ${String(snapshot.format)} is not known`,
    });
  }
  const complete =
    typeof snapshot.uuid === 'string' &&
    typeof snapshot.hardware === 'string' &&
    typeof snapshot.takenAt === 'string' &&
    [snapshot.firmware?.major, snapshot.firmware?.minor, snapshot.firmware?.test].every(Number.isInteger) &&
    Array.isArray(snapshot.motors) &&
    (snapshot.motors as (Partial<MotorSettings> | null)[]).every(
      (motor) => motor?.mcconf instanceof Uint8Array && motor.appconf instanceof Uint8Array,
    ) &&
    [snapshot.customConfig, snapshot.lispCode, snapshot.qmlCode].every(
      (blob: unknown) => blob === undefined || blob instanceof Uint8Array,
    );
  if (!complete) throw new VescError('snapshot-unreadable', { path, reason: 'fields are missing' });
  return snapshot as Snapshot;
}

/** Keeps snapshots by UUID and time. */
export class SnapshotStore {
  constructor(private readonly files: FileStore) {}

  /** Writes `snapshot` and returns where it lies; it is on the disk when this resolves. */
  async save(snapshot: Snapshot): Promise<string> {
    const time = snapshot.takenAt.replace(/[:.]/g, '-');
    const path = `${FOLDER}/${snapshot.uuid}/${time}.json`;
    await this.files.write(path, serializeSnapshot(snapshot));
    return this.files.locate(path);
  }

  /** Every readable snapshot of a controller, newest first; others are passed over. */
  async list(uuid: string): Promise<{ path: string; snapshot: Snapshot }[]> {
    const folder = `${FOLDER}/${uuid}`;
    const found: { path: string; snapshot: Snapshot }[] = [];
    for (const name of (await this.files.list(folder)).reverse()) {
      const path = `${folder}/${name}`;
      const text = name.endsWith('.json') ? await this.files.read(path).catch(() => undefined) : undefined;
      if (text === undefined) continue;
      try {
        found.push({ path: this.files.locate(path), snapshot: parseSnapshot(text, path) });
      } catch (error) {
        if (!isVescError(error, 'snapshot-unreadable')) throw error;
      }
    }
    return found;
  }
}
