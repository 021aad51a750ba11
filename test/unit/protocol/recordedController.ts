import { ByteReader, fromHex } from '../../../src/protocol/bytes';
import type { FirmwareVersion } from '../../../src/protocol/messages/identity';
import type {
  BmsValues,
  Gnss,
  ImuData,
  SetupValues,
  Stats,
  Values,
} from '../../../src/protocol/messages/telemetry';
import { silentBms } from '../../../src/simulator/readings';
import recordings from '../../data/vesc-recordings-7.01.json';

/** What the firmware held when its answers were recorded. */
export const held = recordings.held_values;

/** When the second of two full answers about the vehicle was given; the first is in the values. */
export const LATER_UPTIME_MS = 18_261;

/** What the recorded controller has to say of itself. */
export const IDENTITY: FirmwareVersion = {
  major: 7,
  minor: 1,
  test: 1,
  hardware: '60_MK6',
  uuid: '5457494e000102030405060a',
  paired: false,
  hardwareType: 'vesc',
  customConfigs: 0,
  phaseFilters: true,
  qmlHardware: 0,
  qmlApp: 0,
  nrfFlags: 0,
  firmwareName: '',
  hardwareConfigCrc: 0,
};

export const VALUES: Values = {
  tempFet_C: held.temp_fet,
  tempMotor_C: held.temp_motor,
  motorCurrent_A: held.motor_current,
  inputCurrent_A: held.input_current,
  id_A: held.id,
  iq_A: held.iq,
  duty: held.duty,
  erpm: held.rpm,
  voltage_V: held.v_in,
  charge_Ah: held.ah,
  chargeRegenerated_Ah: held.ah_charged,
  energy_Wh: held.wh,
  energyRegenerated_Wh: held.wh_charged,
  tachometer: held.tacho,
  tachometerAbs: held.tacho_abs,
  fault: 0,
  pidPosition_deg: held.pid_pos,
  controllerId: 10,
  tempFets_C: [0, 0, 0],
  vd_V: held.vd,
  vq_V: held.vq,
  timeoutActive: true,
  killSwitchActive: false,
};

export const SETUP_VALUES: SetupValues = {
  tempFet_C: held.temp_fet,
  tempMotor_C: held.temp_motor,
  motorCurrent_A: held.motor_current,
  inputCurrent_A: held.input_current,
  duty: held.duty,
  erpm: held.rpm,
  speed_mps: held.speed,
  voltage_V: held.v_in,
  batteryLevel: held.battery_level,
  charge_Ah: 0,
  chargeRegenerated_Ah: 0,
  energy_Wh: 0,
  energyRegenerated_Wh: 0,
  distance_m: held.distance,
  distanceAbs_m: held.distance_abs,
  pidPosition_deg: held.pid_pos,
  fault: 0,
  controllerId: 10,
  controllers: 1,
  batteryEnergyLeft_Wh: held.wh_left,
  odometer_m: held.odometer,
  uptime_ms: 16156,
};

export const STATS: Stats = {
  speedAverage_mps: held.stat_speed_avg,
  speedMax_mps: held.stat_speed_max,
  powerAverage_W: held.stat_power_avg,
  powerMax_W: held.stat_power_max,
  currentAverage_A: held.stat_current_avg,
  currentMax_A: held.stat_current_max,
  tempFetAverage_C: held.stat_temp_mosfet_avg,
  tempFetMax_C: held.stat_temp_mosfet_max,
  tempMotorAverage_C: held.stat_temp_motor_avg,
  tempMotorMax_C: held.stat_temp_motor_max,
  counted_s: held.stat_count_time,
};

export const IMU: ImuData = {
  roll_rad: held.roll,
  pitch_rad: held.pitch,
  yaw_rad: held.yaw,
  accelerationX_g: held.acc_x,
  accelerationY_g: held.acc_y,
  accelerationZ_g: held.acc_z,
  gyroX_degps: held.gyro_x,
  gyroY_degps: held.gyro_y,
  gyroZ_degps: held.gyro_z,
  magneticX: held.mag_x,
  magneticY: held.mag_y,
  magneticZ: held.mag_z,
  quaternionW: held.q0,
  quaternionX: held.q1,
  quaternionY: held.q2,
  quaternionZ: held.q3,
};

export const GNSS: Gnss = {
  latitude_deg: 0,
  longitude_deg: 0,
  height_m: 0,
  speed_mps: 0,
  hdop: 0,
  sinceMidnight_ms: 0,
  year: 0,
  month: 0,
  day: 0,
  age_s: new ByteReader(fromHex('41ba89d5')).f32a(),
};

/** The recorded controller never heard of a battery. */
export const BMS: BmsValues = silentBms;
