// `npm run fuzz`: whatever reads bytes from outside is given millions of inputs nobody meant.
//   npm run fuzz                                all targets, another seed every time
//   npm run fuzz -- frames images               only these
//   npm run fuzz -- frames --seed 5 --count 1   the input that failed
import { parseArgs } from 'node:util';
import { Random } from '../test/faults/fuzz/random';
import { TARGETS, type Target } from '../test/faults/fuzz/targets';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: 'string' }, count: { type: 'string' } },
});
const start = values.seed === undefined ? Date.now() % 1_000_000_000 : Number(values.seed);

function run({ name, full, attempt }: Target): boolean {
  const count = values.count === undefined ? full : Number(values.count);
  const began = performance.now();
  for (let seed = start; seed < start + count; seed++) {
    try {
      attempt(new Random(seed));
    } catch (error) {
      console.error(error);
      console.error(`✘ ${name}: npm run fuzz -- ${name} --seed ${seed} --count 1`);
      return false;
    }
  }
  const seconds = (performance.now() - began) / 1000;
  console.log(`✔ ${name}: ${count} inputs from seed ${start} on, ${seconds.toFixed(1)} s`);
  return true;
}

const chosen = positionals.length === 0 ? TARGETS : TARGETS.filter(({ name }) => positionals.includes(name));
if (chosen.length === 0) {
  console.error(`Targets: ${TARGETS.map(({ name }) => name).join(', ')}`);
  process.exitCode = 2;
} else if (!chosen.map(run).every(Boolean)) {
  process.exitCode = 1;
}
