// `npm run bench`: how fast everything is, one line of JSON per figure.
//   npm run bench                        all families
//   npm run bench -- decoder upload      only these
//   npm run bench -- --image FILE        with a firmware image of your own
//   npm run bench -- --table             as the table of docs/performance.md
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { activation } from './bench/activation';
import { firmwareImage } from './bench/firmwareImage';
import type { Family, Figure } from './bench/figure';
import { frames } from './bench/frames';
import { heatshrink } from './bench/heatshrink';
import { live } from './bench/live';
import { memory } from './bench/memory';
import { performanceTable } from './bench/performanceTable';
import { update } from './bench/update';
import { upload } from './bench/upload';

const FAMILIES: readonly Family[] = [frames, heatshrink, upload, update, live, activation, memory];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { image: { type: 'string' }, table: { type: 'boolean' } },
});

async function main(chosen: readonly Family[]): Promise<void> {
  const image = values.image === undefined ? firmwareImage() : new Uint8Array(readFileSync(values.image));
  const figures: Figure[] = [];
  const report = (figure: Figure): void => {
    figures.push(figure);
    if (!values.table) console.log(JSON.stringify(figure));
  };
  for (const family of chosen) await family.run({ image, report });
  if (values.table) console.log(performanceTable(figures));
  const missed = figures.filter(({ ok }) => ok === false).map(({ figure }) => figure);
  if (missed.length > 0) {
    console.error(`Outside their limits: ${missed.join('; ')}`);
    process.exitCode = 1;
  }
}

const chosen =
  positionals.length === 0 ? FAMILIES : FAMILIES.filter(({ name }) => positionals.includes(name));
if (chosen.length < Math.max(1, positionals.length)) {
  console.error(`Families: ${FAMILIES.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else {
  void main(chosen);
}
