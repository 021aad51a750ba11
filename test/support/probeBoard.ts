import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { probeImage } from './emulator';

/** What the probe of test/fixtures/emulator makes of its inputs, as the header of a board says it. */
const HEADER = `#define HW_NAME "probe"
#define ADC_IND_VIN_SENS 3
#define ADC_IND_TEMP_MOS 4
#define ADC_IND_TEMP_MOTOR 5
#define MCCONF_L_MIN_VOLTAGE 8.0
#define MCCONF_L_MAX_VOLTAGE 30.0
#define GET_INPUT_VOLTAGE() ((float)ADC_Value[ADC_IND_VIN_SENS] * 0.01)
#define NTC_TEMP(adc_ind) (((float)ADC_Value[adc_ind] - 1798.0) * 0.1)
#define NTC_TEMP_MOTOR(beta) NTC_TEMP(ADC_IND_TEMP_MOTOR)
#define IS_DRV_FAULT() (!palReadPad(GPIOB, 7))
`;

/** Makes the probe a board of the firmware tree in `folder`. */
export function addProbeBoard(folder: string): void {
  const place = join(folder, 'hwconf', 'probe');
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'hw_probe.h'), HEADER);
}

/** Puts the probe's image into `folder`; its path. @param fixtures where test/fixtures is for those who are bundled */
export function writeProbeImage(folder: string, fixtures?: string): string {
  const file = join(folder, 'probe.bin');
  writeFileSync(file, probeImage('probe', fixtures));
  return file;
}
