import { DEFAULT_BAUD_RATE } from '../links/linkAddress';

/** The user's settings under `vesc.`, as package.json declares them. */
export interface Settings {
  readonly firmwareFolder: string;
  readonly board: string;
  readonly toolchainPath: string;
  readonly makePath: string;
  readonly makeArguments: readonly string[];
  /** 0: as many as there are processors. */
  readonly jobs: number;
  readonly baudRate: number;
  readonly reconnect: boolean;
  readonly confirmBeforeFlash: boolean;
  readonly faultNotifications: boolean;
  readonly flashOnSave: boolean;
  /** Whether the compile lines of the active board are kept for language servers. */
  readonly compileCommands: boolean;
  /** How many times as fast as a real controller; 0: no waiting. */
  readonly simulatedSpeed: number;
  /** Motors may be driven from the live view. */
  readonly motorTest: boolean;
  /** OpenOCD or its folder; empty: search. */
  readonly openocdPath: string;
  /** How `VESC: Flash current build` brings an image onto a controller. */
  readonly flashRoute: 'bootloader' | 'swd';
  /** The file of the bootloader that emulated controllers get; empty: none. */
  readonly emulatedBootloader: string;
}

export const SETTING_NAMES = [
  'firmwareFolder',
  'board',
  'toolchainPath',
  'makePath',
  'makeArguments',
  'jobs',
  'baudRate',
  'reconnect',
  'confirmBeforeFlash',
  'faultNotifications',
  'flashOnSave',
  'compileCommands',
  'simulatedSpeed',
  'motorTest',
  'openocdPath',
  'flashRoute',
  'emulatedBootloader',
] as const satisfies readonly (keyof Settings)[];

/** The part of a `WorkspaceConfiguration` that is needed here. */
export interface Configuration {
  get(name: string): unknown;
}

/** Reads the settings; what a person mistyped in settings.json counts as not set. */
export function readSettings(configuration: Configuration): Settings {
  const text = (name: keyof Settings): string => {
    const value = configuration.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const number = (name: keyof Settings, otherwise: number, minimum: number): number => {
    const value = configuration.get(name);
    return typeof value === 'number' && value >= minimum ? value : otherwise;
  };
  const flag = (name: keyof Settings, otherwise: boolean): boolean => {
    const value = configuration.get(name);
    return typeof value === 'boolean' ? value : otherwise;
  };
  const list = configuration.get('makeArguments');
  return {
    firmwareFolder: text('firmwareFolder'),
    board: text('board'),
    toolchainPath: text('toolchainPath'),
    makePath: text('makePath'),
    makeArguments: Array.isArray(list) ? list.filter((each) => typeof each === 'string') : [],
    jobs: Math.floor(number('jobs', 0, 0)),
    baudRate: number('baudRate', DEFAULT_BAUD_RATE, 1),
    reconnect: flag('reconnect', true),
    confirmBeforeFlash: flag('confirmBeforeFlash', false),
    faultNotifications: flag('faultNotifications', true),
    flashOnSave: flag('flashOnSave', false),
    compileCommands: flag('compileCommands', true),
    simulatedSpeed: number('simulatedSpeed', 5, 0),
    motorTest: flag('motorTest', false),
    openocdPath: text('openocdPath'),
    flashRoute: text('flashRoute') === 'swd' ? 'swd' : 'bootloader',
    emulatedBootloader: text('emulatedBootloader'),
  };
}
