import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { CsvFile } from '../../../src/controllers/csvFile';
import { csvCell, parseCsv } from '../../../src/controllers/csvTable';

describe('CSV', () => {
  it('comes back as it was written, whatever the numbers are', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'vesc-csv-'));
    try {
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.tuple(fc.double({ noNaN: true }), fc.option(fc.double({ noNaN: true }))), {
            minLength: 1,
          }),
          async (pairs) => {
            const file = await CsvFile.create(folder, 'a.csv', ['time_s', 'a,"b"', 'duty'], true);
            let time_s = 0;
            for (const [one, other] of pairs)
              await file.write({ time_s: time_s++, 'a,"b"': one, duty: other });
            await file.close();
            const table = parseCsv('a.csv', await readFile(file.path, 'utf8'));
            assert.deepEqual(table.columns, ['time_s', 'a,"b"', 'duty']);
            assert.deepEqual(
              [...table.values[1]!].map((value) => value + 0),
              pairs.map(([one]) => one + 0),
            );
            assert.deepEqual(
              [...table.values[2]!].map((value) => value + 0),
              pairs.map(([, other]) => (other ?? Number.NaN) + 0),
            );
          },
        ),
        { numRuns: 30 },
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('may have been edited elsewhere: other line ends, a mark at its beginning, a line cut off', () => {
    const table = parseCsv('a.csv', '\ufefftime_s,fault,erpm\r\n0,,1\r\n0.5,FAULT_CODE_DRV,2\r\n\r\n1,,');
    assert.equal(table.rows, 3);
    assert.deepEqual([...table.values[1]!], [Number.NaN, 1, Number.NaN]);
    assert.deepEqual([...table.values[2]!], [1, 2, Number.NaN]);
    assert.equal(
      parseCsv('a.csv', 'time_s,erpm\n0,1\n1').rows,
      1,
      'the last line was not written to its end',
    );
    assert.equal(parseCsv('a.csv', 'time_s,erpm\n5,1\n1,2\n6,3').rows, 2, 'time does not run backwards');
    assert.deepEqual([...parseCsv('a.csv', 'time_s,on\n0,true\n1,false').values[1]!], [1, 0]);
  });

  it('is refused when it is something else', () => {
    for (const text of ['', 'a,b\n1,2', 'time_s\n1', 'time_s,a\n', `time_s${',a'.repeat(300)}\n1`])
      assert.throws(
        () => parseCsv('x.csv', text),
        { code: 'not-a-recording' },
        JSON.stringify(text.slice(0, 20)),
      );
    assert.throws(() => parseCsv('x.csv', `time_s${',a'.repeat(150)}\n${'1\n'.repeat(90_000)}`), /too long/);
  });

  it('quotes what would be mistaken', () => {
    assert.deepEqual(['a', 'a,b', 'a"b', 1.5, true, null, undefined].map(csvCell), [
      'a',
      '"a,b"',
      '"a""b"',
      '1.5',
      'true',
      '',
      '',
    ]);
  });
});
