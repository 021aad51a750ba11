import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startedCore } from '../../support/emulator';

interface Data {
  readonly cases: readonly string[];
  readonly image: string;
  readonly results: readonly string[];
}

const RESULTS_OFFSET = 0x1000;
/** More than enough for all of them. */
const LONG_NS = 200_000_000n;

const data = JSON.parse(
  readFileSync(join(__dirname, '..', '..', 'data', 'emulator-instructions.json'), 'utf8'),
) as Data;

describe('Instructions of the emulated processor', () => {
  let results: string[];

  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    const core = await startedCore(gunzipSync(Buffer.from(data.image, 'base64')));
    core.run(LONG_NS);
    const { sram } = core;
    const words = new DataView(sram.buffer, sram.byteOffset + RESULTS_OFFSET);
    const done = words.getUint32(0, true);
    assert.equal(done, data.cases.length, `stops at: ${data.cases[done]}`);
    results = data.cases.map((_, index) => words.getUint32(4 + 4 * index, true).toString(16));
  });

  for (const group of ['integer', 'memory', 'branches', 'floating point'] as const) {
    it(`leave registers, flags and memory as the reference does: ${group}`, () => {
      const chosen = data.cases.flatMap((text, index) => (groupOf(text) === group ? [index] : []));
      assert.ok(chosen.length > 50);
      const differing = chosen.filter((index) => results[index] !== data.results[index]);
      assert.deepEqual(
        differing.map((index) => data.cases[index]),
        [],
      );
    });
  }
});

function groupOf(text: string): string {
  if (/\[|ldm|stm|push/.test(text)) return 'memory';
  if (/^(it|b|cb|movs r2|mov r|adr r2)/.test(text) && !/^(bic|bf)/.test(text)) return 'branches';
  return text.startsWith('v') ? 'floating point' : 'integer';
}
