/** A time on the axis: `12.5 s`, `1:05`; nothing before the beginning. */
export function axisTime(time_s: number): string {
  if (time_s < 0) return '';
  if (time_s < 60) return `${Number(time_s.toFixed(3))} s`;
  const seconds = time_s % 60;
  const [whole = '', part] = `${Number(seconds.toFixed(2))}`.split('.');
  return `${Math.floor(time_s / 60)}:${whole.padStart(2, '0')}${part === undefined ? '' : `.${part}`}`;
}

/** A value with as many digits as mean something; a dash where there is none. */
export function shown(value: number | undefined, digits: number): string {
  return value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits).replace(/^-/, '−');
}
