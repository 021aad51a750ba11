import assert from 'node:assert/strict';
import { describeCase, sampleCases, seededRandom } from './sample';
import { SITUATIONS } from './situation';
import { disturb, sitesOf } from './trial';

/** Another seed draws other cases: FAULTS_SEED=7 npm test -- faults. `npm run faults:full` runs them all. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
/** Of the kinds of cases; the first situation, where the most happens, is gone through more closely. */
const SHARES = [0.5, 0.15];

describe(`an update that is disturbed anywhere (seed ${SEED})`, function () {
  this.timeout(240_000);
  const random = seededRandom(SEED);

  for (const [index, situation] of SITUATIONS.entries()) {
    it(`${situation.name}: ends in one true verdict, and flashing again is the way out`, async () => {
      const sites = await sitesOf(situation);
      const share = SHARES[Math.min(index, SHARES.length - 1)]!;
      const failures: string[] = [];
      const cases = sampleCases(sites, share, random);
      for (const each of cases) {
        await disturb(situation, each.site, each.disturbance).catch((error: unknown) => {
          failures.push(`${describeCase(each)}: ${(error as Error).message}`);
        });
      }
      assert.ok(cases.length > 20);
      assert.deepEqual(failures, []);
    });
  }
});
