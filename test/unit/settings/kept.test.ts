import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ControllerMemory } from '../../../src/settings/controllerMemory';
import { dataDirectory } from '../../../src/settings/dataDirectory';
import { fileStore, systemSync } from '../../../src/settings/fileStore';
import {
  parseSnapshot,
  serializeSnapshot,
  type Snapshot,
  SnapshotStore,
} from '../../../src/settings/snapshot';
import { MemoryFiles } from '../../support/memoryFiles';

const UUID = '00112233445566778899aabb';
const SNAPSHOT: Snapshot = {
  uuid: UUID,
  hardware: '60',
  firmware: { major: 6, minor: 6, test: 0 },
  takenAt: '2026-01-01T10:00:00.000Z',
  motors: [{ uuid: UUID, canId: undefined, mcconf: Uint8Array.of(1, 2), appconf: Uint8Array.of(3) }],
  lispCode: new TextEncoder().encode('(print "hi")\0'),
};

describe('controller memory', () => {
  it('knows nothing of a controller whose file cannot be read, and says so to nobody', async () => {
    const files = new MemoryFiles();
    files.read = () => Promise.reject(new Error('EIO: i/o error'));
    assert.deepEqual(await new ControllerMemory(files).recall(UUID), { uuid: UUID });
  });

  it('writes nothing over what it could not read just now', async () => {
    const files = new MemoryFiles();
    const memory = new ControllerMemory(files);
    await memory.remember(UUID, { name: 'left wheel' });
    const read = files.read.bind(files);
    files.read = () => Promise.reject(new Error('EIO: i/o error'));
    await assert.rejects(memory.remember(UUID, { board: '60' }), /EIO/);
    files.read = read;
    await memory.remember(UUID, { board: '75_100' });
    assert.deepEqual(await memory.recall(UUID), { uuid: UUID, name: 'left wheel', board: '75_100' });
  });

  it('sets aside what is no record', async () => {
    for (const text of ['{"name": "left', '["left wheel"]', 'null', '"left wheel"']) {
      const files = new MemoryFiles();
      const memory = new ControllerMemory(files);
      await files.write(`controllers/${UUID}.json`, text);
      assert.deepEqual(await memory.recall(UUID), { uuid: UUID });
      assert.deepEqual(await memory.remember(UUID, { board: '60' }), { uuid: UUID, board: '60' });
      assert.equal(await files.read(`controllers/${UUID}.json.damaged`), text);
    }
  });

  it('forgets a name that is taken away, and nothing else', async () => {
    const memory = new ControllerMemory(new MemoryFiles());
    await memory.remember(UUID, { name: 'left wheel', board: '60' });
    assert.deepEqual(await memory.remember(UUID, { name: undefined }), { uuid: UUID, board: '60' });
    assert.deepEqual(await memory.recall(UUID), { uuid: UUID, board: '60' });
  });
});

describe('data directory', () => {
  it('is where each system keeps such things, and can be moved', () => {
    assert.equal(dataDirectory({}, 'linux', '/home/a'), '/home/a/.local/share/vesc-firmware');
    assert.equal(dataDirectory({ XDG_DATA_HOME: '/d' }, 'linux', '/home/a'), '/d/vesc-firmware');
    assert.equal(
      dataDirectory({}, 'darwin', '/Users/a'),
      '/Users/a/Library/Application Support/vesc-firmware',
    );
    assert.equal(dataDirectory({}, 'win32', 'C:\\Users\\a'), 'C:\\Users\\a\\AppData\\Roaming\\vesc-firmware');
    assert.equal(dataDirectory({ APPDATA: 'D:\\r' }, 'win32', 'C:\\Users\\a'), 'D:\\r\\vesc-firmware');
    assert.equal(dataDirectory({ VESC_DATA_DIR: '/x' }, 'linux', '/home/a'), '/x');
    const account = (): string => '/home/b';
    assert.equal(dataDirectory({}, 'linux', '', account), '/home/b/.local/share/vesc-firmware');
  });
});

