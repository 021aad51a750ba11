import { Random } from './fuzz/random';
import { TARGETS } from './fuzz/targets';

/** The inputs of another part of the full run: FUZZ_SEED=7 npm test -- faults. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 1);

describe('anything from outside', () => {
  for (const { name, sample, attempt } of TARGETS) {
    it(`(${name}) is met by ${sample} inputs from seed ${SEED} on`, () => {
      for (let seed = SEED; seed < SEED + sample; seed++) {
        try {
          attempt(new Random(seed));
        } catch (error) {
          throw new Error(`npm run fuzz -- ${name} --seed ${seed} --count 1`, { cause: error });
        }
      }
    });
  }
});
