import { strict as assert } from 'node:assert';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scaledClock, systemClock } from '../../../src/base/clock';
import { FlashPlace } from '../../../src/controllers/flashPlace';

/** Files are read in real time, so that waiting for them cannot be virtual. */
const hurriedClock = scaledClock(systemClock, 20);

describe('The file in which a flash is kept', () => {
  let folder: string;
  let path: string;
  let lock: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vesc-place-'));
    path = join(folder, 'a.flash');
    lock = `${path}.lock`;
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const claim = (): Promise<FlashPlace> => FlashPlace.claim(path, systemClock);

  it('is held by one controller of this process at a time', async () => {
    const first = await claim();
    assert.equal(readFileSync(lock, 'utf8'), `${process.pid}`);
    assert.equal(FlashPlace.isHeldHere(path), true);
    await assert.rejects(claim(), { code: 'flash-in-use', exitStatus: 3 });
    first.dispose();
    assert.deepEqual([existsSync(lock), FlashPlace.isHeldHere(path)], [false, false]);
    const second = await claim();
    // One that has let go of it does not take it away from the next.
    first.dispose();
    assert.equal(existsSync(lock), true);
    second.dispose();
  });

  it('is given to one of two that want it at the same time', async () => {
    const outcomes = await Promise.allSettled([claim(), claim()]);
    assert.deepEqual(
      outcomes.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    );
    for (const outcome of outcomes) if (outcome.status === 'fulfilled') outcome.value.dispose();
  });

  it('stays with another process that lives, which is named with the file', async () => {
    writeFileSync(lock, `${process.ppid}`);
    await assert.rejects(FlashPlace.claim(path, hurriedClock), (error: Error) => {
      assert.ok(error.message.includes(`process ${process.ppid} keeps its flash in ${path}.`), error.message);
      assert.ok(error.message.includes(`delete ${lock}.`), error.message);
      return true;
    });
    assert.deepEqual([readFileSync(lock, 'utf8'), FlashPlace.isHeldHere(path)], [`${process.ppid}`, false]);
  });

  it('is waited for where that process is about to end', async () => {
    writeFileSync(lock, `${process.ppid}`);
    hurriedClock.schedule(1000, () => rmSync(lock));
    (await FlashPlace.claim(path, hurriedClock)).dispose();
  });

  it('is not blocked by a process that was killed', async () => {
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(lock, `${pid}`);
    (await claim()).dispose();
    assert.equal(existsSync(lock), false);
  });

  it('has the UUID of its chip beside it, also where it is moved with that', async () => {
    const uuid = '00112233445566778899aabb';
    const place = await claim();
    assert.equal(await place.readUuid(), undefined);
    await place.keepUuid(uuid);
    assert.equal(await place.readUuid(), uuid);
    place.dispose();
    const moved = join(folder, 'moved');
    renameSync(`${path}.uuid`, `${moved}.uuid`);
    const other = await FlashPlace.claim(moved, systemClock);
    assert.equal(await other.readUuid(), uuid);
    writeFileSync(`${moved}.uuid`, 'rubbish');
    assert.equal(await other.readUuid(), undefined);
    rmSync(`${moved}.uuid`);
    mkdirSync(`${moved}.uuid`);
    await assert.rejects(other.keepUuid(uuid), { code: 'file-unwritable' });
    other.dispose();
  });

  it('has to be in a folder that is there', async () => {
    const lost = join(folder, 'no-such-folder', 'a.flash');
    await assert.rejects(FlashPlace.claim(lost, systemClock), { code: 'file-unwritable' });
    assert.equal(existsSync(join(folder, 'no-such-folder')), false);
    assert.equal(FlashPlace.isHeldHere(lost), false);
  });
});
