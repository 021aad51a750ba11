import type {
  BmsValues,
  DecodedAdc,
  DecodedChuk,
  DecodedPpm,
  Gnss,
  ImuData,
  SetupValues,
  Stats,
} from '../protocol/messages/telemetry';
import type { MotorConditions } from './motor';

/** The world around the controller: everything its sensors see. Change it at any time; it outlives resets. */
export interface Readings {
  /** For each motor: the supply it gets, and readings held at a value whatever the motor does. */
  readonly motors: readonly MotorConditions[];
  /** Readings of the whole vehicle that are held at a value. */
  setup: Partial<SetupValues>;
  stats: Stats;
  imu: ImuData;
  ppm: DecodedPpm;
  adc: DecodedAdc;
  chuk: DecodedChuk;
  /** Without its age: nothing was ever received, so it is as old as the controller is up. */
  gnss: Omit<Gnss, 'age_s'>;
  /** The battery as last heard on CAN; absent while none was. */
  bms: BmsValues | undefined;
}

/** A controller on a bench: quiet, warm, level. */
export function benchReadings(motors: number): Readings {
  return {
    motors: Array.from({ length: motors }, () => ({ supply_V: 48, held: {} })),
    setup: {},
    stats: {
      speedAverage_mps: 0,
      speedMax_mps: 0,
      powerAverage_W: 0,
      powerMax_W: 0,
      currentAverage_A: 0,
      currentMax_A: 0,
      tempFetAverage_C: 28,
      tempFetMax_C: 28,
      tempMotorAverage_C: 26,
      tempMotorMax_C: 26,
      counted_s: 0,
    },
    imu: {
      roll_rad: 0,
      pitch_rad: 0,
      yaw_rad: 0,
      accelerationX_g: 0,
      accelerationY_g: 0,
      accelerationZ_g: 1,
      gyroX_degps: 0,
      gyroY_degps: 0,
      gyroZ_degps: 0,
      magneticX: 0,
      magneticY: 0,
      magneticZ: 0,
      quaternionW: 1,
      quaternionX: 0,
      quaternionY: 0,
      quaternionZ: 0,
    },
    ppm: { level: 0, pulse_ms: 0 },
    adc: { level: 0, voltage_V: 0, level2: 0, voltage2_V: 0 },
    chuk: { level: 0 },
    gnss: {
      latitude_deg: 0,
      longitude_deg: 0,
      height_m: 0,
      speed_mps: 0,
      hdop: 0,
      sinceMidnight_ms: 0,
      year: 0,
      month: 0,
      day: 0,
    },
    bms: undefined,
  };
}

/** What a motor controller answers about a battery it never heard of. */
export const silentBms: BmsValues = {
  voltage_V: 0,
  chargeVoltage_V: 0,
  current_A: 0,
  currentIc_A: 0,
  charge_Ah: 0,
  energy_Wh: 0,
  cells_V: [],
  balancing: [],
  temps_C: [],
  tempIc_C: 0,
  tempHumidity_C: 0,
  humidity_percent: 0,
  tempHottestCell_C: 0,
  stateOfCharge: 0,
  stateOfHealth: 0,
  canId: 255,
  chargedTotal_Ah: 0,
  chargedTotal_Wh: 0,
  dischargedTotal_Ah: 0,
  dischargedTotal_Wh: 0,
  pressure_Pa: 0,
  dataVersion: 0,
  status: '',
};
