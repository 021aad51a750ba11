import type { CanReport } from './can/bus';
import type { CoreFault, ResetCause } from './emulatorCore';
import type { MotorSetup } from './motor';

/** The two ways into the controller. */
export type PortName = 'usb' | 'uart';

/** Values that the outside world has, in the terms of the chip. */
export type Override =
  | { readonly kind: 'channel'; readonly channel: number; readonly value: number }
  | { readonly kind: 'index'; readonly index: number; readonly value: number | undefined }
  | {
      readonly kind: 'pin';
      readonly port: number;
      readonly pin: number;
      readonly level: 0 | 1 | undefined;
    };

/** What an emulation starts with; sent to its worker. */
export interface EmulationStart {
  /** The compiled core. */
  readonly module: WebAssembly.Module;
  /** The flash, 1 MiB. */
  readonly flash: Uint8Array;
  /** 12 bytes. */
  readonly uniqueId: Uint8Array;
  /** How many times as fast as the wall clock; 0 as fast as it goes. */
  readonly speed: number;
  readonly instantFlash: boolean;
  /** The UART of the host, 1 to 6; 0 picks the first that listens. */
  readonly uart: number;
  readonly overrides: readonly Override[];
  /** The motor at its bridge, if there is one. */
  readonly motor?: MotorSetup | undefined;
}

/** To the emulation. */
export type HostMessage =
  | { readonly type: 'write'; readonly port: PortName; readonly bytes: Uint8Array }
  | { readonly type: 'override'; readonly override: Override }
  | { readonly type: 'reset' }
  /** New content of a part of the flash, and a start from power-on. */
  | { readonly type: 'program'; readonly offset: number; readonly bytes: Uint8Array }
  /** New content of a part of the flash while the program runs. */
  | { readonly type: 'patch'; readonly offset: number; readonly bytes: Uint8Array }
  /** Without power nothing runs; with it the program starts from power-on. */
  | { readonly type: 'power'; readonly on: boolean }
  /** Which channels the ADC converts; `sequence` follows. */
  | { readonly type: 'readSequence' }
  /** Bytes of a debugger; the first attach it, and `undefined` is its end. */
  | { readonly type: 'debug'; readonly bytes: Uint8Array | undefined }
  /** All changes of the flash are to be told now; `synced` follows. */
  | { readonly type: 'sync' }
  /** Others are on its CAN bus from now on, in an attachment of that number; `undefined`: it is alone. */
  | { readonly type: 'canAttach'; readonly epoch: number | undefined }
  /** It may run up to a point in its time, with what its CAN bus has to tell (can/record.ts). */
  | { readonly type: 'canGrant'; readonly until_ns: number; readonly records: Uint8Array };

/** From the emulation; `time_ms` is virtual time. */
export type EmulationMessage =
  | { readonly type: 'data'; readonly port: PortName; readonly bytes: Uint8Array }
  | { readonly type: 'usb'; readonly present: boolean }
  /** A start from power-on is over: USB is there, or has had its time. */
  | { readonly type: 'started' }
  | { readonly type: 'reset'; readonly cause: ResetCause; readonly time_ms: number }
  | { readonly type: 'fault'; readonly fault: CoreFault; readonly time_ms: number }
  | { readonly type: 'state'; readonly state: EmulationState }
  | { readonly type: 'debug'; readonly text: string }
  | { readonly type: 'synced' }
  | { readonly type: 'sequence'; readonly channels: readonly number[] }
  | { readonly type: 'flash'; readonly offset: number; readonly bytes: Uint8Array }
  /** Whether it can take part in a CAN bus: not before it has started, and not while a debugger holds it. */
  | { readonly type: 'canReady'; readonly isReady: boolean }
  | { readonly type: 'canReport'; readonly report: CanReport };

/**
 * What becomes of the program: it runs; it has locked up (a fault inside the fault handler) and no watchdog ends it;
 * it starts over again and again; a debugger has stopped it; or it has no power.
 */
export type EmulationState = 'running' | 'locked-up' | 'restarting' | 'halted' | 'off';

/** The emulation as its host sees it: here, or in a worker. */
export interface EmulationChannel {
  post(message: HostMessage): void;
  onMessage(listener: (message: EmulationMessage) => void): void;
  /** The worker came to an end by itself. */
  onFailure(listener: (reason: string) => void): void;
  dispose(): void;
}
