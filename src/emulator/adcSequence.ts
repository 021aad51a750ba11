import type { EmulatorCore } from './emulatorCore';

const ADC = 0x4001_2000;
/** ADC1 to ADC3 lie so far apart. */
const STRIDE = 0x100;
const SQR1 = 0x2c;
const CCR = ADC + 0x304;
const CHANNELS_A_REGISTER = 6;

/** The channel that each place of the ADC's buffer is converted from: rank by rank, ADC1, ADC2, ADC3 (RM0090, 13). */
export function adcSequence(core: EmulatorCore): number[] {
  const word = (address: number): number =>
    [3, 2, 1, 0].reduce((value, byte) => value * 256 + (core.readByte(address + byte) ?? 0), 0);
  const length = ((word(ADC + SQR1) >>> 20) & 15) + 1;
  const mode = word(CCR) & 31;
  const converters = mode === 0 ? 1 : mode < 16 ? 2 : 3;
  return Array.from({ length: length * converters }, (_, index) => {
    const rank = Math.floor(index / converters);
    // SQR3 holds ranks 1 to 6, SQR2 7 to 12, SQR1 13 to 16.
    const register = SQR1 + 8 - 4 * Math.floor(rank / CHANNELS_A_REGISTER);
    const field = (rank % CHANNELS_A_REGISTER) * 5;
    return (word(ADC + STRIDE * (index % converters) + register) >>> field) & 31;
  });
}
