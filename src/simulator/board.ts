import type { HardwareType } from '../protocol/messages/identity';
import type { ControllerTime } from './controllerTime';
import type { CrashMemory } from './crashMemory';
import type { CanBus, CanNode } from './canBus';
import type { Eeprom } from './eeprom';
import type { Flash } from './flash';
import type { Readings } from './readings';
import type { SwdPins } from './swdPins';

/** Why the processor started over. */
export type ResetCause = 'power-on' | 'pin' | 'software' | 'watchdog' | 'window-watchdog';

/** What the chip's reset register shows afterwards, in the order the firmware prints it. */
export const resetFlags: Record<ResetCause, string> = {
  'power-on': 'BOR PIN POR',
  pin: 'PIN',
  software: 'PIN SFT',
  watchdog: 'PIN IWDG',
  'window-watchdog': 'PIN WWDG',
};

/** A firmware version with its test number; 0 for a release. */
export interface TestVersion {
  readonly major: number;
  readonly minor: number;
  readonly test: number;
}

/** Which firmware an image is. */
export interface FirmwareIdentity {
  readonly version: TestVersion;
  readonly hardware: string;
  readonly branch: string;
  readonly commit: string;
  readonly compiler: string;
  readonly userBranch: string;
  readonly userCommit: string;
}

/** What is soldered or built in, whatever firmware runs. */
export interface BoardTraits {
  /** 24 lower-case hex digits. */
  readonly uuid: string;
  readonly hardwareType: HardwareType;
  readonly dualMotor: boolean;
  /** Name of the gate driver whose fault register `faults` shows after a driver fault, as `DRV8301`. */
  readonly gateDriver: string | undefined;
  /** "no_hw_limits" and the like; empty for most. */
  readonly firmwareName: string;
  readonly phaseFilters: boolean;
  readonly paired: boolean;
  /** Motor and app configuration the firmware falls back to, where they are not the made-up ones. */
  readonly defaults: { readonly mcconf?: Uint8Array; readonly appconf?: Uint8Array };
}

/** RAM that survives every reset but power-on (facts 3.10). */
export interface BackupRam extends CrashMemory {
  odometer_m: number;
  runtime_s: number;
  canId: number | undefined;
}

/** What the running firmware can reach of the chip and the board. */
export interface Board {
  readonly traits: BoardTraits;
  readonly time: ControllerTime;
  readonly flash: Flash;
  readonly bus: CanBus;
  readonly node: CanNode;
  readonly backup: BackupRam;
  readonly lastReset: ResetCause;
  readonly readings: Readings;
  readonly eeprom: Eeprom;
  /** The chip at the pins of its built-in programmer, if one is wired to it. */
  readonly swdWire: SwdPins | undefined;
  /** The CAN id while neither settings nor RAM tell one. */
  readonly defaultCanId: number;
  /** When this start began, in the controller's time. */
  readonly started_ms: number;
  /** True while the processor stands still for the flash. */
  readonly isStalled: boolean;
  /** The whole processor stands still. Never settles when a reset comes first. */
  stall(duration_ms: number): Promise<void>;
  /** One thread waits. Never settles when a reset comes first. */
  wait(duration_ms: number): Promise<void>;
  reset(cause: ResetCause): void;
  /** Hands over to the bootloader, if there is one. */
  jumpToBootloader(): void;
  /** Switches the board off for good, where it has a power latch. */
  switchOff(): void;
  /** The power failed in the middle of a flash operation. */
  powerFailed(): void;
}
