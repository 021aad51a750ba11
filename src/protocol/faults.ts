/** A fault the firmware can report (facts 5). */
export interface Fault {
  readonly code: number;
  /** As the terminal prints it. */
  readonly name: string;
  /** What it tells, in plain words. */
  readonly meaning: string;
  /** Where the firmware raises it; files of the current tree (5.03 keeps them all in its root folder). */
  readonly source: readonly string[];
  /** The first release with it; '5.03' means 5.03 or older. */
  readonly since: '5.03' | '6.00' | '7.00';
}

const INTERFACE = 'motor/mc_interface.c';
const ENCODER = 'encoder/encoder.c';
const CONFIGURATION = 'conf_general.c';

type Row = readonly [
  name: string,
  meaning: string,
  source: string | readonly string[],
  since?: Fault['since'],
];

/** In the order of their codes. */
const ROWS: readonly Row[] = [
  ['NONE', 'No fault.', []],
  [
    'OVER_VOLTAGE',
    'The input voltage was above the configured maximum for too long, or too far above it.',
    INTERFACE,
  ],
  [
    'UNDER_VOLTAGE',
    'The input voltage was below the configured minimum for too long, or too far below it.',
    INTERFACE,
  ],
  [
    'DRV',
    'The gate driver signalled a fault: over-current, over-temperature or its supply.',
    [INTERFACE, 'hwconf/drv83xx.c'],
  ],
  ['ABS_OVER_CURRENT', 'A phase current went beyond the absolute maximum.', INTERFACE],
  ['OVER_TEMP_FET', 'The MOSFETs reached the temperature at which the current is cut off.', INTERFACE],
  ['OVER_TEMP_MOTOR', 'The motor reached the temperature at which the current is cut off.', INTERFACE],
  ['GATE_DRIVER_OVER_VOLTAGE', 'The supply of the gate driver was too high.', INTERFACE],
  ['GATE_DRIVER_UNDER_VOLTAGE', 'The supply of the gate driver was too low.', INTERFACE],
  ['MCU_UNDER_VOLTAGE', "The microcontroller's supply fell below about 2.9 V.", 'irq_handlers.c'],
  [
    'BOOTING_FROM_WATCHDOG_RESET',
    'The watchdog caused the last reset: the firmware hung, or a restart was asked for.',
    ['motor/mcpwm.c', 'motor/mcpwm_foc.c', 'timeout.c'],
  ],
  ['ENCODER_SPI', 'Too many errors in the communication with the encoder.', ENCODER],
  ['ENCODER_SINCOS_BELOW_MIN_AMPLITUDE', 'The signal of the sine/cosine encoder is too small.', ENCODER],
  ['ENCODER_SINCOS_ABOVE_MAX_AMPLITUDE', 'The signal of the sine/cosine encoder is too large.', ENCODER],
  [
    'FLASH_CORRUPTION',
    'The firmware in flash is damaged. The controller normally stops before it can tell.',
    ['flash_helper.c', 'main.c'],
  ],
  ...[1, 2, 3].map((phase): Row => [
    `HIGH_OFFSET_CURRENT_SENSOR_${phase}`,
    `The current sensor of phase ${phase} shows too much without any current.`,
    INTERFACE,
  ]),
  ['UNBALANCED_CURRENTS', 'The phase currents do not add up to zero.', INTERFACE],
  ['BRK', 'The hardware tripped the brake input of the motor timer.', INTERFACE],
  ['RESOLVER_LOT', 'The resolver lost track; also more than 5 % bad data from a BiSS-C encoder.', ENCODER],
  ['RESOLVER_DOS', 'The signal of the resolver is degraded.', ENCODER],
  ['RESOLVER_LOS', 'The signal of the resolver is lost.', ENCODER],
  [
    'FLASH_CORRUPTION_APP_CFG',
    'The stored app configuration was damaged and the defaults are used. Found in the log only.',
    CONFIGURATION,
  ],
  [
    'FLASH_CORRUPTION_MC_CFG',
    'The stored motor configuration was damaged and the defaults are used. Found in the log only.',
    CONFIGURATION,
  ],
  ['ENCODER_NO_MAGNET', 'The encoder sees no magnet, or one that is too weak.', ENCODER],
  ['ENCODER_MAGNET_TOO_STRONG', "The encoder's magnet is too strong.", ENCODER],
  [
    'PHASE_FILTER',
    'The voltage behind the phase filter does not match the modulation.',
    'motor/mcpwm_foc.c',
    '6.00',
  ],
  ['ENCODER_FAULT', 'The encoder reports a fault of its own.', ENCODER, '6.00'],
  ['LV_OUTPUT_FAULT', 'The protection of the low-voltage output tripped.', INTERFACE, '6.00'],
  [
    'ENCODER_SLIP',
    'Encoder and observer disagreed by more than 15° for more than half a second. Has to be enabled.',
    ENCODER,
    '7.00',
  ],
  ['OVERSPEED', 'The speed was above the configured maximum. Has to be enabled.', INTERFACE, '7.00'],
  ['UNDERSPEED', 'The speed was below the configured minimum. Has to be enabled.', INTERFACE, '7.00'],
  ['ABS_OVERSPEED', 'The speed went beyond the absolute limit. Has to be enabled.', INTERFACE, '7.00'],
];

/** Every fault, the place in the list being its code. */
export const faultCatalogue: readonly Fault[] = ROWS.map(([name, meaning, source, since = '5.03'], code) => ({
  code,
  name: `FAULT_CODE_${name}`,
  meaning,
  source: typeof source === 'string' ? [source] : source,
  since,
}));

const BY_NAME = new Map(faultCatalogue.map((fault) => [fault.name, fault]));

/** The firmware's name of fault `code`; for one we do not know, what the firmware says of those. */
export function faultName(code: number): string {
  return faultCatalogue[code]?.name ?? 'Unknown fault';
}

/** The fault of that name, as the terminal prints it; `undefined` for a name we do not know. */
export function faultByName(name: string): Fault | undefined {
  return BY_NAME.get(name);
}
