/** Amplitudes over frequency, from 0 to half the sampling frequency. */
export interface Spectrum {
  readonly frequencies_Hz: readonly number[];
  /** In the unit of what was sampled: a sine of 3 A shows as 3 A. */
  readonly amplitudes: readonly number[];
}

/**
 * The spectrum of evenly spaced samples: without their mean, through a Hann window (a steady tone that does not fit
 * the length does not smear over everything), filled with zeros to a power of two.
 */
export function spectrumOf(samples: readonly number[], sampling_Hz: number): Spectrum {
  const { length } = samples;
  if (length < 2 || !(sampling_Hz > 0)) return { frequencies_Hz: [], amplitudes: [] };
  const size = 2 ** Math.ceil(Math.log2(length));
  const mean = samples.reduce((sum, value) => sum + value, 0) / length;
  const real = new Float64Array(size);
  const imaginary = new Float64Array(size);
  let weights = 0;
  samples.forEach((value, index) => {
    const weight = 0.5 - 0.5 * Math.cos((2 * Math.PI * index) / (length - 1));
    weights += weight;
    real[index] = (value - mean) * weight;
  });
  transform(real, imaginary);
  const half = size / 2 + 1;
  return {
    frequencies_Hz: Array.from({ length: half }, (_, index) => (index * sampling_Hz) / size),
    amplitudes: Array.from(
      { length: half },
      (_, index) => (2 * Math.hypot(real[index]!, imaginary[index]!)) / Math.max(weights, Number.EPSILON),
    ),
  };
}

/** The fast Fourier transform in place; the length is a power of two. */
export function transform(real: Float64Array, imaginary: Float64Array): void {
  const { length } = real;
  for (let at = 1, mirrored = 0; at < length; at++) {
    let bit = length >> 1;
    for (; mirrored & bit; bit >>= 1) mirrored ^= bit;
    mirrored ^= bit;
    if (at < mirrored) {
      [real[at], real[mirrored]] = [real[mirrored]!, real[at]!];
      [imaginary[at], imaginary[mirrored]] = [imaginary[mirrored]!, imaginary[at]!];
    }
  }
  for (let size = 2; size <= length; size *= 2) {
    const angle = (-2 * Math.PI) / size;
    for (let start = 0; start < length; start += size) {
      for (let k = 0; k < size / 2; k++) {
        const [cos, sin] = [Math.cos(angle * k), Math.sin(angle * k)];
        const [even, odd] = [start + k, start + k + size / 2];
        const re = real[odd]! * cos - imaginary[odd]! * sin;
        const im = real[odd]! * sin + imaginary[odd]! * cos;
        real[odd] = real[even]! - re;
        imaginary[odd] = imaginary[even]! - im;
        real[even] = real[even]! + re;
        imaginary[even] = imaginary[even]! + im;
      }
    }
  }
}
