import assert from 'node:assert/strict';
import { BuildRecords } from '../../../src/build/buildRecord';
import { VirtualClock } from '../../support/virtualClock';
import { MemoryFiles } from './memoryFiles';

const identity = (number: number): string => `vb1-${number.toString(16).padStart(40, '0')}`;
const record = (number: number) => ({
  buildId: identity(number),
  board: '60',
  tree: '/w/bldc',
  changedFiles: [],
  makeArguments: [],
  compiler: { path: '/gcc', version: '12.2.1' },
});

describe('BuildRecords', () => {
  const setUp = () => {
    const files = new MemoryFiles({ '/w/60.elf': 'elf' });
    const clock = new VirtualClock();
    return { files, clock, records: new BuildRecords('/data', files, clock) };
  };

  it('finds a build by its identity, with its own copy of the ELF', async () => {
    const { files, records } = setUp();
    await records.save({ ...record(1), commit: 'abc' }, '/w/60.elf');
    files.put('/w/60.elf', 'another');
    const found = await records.find(identity(1));
    assert.equal(found?.commit, 'abc');
    assert.equal(found.date, '2026-01-01T00:00:00.000Z');
    assert.equal(await files.readText(found.elf), 'elf');
  });

  it('finds nothing for identities it does not know, or that are none', async () => {
    const { files, records } = setUp();
    assert.equal(await records.find(identity(1)), undefined);
    assert.equal(await records.find('../../etc'), undefined);
    files.put(`/data/builds/${identity(2)}/record.json`, '{broken');
    assert.equal(await records.find(identity(2)), undefined);
  });

  it('drops the oldest builds, but keeps what was flashed', async () => {
    const { clock, records } = setUp();
    for (let number = 1; number <= 25; number++) {
      await records.save(record(number), '/w/60.elf');
      if (number === 2) await records.markFlashed(identity(2));
      await clock.advance(1000);
    }
    const kept: number[] = [];
    for (let number = 1; number <= 25; number++) if (await records.find(identity(number))) kept.push(number);
    assert.deepEqual(kept, [2, ...Array.from({ length: 20 }, (_, i) => i + 6)]);
  });

  it('notes nothing about a build it does not know', async () => {
    const { files, records } = setUp();
    await records.markFlashed(identity(3));
    assert.deepEqual(files.names, ['/w/60.elf']);
  });

  it('lists what is kept, the last one first, and leaves out what it cannot read', async () => {
    const { files, clock, records } = setUp();
    for (const number of [1, 2, 3]) {
      await records.save(record(number), '/w/60.elf');
      await clock.advance(1000);
    }
    await records.markFlashed(identity(1));
    files.put(`/data/builds/${identity(4)}/record.json`, '{"buildId":"x"}');
    files.put('/data/builds/notes/record.json', JSON.stringify(await records.find(identity(1))));
    const kept = await records.list();
    assert.deepEqual(
      kept.map(({ buildId, flashed }) => [buildId, flashed]),
      [
        [identity(3), undefined],
        [identity(2), undefined],
        [identity(1), '2026-01-01T00:00:03.000Z'],
      ],
    );
  });
});