describe('file store', () => {
  let root: string;
  beforeEach(async () => (root = await mkdtemp(join(tmpdir(), 'vesc-files-'))));
  afterEach(() => rm(root, { recursive: true }));

  it('replaces files whole and leaves no drafts', async () => {
    const files = fileStore(join(root, 'new'));
    assert.equal(await files.read('a/b.json'), undefined);
    assert.deepEqual(await files.list('a'), []);
    await files.write('a/b.json', 'one');
    await files.write('a/b.json', 'two');
    assert.equal(await files.read('a/b.json'), 'two');
    assert.deepEqual(await readdir(join(root, 'new', 'a')), ['b.json']);
    const texts = ['three', 'four', 'five'];
    await Promise.all(texts.map((text) => files.write('a/b.json', text)));
    assert.ok(
      texts.includes((await files.read('a/b.json'))!),
      'written at the same time, one is there whole',
    );
    await mkdir(join(root, 'new', 'a', 'folder'));
    await assert.rejects(files.write('a/folder', 'in its place'));
    assert.deepEqual(await readdir(join(root, 'new', 'a')), ['b.json', 'folder']);
    await rmdir(join(root, 'new', 'a', 'folder'));
    await files.remove('a/b.json');
    await files.remove('a/b.json');
    assert.deepEqual(await files.list('a'), []);
  });

  it('has a file on the disk when it is written: its folder too', async () => {
    const synced: string[] = [];
    const files = fileStore(root, async (folder) => {
      synced.push(`${folder}: ${(await readdir(folder)).join()}`);
    });
    await files.write('journal/a.json', 'one');
    assert.deepEqual(synced, [`${join(root, 'journal')}: a.json`]);
  });

  it('does not mind a system that syncs no folders', async () => {
    await systemSync('win32')(root);
    for (const folder of [root, join(root, 'none')]) await systemSync('linux')(folder);
  });

  it('says so where no folder can be made, instead of trying for ever', async () => {
    await writeFile(join(root, 'file'), '');
    await assert.rejects(fileStore(join(root, 'file', 'a')).write('b', ''), { code: 'ENOTDIR' });
    // A folder that is there and denies it; only Linux has one.
    const denied = existsSync('/proc/self') ? '/proc/vesc/a' : join(root, 'file', 'a', 'b');
    await assert.rejects(fileStore(denied).write('b', ''), { code: /^(ENOENT|ENOTDIR)$/ });
  });
});

describe('snapshot', () => {
  it('comes back from its text as it was', () => {
    assert.deepEqual(parseSnapshot(serializeSnapshot(SNAPSHOT), 'x'), {
      ...JSON.parse(JSON.stringify({ format: 1 })),
      ...SNAPSHOT,
      motors: [{ uuid: UUID, mcconf: Uint8Array.of(1, 2), appconf: Uint8Array.of(3) }],
    });
  });

  it('refuses what is damaged or unknown, and says why', () => {
    const refused = (text: string, reason: RegExp) =>
      assert.throws(
        () => parseSnapshot(text, 'file.json'),
        (error: Error & { code?: string }) =>
          error.code === 'snapshot-unreadable' && reason.test(error.message),
      );
    refused(serializeSnapshot(SNAPSHOT).slice(0, 100), /JSON/);
    refused('{"format": 2}', /format 2/);
    refused('{"format": 1, "uuid": "x"}', /missing/);
    const whole = JSON.parse(serializeSnapshot(SNAPSHOT)) as object;
    for (const change of [
      { hardware: 60 },
      { takenAt: undefined },
      { firmware: undefined },
      { firmware: { major: 6, minor: 'x', test: 0 } },
      { motors: [{}] },
      { motors: [null] },
      { qmlCode: 'text' },
    ]) {
      refused(JSON.stringify({ ...whole, ...change }), /missing/);
    }
    refused('null', /format undefined/);
  });

  it('is kept by controller and time, newest first', async () => {
    const files = new MemoryFiles();
    const store = new SnapshotStore(files);
    await store.save(SNAPSHOT);
    const newest = await store.save({ ...SNAPSHOT, takenAt: '2026-02-01T10:00:00.000Z' });
    await files.write(`snapshots/${UUID}/2026-03.json`, 'damaged');
    const listed = await store.list(UUID);
    assert.deepEqual(
      listed.map((entry) => entry.snapshot.takenAt),
      ['2026-02-01T10:00:00.000Z', SNAPSHOT.takenAt],
    );
    assert.equal(listed[0]!.path.endsWith(newest.split('/').at(-1)!), true);
    assert.deepEqual(await store.list('f'.repeat(24)), []);
  });
});

describe('controller memory', () => {
  it('adds to what is known, and starts anew when its file is damaged', async () => {
    const files = new MemoryFiles();
    const memory = new ControllerMemory(files);
    assert.deepEqual(await memory.recall(UUID), { uuid: UUID });
    await Promise.all([
      memory.remember(UUID, { name: 'left wheel' }),
      memory.remember(UUID, { board: '60' }),
    ]);
    assert.deepEqual(await memory.recall(UUID), { uuid: UUID, name: 'left wheel', board: '60' });
    await files.write(`controllers/${UUID}.json`, '{');
    assert.deepEqual(await memory.recall(UUID), { uuid: UUID });
  });
});
