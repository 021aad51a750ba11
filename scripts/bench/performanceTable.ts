import { cpus } from 'node:os';
import type { Figure } from './figure';

/** Thousands apart, so that sizes can be read. */
function number(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 6 });
}

/** Everything that was measured as a table for people, with the machine it was measured on. */
export function performanceTable(figures: readonly Figure[]): string {
  const [processor] = cpus();
  const machine = `${cpus().length} × ${processor?.model.trim() ?? 'unknown processor'}, Node ${process.version}, ${process.platform}`;
  const rows = figures.map(({ figure, value, unit, ratio, against, limit, ok }) => {
    const compared = ratio === undefined ? '' : `${number(ratio)} × ${against ?? ''}`;
    const kept = ok === undefined ? '' : ok ? ' ✔' : ' ✘';
    return `| ${figure} | ${number(value)} ${unit} | ${compared} | ${limit ?? ''}${kept} |`;
  });
  return [
    `Measured on: ${machine}.`,
    '',
    '| figure | value | ratio | limit |',
    '| --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}
