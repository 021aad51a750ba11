import assert from 'node:assert/strict';
import { readBoardInputs } from '../../../src/build/boardInputs';
import { type BoardInputs, countFor, quantityAt } from '../../../src/emulator/boardInputs';
import { MemoryFiles } from './memoryFiles';

const read = (header: string, core = ''): Promise<BoardInputs> =>
  readBoardInputs(
    '/t/hwconf/hw_x.h',
    new MemoryFiles({ '/t/hwconf/hw_x.h': header, '/t/hwconf/core.h': core }),
    '/t',
  );

const CORE = `
#define V_REG 3.3
#define VIN_R1 39000.0
#define VIN_R2 2200.0
#define ADC_IND_VIN_SENS 11
#define ADC_IND_TEMP_MOS 8
#ifdef IS_TWO
#define ADC_IND_TEMP_MOS_M2 16
#endif
#define ADC_IND_TEMP_MOTOR 9
#define GET_INPUT_VOLTAGE() ((V_REG / 4095.0) * (float)ADC_Value[ADC_IND_VIN_SENS] * ((VIN_R1 + VIN_R2) / VIN_R2))
#define NTC_RES(adc_val) ((4095.0 * 10000.0) / adc_val - 10000.0)
#define NTC_TEMP(adc_ind) (1.0 / ((logf(NTC_RES(ADC_Value[adc_ind]) / 10000.0) / 3380.0) + (1.0 / 298.15)) - 273.15)
#define NTC_RES_MOTOR(adc_val) (10000.0 / ((4095.0 / (float)adc_val) - 1.0))
#define NTC_TEMP_MOTOR(beta) (1.0 / ((logf(NTC_RES_MOTOR(ADC_Value[ADC_IND_TEMP_MOTOR]) / 10000.0) / beta) + (1.0 / 298.15)) - 273.15)
#define IS_DRV_FAULT() (!palReadPad(GPIOB, 7))
`;

describe('readBoardInputs', () => {
  it('reads divider, thermistors and fault pin out of the formulas', async () => {
    const { supply, fetTemperature, motorTemperature, driverFault, gateDriver } = await read(
      '#include "core.h"\n#define MCCONF_L_MAX_VOLTAGE 50.0',
      CORE,
    );
    assert.deepEqual([supply!.min_V, supply!.max_V, supply!.input.index], [8, 50, 11]);
    // As measured on the running firmware: count 400 is 6.0 V (emulation facts 12).
    assert.equal(quantityAt(supply!.input, 400).toFixed(1), '6.0');
    assert.deepEqual(
      [fetTemperature!.map(({ index }) => index), motorTemperature!.map(({ index }) => index)],
      [[8], [9]],
    );
    for (const input of [fetTemperature![0]!, motorTemperature![0]!]) {
      assert.ok(Math.abs(quantityAt(input, 2048) - 25) < 0.05);
      assert.ok(Math.abs(quantityAt(input, countFor(input, 110)) - 110) < 0.5);
    }
    // The one heats up with its count, the other against it.
    assert.ok(quantityAt(fetTemperature![0]!, 3000) > 40);
    assert.ok(quantityAt(motorTemperature![0]!, 3000) < 10);
    assert.deepEqual(driverFault, { port: 1, pin: 7, level: 0 });
    assert.equal(gateDriver, undefined);
  });

  it('sets both sides of a board with two motors', async () => {
    const { fetTemperature } = await read('#define IS_TWO\n#include "core.h"', CORE);
    assert.deepEqual(
      fetTemperature!.map(({ index }) => index),
      [8, 16],
    );
  });

  it('takes the sensors one by one where the temperature is a function of the firmware', async () => {
    const header = `
#include "core.h"
#undef NTC_TEMP
#define NTC_TEMP(adc_ind) hw_get_temp()
#define NTC_TEMP_MOS1() (1.0 / ((logf(NTC_RES(ADC_Value[8]) / 10000.0) / 3380.0) + (1.0 / 298.15)) - 273.15)
#define NTC_TEMP_MOS2() ((V_REG / 4095.0) * ADC_Value[15] - 0.5) / 0.01
#define NTC_TEMP_MOS3() NTC_TEMP_MOS1()`;
    const { fetTemperature } = await read(header, CORE);
    assert.deepEqual(
      fetTemperature!.map(({ index, kind }) => [index, kind]),
      [
        [8, 'thermistor'],
        [15, 'linear'],
      ],
    );
    assert.ok(Math.abs(quantityAt(fetTemperature![1]!, 930) - 25) < 0.1);
  });

  it('reads the supply of the gate driver, which some headers leave to a function', async () => {
    const { gateDriver } = await read(`
#define V_REG 3.3
#define HW_HAS_GATE_DRIVER_SUPPLY_MONITOR
#define ADC_VOLTS(ch) hw_get_ADC_value(ch)
#define GET_GATE_DRIVER_SUPPLY_VOLTAGE() ((float)ADC_VOLTS(12) * 11.0)
#define HW_GATE_DRIVER_SUPPLY_MIN_VOLTAGE 11.0
#define HW_GATE_DRIVER_SUPPLY_MAX_VOLTAGE 13.0`);
    assert.deepEqual([gateDriver!.input.index, gateDriver!.min_V, gateDriver!.max_V], [12, 11, 13]);
    assert.equal(quantityAt(gateDriver!.input, countFor(gateDriver!.input, 12)).toFixed(1), '12.0');
  });

  it('leaves out what it does not understand', async () => {
    const header = `
#define GET_INPUT_VOLTAGE() (ADC_Value[1] + ADC_Value[2])
#define NTC_TEMP_MOTOR(beta) 25.0
#define NTC_TEMP(adc_ind) (ADC_Value[3] * ADC_Value[3])
#define HW_HAS_GATE_DRIVER_SUPPLY_MONITOR
#define GET_GATE_DRIVER_SUPPLY_VOLTAGE() (ADC_Value[3] * 2)
#define IS_DRV_FAULT() hw_drv_fault()`;
    assert.deepEqual(await read(header), {});
  });
});
