/** `%.Nf` as the C library prints it: an exact half goes to the even neighbour. */
export function fixed(value: number, digits: number): string {
  const factor = 10 ** digits;
  const scaled = Math.abs(value) * factor;
  const half = scaled % 1 === 0.5 && scaled / factor === Math.abs(value);
  if (!half || Math.floor(scaled) % 2 !== 0) return value.toFixed(digits);
  return (Math.sign(value) * (Math.floor(scaled) / factor)).toFixed(digits);
}

/** Upper-case hex digits, `width` of them. */
export function hex(value: number, width: number): string {
  return value.toString(16).toUpperCase().padStart(width, '0');
}
