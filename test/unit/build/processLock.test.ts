import { strict as assert } from 'node:assert';
import { takeLock } from '../../../src/build/processLock';
import { VirtualClock } from '../../support/virtualClock';
import { FakeProcesses } from './fakeProcesses';
import { MemoryFiles } from './memoryFiles';

const LOCK = '/x/folder.lock';

describe('A lock for a process', () => {
  let clock: VirtualClock;
  let processes: FakeProcesses;

  beforeEach(() => {
    clock = new VirtualClock();
    processes = new FakeProcesses(() => undefined);
    processes.running.add(1000).add(7);
  });

  const take = (files: MemoryFiles): Promise<number | undefined> =>
    clock.run(takeLock(LOCK, { files, processes, clock }));

  it('is taken where there is none, and tells whose it is', async () => {
    const files = new MemoryFiles();
    assert.equal(await take(files), undefined);
    assert.equal(await files.readText(LOCK), '1000');
  });

  it('stays with a process that lives', async () => {
    const files = new MemoryFiles({ [LOCK]: '7' });
    assert.equal(await take(files), 7);
    assert.equal(await files.readText(LOCK), '7');
  });

  for (const [what, content] of [
    ['a process that is gone', '8'],
    ['an earlier process of the same number', '1000'],
    ['nobody', 'rubbish'],
    ['one that ended before it wrote its number', ''],
  ] as const) {
    it(`is taken from ${what}`, async () => {
      const files = new MemoryFiles({ [LOCK]: content });
      assert.equal(await take(files), undefined);
      assert.equal(await files.readText(LOCK), '1000');
    });
  }

  it('is left to one that has just made it and writes its number only now', async () => {
    const files = new MemoryFiles({ [LOCK]: '' });
    clock.schedule(50, () => files.put(LOCK, '7'));
    assert.equal(await take(files), 7);
  });
});
