import { appendFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** The length of an image, as an address. */
const IMAGE_END = '0x0807FFF8';

/**
 * Has make build the probe for its board, as a later version than the one that is compiled already: firmware of the
 * tree that the emulator can talk to. What the tree builds else never answers.
 */
export function makeProbeBuildable(folder: string): void {
  const sources = join(folder, 'emulator');
  cpSync(join(__dirname, '..', 'fixtures', 'emulator'), sources, { recursive: true });
  const probe = join(sources, 'probe.c');
  const [before, after] = ['u8 reply[64] = {0, 7, 1};', 'u8 reply[64] = {0, 7, 2};'];
  const source = readFileSync(probe, 'utf8');
  if (!source.includes(before)) throw new Error('probe.c answers in another way');
  writeFileSync(probe, source.replace(before, after));
  appendFileSync(
    join(folder, 'Makefile'),
    `
fw_probe:
\t@mkdir -p "$(BUILD_DIR)/probe"
\t@sh "$(ROOT_DIR)/emulator/build.sh" "$(BUILD_DIR)/probe"
\t@arm-none-eabi-objcopy -O binary --gap-fill 0xFF --pad-to ${IMAGE_END} "$(BUILD_DIR)/probe/probe.elf" \\
\t\t"$(BUILD_DIR)/probe/probe.bin"
`,
  );
}
