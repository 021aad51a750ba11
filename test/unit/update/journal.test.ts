import assert from 'node:assert/strict';
import { type JournalEntry, UpdateJournal } from '../../../src/update/journal';
import { MemoryFiles } from '../../support/memoryFiles';

const ENTRY: JournalEntry = {
  uuid: '00112233445566778899aabb',
  hardware: '60',
  state: 'committed',
  since: '2026-01-01T00:00:00.000Z',
  image: '60.bin',
  address: '/dev/ttyACM0',
};

describe('update journal', () => {
  it('tells the next start what was left half-way', async () => {
    const files = new MemoryFiles();
    await new UpdateJournal(files).write({ ...ENTRY, state: 'staging' });
    await new UpdateJournal(files).write(ENTRY);
    assert.deepEqual(await new UpdateJournal(files).pending(), [ENTRY]);
  });

  it('forgets what is over', async () => {
    const journal = new UpdateJournal(new MemoryFiles());
    await journal.write(ENTRY);
    await journal.write({ ...ENTRY, uuid: 'f'.repeat(24) });
    await journal.clear(ENTRY.uuid);
    assert.deepEqual(
      (await journal.pending()).map((entry) => entry.uuid),
      ['f'.repeat(24)],
    );
  });

  it('settles only what is owed at that state', async () => {
    const journal = new UpdateJournal(new MemoryFiles());
    await journal.write(ENTRY);
    await journal.settle(ENTRY.uuid, 'restoring');
    assert.deepEqual(await journal.pending(), [ENTRY]);
    await journal.settle(ENTRY.uuid, 'committed');
    assert.deepEqual(await journal.pending(), []);
  });

  it('remembers the update before the installation of a bootloader, until that is settled', async () => {
    const journal = new UpdateJournal(new MemoryFiles());
    const installation: JournalEntry = { ...ENTRY, state: 'bootloader', image: 'generic.bin' };
    await journal.write({ ...installation, earlier: ENTRY });
    assert.deepEqual(await journal.unfinishedUpdate(ENTRY.uuid), ENTRY);
    await journal.settle(ENTRY.uuid, 'restoring');
    assert.deepEqual(await journal.unfinishedUpdate(ENTRY.uuid), ENTRY);
    await journal.settle(ENTRY.uuid, 'committed');
    assert.deepEqual(await journal.pending(), [installation]);
    assert.equal(await journal.unfinishedUpdate(ENTRY.uuid), undefined);
    assert.equal(await journal.unfinishedUpdate('f'.repeat(24)), undefined);
  });

  it('passes over files that were cut short, and those that are no entries', async () => {
    const files = new MemoryFiles();
    await files.write('journal/broken.json', '{"uuid": "00');
    await files.write('journal/notes.txt', 'mine');
    for (const [at, other] of [
      null,
      [],
      'text',
      {},
      { ...ENTRY, state: 'elsewhere' },
      { ...ENTRY, since: 'yesterday' },
      { ...ENTRY, since: 5 },
      { ...ENTRY, uuid: 7 },
      { ...ENTRY, state: 'bootloader', earlier: {} },
    ].entries()) {
      await files.write(`journal/${at}.json`, JSON.stringify(other));
    }
    assert.deepEqual(await new UpdateJournal(files).pending(), []);
  });

  it('passes over what this user may not read', async () => {
    const files = new MemoryFiles();
    await new UpdateJournal(files).write(ENTRY);
    await files.write('journal/of-root.json', JSON.stringify(ENTRY));
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', syscall: 'open' });
    const read = files.read.bind(files);
    files.read = (path) => (path.includes('of-root') ? Promise.reject(denied) : read(path));
    assert.deepEqual(await new UpdateJournal(files).pending(), [ENTRY]);
    files.list = () => Promise.reject(denied);
    assert.deepEqual(await new UpdateJournal(files).pending(), []);
  });

  it('does not take an entry for none because it could not be read just now', async () => {
    const files = new MemoryFiles();
    const journal = new UpdateJournal(files);
    await journal.write(ENTRY);
    const failWith = (code: string) => () =>
      Promise.reject(Object.assign(new Error(`${code}: read`), { code, syscall: 'read' }));
    files.read = failWith('EIO');
    await assert.rejects(journal.unfinishedUpdate(ENTRY.uuid), { code: 'file-unreadable' });
    await assert.rejects(journal.settle(ENTRY.uuid, 'committed'), { code: 'file-unreadable' });
    for (const code of ['EACCES', 'EPERM']) {
      files.read = failWith(code);
      assert.equal(await journal.unfinishedUpdate(ENTRY.uuid), undefined);
    }
    assert.equal(files.content.size, 1);
  });
});
