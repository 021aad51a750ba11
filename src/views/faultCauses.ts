/** What is usually behind a fault, the likeliest first; by the firmware's name without its prefix. */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  OVER_VOLTAGE: [
    'Braking into a full battery, or into a supply that takes nothing back.',
    'A maximum input voltage that leaves no room above the full battery.',
    'Supply leads too long for the current, with too few capacitors at the controller.',
  ],
  UNDER_VOLTAGE: [
    'An empty or weak battery that gives way under load.',
    'Battery current limits above what the battery or its cables can give.',
    'A loose connector in the supply.',
  ],
  DRV: [
    'A short circuit between the phases, or a MOSFET that is broken.',
    'Current spikes: a current controller that is tuned too hard, or wrong motor parameters.',
    'A gate driver that is damaged, or whose supply is bad.',
  ],
  ABS_OVER_CURRENT: [
    'A current controller that oscillates: wrong resistance, inductance or bandwidth of the motor.',
    'An absolute limit too close to the motor current limit; noise then reaches it.',
    'The rotor position was lost, or a phase is short-circuited.',
  ],
  OVER_TEMP_FET: [
    'More current for longer than the cooling can carry away.',
    'A temperature limit set too low.',
  ],
  OVER_TEMP_MOTOR: [
    'More current for longer than the motor can stand.',
    'No sensor, or another type of sensor than is configured.',
  ],
  GATE_DRIVER_OVER_VOLTAGE: ['The supply of the gate driver is damaged.'],
  GATE_DRIVER_UNDER_VOLTAGE: ['The supply of the gate driver is overloaded or damaged.'],
  MCU_UNDER_VOLTAGE: [
    'The 5 V or 3.3 V supply is overloaded, often by something connected to the board.',
    'The input voltage broke down for a moment.',
  ],
  BOOTING_FROM_WATCHDOG_RESET: [
    'The firmware hung: an endless loop, or interrupts locked for too long.',
    'A restart was asked for in a way that goes through the watchdog.',
    'There is no bootloader, and an update jumped to it.',
  ],
  ENCODER_SPI: ['A broken or long encoder cable, or noise on it.', 'Another encoder than is configured.'],
  ENCODER_SINCOS_BELOW_MIN_AMPLITUDE: ['A loose encoder connector, or offsets that were never measured.'],
  ENCODER_SINCOS_ABOVE_MAX_AMPLITUDE: ['Another supply or gain of the encoder than is configured.'],
  FLASH_CORRUPTION: ['The flash was written while the supply broke down: flash the firmware again.'],
  HIGH_OFFSET_CURRENT_SENSOR_1: [
    'A current sensor or its amplifier is damaged.',
    'The motor turned at the start.',
  ],
  HIGH_OFFSET_CURRENT_SENSOR_2: [
    'A current sensor or its amplifier is damaged.',
    'The motor turned at the start.',
  ],
  HIGH_OFFSET_CURRENT_SENSOR_3: [
    'A current sensor or its amplifier is damaged.',
    'The motor turned at the start.',
  ],
  UNBALANCED_CURRENTS: [
    'A current sensor that is damaged or badly calibrated.',
    'Current that leaks to ground: damaged insulation of the motor or its cables.',
  ],
  BRK: ['The over-current comparator of the board tripped.', 'Noise on the brake input.'],
  RESOLVER_LOT: ['A resolver cable or excitation that is interrupted, or turning too fast for it.'],
  RESOLVER_DOS: ['A resolver cable that is damaged, or noise on it.'],
  RESOLVER_LOS: ['A resolver cable that is interrupted.'],
  FLASH_CORRUPTION_APP_CFG: ['The supply broke down while settings were stored.'],
  FLASH_CORRUPTION_MC_CFG: ['The supply broke down while settings were stored.'],
  ENCODER_NO_MAGNET: ['The magnet is missing, too far away, or off the axis.'],
  ENCODER_MAGNET_TOO_STRONG: ['The magnet is too close.'],
  PHASE_FILTER: [
    'A phase filter that is damaged, or enabled on a board that has none.',
    'Dead time or motor parameters that do not fit.',
  ],
  ENCODER_FAULT: ['The encoder reports a fault of its own: its cable, supply or magnet.'],
  LV_OUTPUT_FAULT: ['A short circuit or overload at the low-voltage output.'],
  ENCODER_SLIP: ['The encoder slips on its shaft, or its ratio or offset is wrong.'],
  OVERSPEED: ['A maximum ERPM too close to the speed that is asked for.', 'The load let go suddenly.'],
  UNDERSPEED: ['Something drove the motor backwards faster than is allowed.'],
  ABS_OVERSPEED: ['The load let go suddenly, or something drives the motor.'],
};

/** What is usually behind `fault` (`FAULT_CODE_…`); nothing for one we do not know. */
export function likelyCauses(fault: string): readonly string[] {
  return CAUSES[fault.replace(/^FAULT_CODE_/, '')] ?? [];
}
