import { fromHex, toHex } from '../protocol/bytes';
import type { CrashCause } from '../protocol/crashDiag';
import { crc16 } from '../protocol/crc16';
import type { HardwareType } from '../protocol/messages/identity';
import type { BoardTraits, FirmwareIdentity } from './board';
import type { FlashModel } from './flash';

/** The bootloader in sector 11: none, one from before 2022 (no compression), or a current one. */
export type BootloaderKind = 'none' | 'old' | 'current';

/** What a simulated controller is at first. Everything has a default. */
export interface SimulatedControllerOptions {
  /** Hardware name it reports while the image in its flash tells none. */
  readonly hardware?: string;
  readonly version?: { readonly major: number; readonly minor: number; readonly test?: number };
  /** 24 hex digits. */
  readonly uuid?: string;
  /** CAN id; stored in its settings as a user would have done. */
  readonly canId?: number;
  readonly bootloader?: BootloaderKind;
  /** Other controllers on its CAN bus: how many, or what they are. */
  readonly canNodes?: number | readonly SimulatedControllerOptions[];
  /** Faults that happened earlier since its start, oldest first, with or without `FAULT_CODE_`. */
  readonly faults?: readonly string[];
  /** Its firmware crashed just before, and keeps the record of that (7.01 and later). */
  readonly crash?: CrashCause;
  readonly dualMotor?: boolean;
  readonly hardwareType?: HardwareType;
  readonly branch?: string;
  readonly commit?: string;
  readonly compiler?: string;
  readonly userBranch?: string;
  readonly userCommit?: string;
  readonly firmwareName?: string;
  readonly phaseFilters?: boolean;
  readonly paired?: boolean;
  /** False: it sends no status messages on CAN, so the others do not count it in. */
  readonly canStatus?: boolean;
  readonly gateDriver?: string;
  /** How many times as fast as its clock it lives; 0: nothing waits. */
  readonly speedFactor?: number;
  /** Content of the application area; a made-up image of the version above when left out. */
  readonly image?: Uint8Array;
  /** The whole flash as it was kept from an earlier life; wins over `image`, `bootloader` and `canId`. */
  readonly flash?: Uint8Array;
  readonly flashModel?: FlashModel;
  /** Its power failed while the bootloader copied: it has no firmware that starts. */
  readonly bricked?: boolean;
  /** Its option bytes keep programmers out of the flash. */
  readonly readProtected?: boolean;
  /** Configurations it falls back to, in place of the made-up ones; of the version above. */
  readonly defaults?: { readonly mcconf?: Uint8Array; readonly appconf?: Uint8Array };
}

const DEFAULT_UUID = '3a0041001850563039373220';
const DEFAULT_COMMIT = 'b9d287b3b8323f4b02618b02dc55e57d54a84996';

/** The options with every gap filled. */
export interface ResolvedOptions {
  readonly traits: BoardTraits;
  readonly identity: FirmwareIdentity;
}

export function resolveOptions(options: SimulatedControllerOptions): ResolvedOptions {
  const { major, minor, test = 0 } = options.version ?? { major: 7, minor: 1 };
  return {
    traits: {
      uuid: (options.uuid ?? DEFAULT_UUID).toLowerCase(),
      hardwareType: options.hardwareType ?? 'vesc',
      dualMotor: options.dualMotor ?? false,
      gateDriver: options.gateDriver ?? 'DRV8301',
      firmwareName: options.firmwareName ?? '',
      phaseFilters: options.phaseFilters ?? false,
      paired: options.paired ?? false,
      defaults: options.defaults ?? {},
    },
    identity: {
      version: { major, minor, test },
      hardware: options.hardware ?? '60',
      branch: options.branch ?? 'master',
      commit: options.commit ?? DEFAULT_COMMIT,
      compiler: options.compiler ?? '12.2.1',
      userBranch: options.userBranch ?? '',
      userCommit: options.userCommit ?? '',
    },
  };
}

/** The id a controller has while its settings tell none: made from its UUID (facts 7.2). */
export function defaultCanId(uuid: string): number {
  return crc16(fromHex(uuid)) % 250;
}

/** What the nodes behind a controller are, with ids and UUIDs of their own. */
export function resolveNodes(options: SimulatedControllerOptions): readonly SimulatedControllerOptions[] {
  const { canNodes = 0 } = options;
  const nodes = typeof canNodes === 'number' ? Array.from({ length: canNodes }, () => ({})) : canNodes;
  const { traits, identity } = resolveOptions(options);
  const canId = options.canId ?? defaultCanId(traits.uuid);
  return nodes.map((node, index) => ({
    hardware: identity.hardware,
    version: identity.version,
    ...(options.bootloader === undefined ? {} : { bootloader: options.bootloader }),
    ...(options.flashModel === undefined ? {} : { flashModel: options.flashModel }),
    canId: (canId + (traits.dualMotor ? 2 : 1) + index) % 254,
    uuid: nodeUuid(traits.uuid, index + 1),
    ...node,
  }));
}

/** Another chip of the same batch: the second byte differs, the last one is for second motors. */
function nodeUuid(uuid: string, index: number): string {
  const bytes = fromHex(uuid);
  bytes[1] = (bytes[1]! + index) & 0xff;
  return toHex(bytes);
}
