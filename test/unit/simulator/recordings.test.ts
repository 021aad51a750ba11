import assert from 'node:assert/strict';
import { fromHex } from '../../../src/protocol/bytes';
import { faultCatalogue } from '../../../src/protocol/faults';
import type { MotorValues } from '../../../src/simulator/motor';
import { SimulatedController } from '../../../src/simulator/simulatedController';
import recordings from '../../data/vesc-recordings-7.01.json';
import { VirtualClock } from '../../support/virtualClock';
import { held, IMU, STATS } from '../protocol/recordedController';
import { hexes, TestHost } from './testHost';

const motor: Partial<MotorValues> = {
  tempFet_C: held.temp_fet,
  tempMotor_C: held.temp_motor,
  motorCurrent_A: held.motor_current,
  inputCurrent_A: held.input_current,
  id_A: held.id,
  iq_A: held.iq,
  vd_V: held.vd,
  vq_V: held.vq,
  duty: held.duty,
  erpm: held.rpm,
  voltage_V: held.v_in,
  charge_Ah: held.ah,
  chargeRegenerated_Ah: held.ah_charged,
  energy_Wh: held.wh,
  energyRegenerated_Wh: held.wh_charged,
  tachometer: held.tacho,
  tachometerAbs: held.tacho_abs,
  pidPosition_deg: held.pid_pos,
  // Nothing ever commanded the recorded motor; that COMM_ALIVE restarts its timeout was not simulated there.
  timeoutActive: true,
};

/** The log's own measurements, which were not taken from the held values but from the recorder's sensors. */
const atFault = { voltage_V: 50.41, temperature_C: 32.02 };

/** Brings `controller` into the state that was recorded. */
function holdRecordedValues(controller: SimulatedController): void {
  const { readings } = controller;
  readings.motors[0]!.held = motor;
  readings.setup = {
    speed_mps: held.speed,
    distance_m: held.distance,
    distanceAbs_m: held.distance_abs,
    batteryLevel: held.battery_level,
    batteryEnergyLeft_Wh: held.wh_left,
    odometer_m: held.odometer,
    // The recorder held no counters for the whole vehicle.
    charge_Ah: 0,
    chargeRegenerated_Ah: 0,
    energy_Wh: 0,
    energyRegenerated_Wh: 0,
  };
  readings.stats = STATS;
  readings.ppm = { level: held.ppm_level, pulse_ms: held.ppm_pulse_ms };
  readings.adc = {
    level: held.adc_level,
    voltage_V: held.adc_voltage,
    level2: held.adc_level2,
    voltage2_V: held.adc_voltage2,
  };
  readings.chuk = { level: held.chuk_y };
  readings.imu = IMU;
  const [eleven, twelve] = controller.nodes;
  eleven!.readings.motors[0]!.held = { ...motor, voltage_V: 49.9, erpm: 2222 };
  twelve!.readings.motors[0]!.held = { ...motor, voltage_V: 48.8, erpm: -3333 };
}

/** What happened between the exchanges, by the name of the exchange before which it happened. */
type Before = (controller: SimulatedController, clock: VirtualClock) => Promise<void> | void;

/** The uptime is in the reply: let the clock stand where it stood. */
const atUptime =
  (uptime_ms: number): Before =>
  (controller, clock) => {
    const present_ms = controller.firmware!.uptime_ms;
    assert.ok(present_ms < uptime_ms, `it has been up for ${present_ms} ms already`);
    return clock.advance(uptime_ms - present_ms);
  };

const strike =
  (...codes: readonly number[]): Before =>
  async (controller, clock) => {
    for (const [index, code] of codes.entries()) {
      const info = index === 0 ? { info: 'Over voltage by 3.5 V' } : {};
      controller.setFault(code, { ...atFault, ...info });
      await clock.advance(600);
    }
  };

const before: Record<string, Before> = {
  COMM_GET_VALUES_SETUP: atUptime(0x3f1c),
  'COMM_GET_VALUES_SETUP_SELECTIVE mask 0x003fffff': atUptime(0x4755),
  'TERMINAL_CMD faults after 4 faults (1 OVER_VOLTAGE, 4 ABS_OVER_CURRENT, 2 UNDER_VOLTAGE, 5 OVER_TEMP_FET), none active':
    strike(1, 4, 2, 5),
  'TERMINAL_CMD fault while FAULT_CODE_DRV (3) is active': (controller) => {
    controller.setFault('FAULT_CODE_DRV', { ...atFault, held: true });
  },
  'TERMINAL_CMD faults after more than 25 faults (the log restarts at index 0 when full)': async (
    controller,
    clock,
  ) => {
    controller.clearFault();
    await clock.advance(600);
    // Five are in the log: these fill it, and those listed come after.
    await strike(...Array.from({ length: 20 }, (_, index) => faultCatalogue[index + 1]!.code))(
      controller,
      clock,
    );
    await strike(...listedAfterWrap)(controller, clock);
  },
  'COMM_GET_GNSS mask 0x3ff': atUptime(23_317.3),
};

const listedAfterWrap = [1, 4, 2, 5, 3, 1, 3, 4, 5, 9, 10, 13, 14, 15, 16];

/** It was recorded earlier in the life of the controller than its place in the list: time does not go back. */
const GNSS = 'COMM_GET_GNSS mask 0x3ff';
const inTime = recordings.exchanges.filter(({ name }) => name !== GNSS);
inTime.splice(
  inTime.findIndex(({ name }) => name.startsWith('TERMINAL_CMD faults after more than 25')),
  0,
  ...recordings.exchanges.filter(({ name }) => name === GNSS),
);

/** Long enough for a bus scan and for an erase of three sectors. */
const LONGEST_MS = 5000;

describe('the simulated controller answers as the real firmware was recorded', () => {
  const clock = new VirtualClock();
  const controller = new SimulatedController(
    {
      hardware: '60_MK6',
      version: { major: 7, minor: 1, test: 1 },
      uuid: '5457494e000102030405060a',
      canId: 10,
      phaseFilters: true,
      flashModel: 'strict',
      canNodes: [
        { canId: 11, uuid: '5457494e000102030405060b', phaseFilters: true, canStatus: false },
        {
          canId: 12,
          uuid: '5457494e000102030405060c',
          phaseFilters: true,
          canStatus: false,
          version: { major: 6, minor: 5 },
        },
      ],
    },
    clock,
  );
  holdRecordedValues(controller);
  const host = new TestHost(controller.connect(), clock);
  after(() => controller.dispose());

  for (const { name, request, replies } of inTime) {
    it(name, async () => {
      await before[name]?.(controller, clock);
      const first = await host.exchange(fromHex(request));
      const got = [...first];
      for (let waited_ms = 0; waited_ms < LONGEST_MS && got.length < replies.length; waited_ms += 20) {
        const count = host.received.length;
        await clock.advance(100);
        got.push(...host.received.slice(count));
      }
      if (replies.length === 0) await clock.advance(100);
      assert.deepEqual(hexes(got), replies);
    });
  }
});
