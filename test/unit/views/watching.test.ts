import assert from 'node:assert/strict';
import type { JournalEntry } from '../../../src/update/journal';
import { FaultNotices } from '../../../src/views/faultNotices';
import { HotPlug } from '../../../src/views/hotPlug';
import { KnownPorts } from '../../../src/views/knownPorts';
import { UnfinishedUpdates } from '../../../src/views/unfinishedUpdates';
import { VirtualClock } from '../../support/virtualClock';
import { workspaceMemory } from '../../support/workspaceMemory';

describe('notices of faults', () => {
  it('tell each fault of each controller once, and again only after a time of quiet', async () => {
    const clock = new VirtualClock();
    const notices = new FaultNotices(clock);
    assert.equal(notices.isNews('a', 'DRV'), true);
    assert.equal(notices.isNews('a', 'DRV'), false);
    assert.equal(notices.isNews('a', 'UNDER_VOLTAGE'), true);
    assert.equal(notices.isNews('b', 'DRV'), true);
    await clock.advance(40_000);
    assert.equal(notices.isNews('a', 'DRV'), false);
    await clock.advance(40_000);
    assert.equal(notices.isNews('a', 'DRV'), false, 'it came back in between');
    await clock.advance(60_000);
    assert.equal(notices.isNews('a', 'DRV'), true);
  });
});

describe('known ports', () => {
  it('are those connected, the latest first, without those let go of', async () => {
    const known = new KnownPorts(workspaceMemory());
    assert.deepEqual(known.paths, []);
    for (const path of ['a', 'b', 'a']) await known.add(path);
    assert.deepEqual(known.paths, ['a', 'b']);
    await known.remove('a');
    assert.deepEqual(known.paths, ['b']);
    for (let n = 0; n < 12; n++) await known.add(`p${n}`);
    assert.equal(known.paths.length, 8);
  });

  it('stand what somebody else left there', () => {
    assert.deepEqual(new KnownPorts({ ...workspaceMemory(), get: () => 'x' }).paths, []);
    assert.deepEqual(new KnownPorts({ ...workspaceMemory(), get: () => ['a', 1] }).paths, ['a']);
  });
});

describe('hot-plug', () => {
  let clock: VirtualClock;
  let there: { path: string; likelyVesc: boolean }[];
  let wanted: string[];
  let connected: string[];
  let listed: number;
  let hotPlug: HotPlug;
  beforeEach(() => {
    clock = new VirtualClock();
    there = [];
    wanted = [];
    connected = [];
    listed = 0;
    hotPlug = new HotPlug({
      clock,
      listPorts: () => {
        listed++;
        return Promise.resolve(there);
      },
      wanted: () => wanted,
      connect: (path) => Promise.resolve(void connected.push(path)),
    });
    hotPlug.start();
  });
  afterEach(() => hotPlug.dispose());

  it('looks at no port while none is wanted', async () => {
    there = [{ path: 'a', likelyVesc: true }];
    await clock.advance(20_000);
    assert.equal(listed, 0);
  });

  it('connects a wanted port when it appears, and no other', async () => {
    wanted = ['a', 'c'];
    await clock.advance(6000);
    assert.deepEqual(connected, []);
    there = [
      { path: 'a', likelyVesc: true },
      { path: 'b', likelyVesc: true },
      { path: 'c', likelyVesc: false },
    ];
    await clock.advance(6000);
    assert.deepEqual(connected, ['a']);
  });

  it('tries a port that did not open again only after it was away', async () => {
    wanted = ['a'];
    there = [{ path: 'a', likelyVesc: true }];
    await clock.advance(20_000);
    assert.deepEqual(connected, ['a']);
    there = [];
    await clock.advance(6000);
    there = [{ path: 'a', likelyVesc: true }];
    await clock.advance(6000);
    assert.deepEqual(connected, ['a', 'a']);
  });

  it('stops when it is disposed', async () => {
    hotPlug.dispose();
    wanted = ['a'];
    there = [{ path: 'a', likelyVesc: true }];
    await clock.advance(10_000);
    assert.deepEqual(connected, []);
  });
});

describe('unfinished updates', () => {
  const entry = (uuid: string, since: string): JournalEntry => ({
    uuid,
    hardware: '60',
    state: 'committed',
    since,
    image: '60.bin',
    address: 'sim:60',
  });
  /** The virtual clock starts with the year 2026. */
  const OLD = '2025-12-31T23:00:00.000Z';
  const FRESH = '2025-12-31T23:59:30.000Z';
  const unexpected = (error: unknown): never => {
    throw error;
  };

  it('are told after the start, those of a while ago at once', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const journal = { pending: () => Promise.resolve([entry('old', OLD), entry('fresh', FRESH)]) };
    const updates = new UnfinishedUpdates(journal, clock, ({ uuid }) => told.push(uuid), unexpected);
    await clock.advance(1000);
    assert.deepEqual(told, []);
    await clock.advance(5000);
    assert.deepEqual(told, ['old']);
    await clock.advance(200_000);
    assert.deepEqual(told, ['old', 'fresh']);
    updates.dispose();
  });

  it('are not told while somebody is at them', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    let since = FRESH;
    const journal = { pending: () => Promise.resolve([entry('other', since)]) };
    const updates = new UnfinishedUpdates(journal, clock, ({ uuid }) => told.push(uuid), unexpected);
    await clock.advance(5000);
    since = '2026-01-01T00:01:00.000Z';
    await clock.advance(400_000);
    assert.deepEqual(told, []);
    updates.dispose();
  });

  it('that cannot be read are said so, at the first look and at the second', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const failed: string[] = [];
    const denied = (): Promise<never> => Promise.reject(new Error('EACCES: permission denied'));
    const watch = (pending: () => Promise<JournalEntry[]>): UnfinishedUpdates =>
      new UnfinishedUpdates(
        { pending },
        clock,
        ({ uuid }) => told.push(uuid),
        (error) => failed.push(String(error)),
      );
    let looks = 0;
    const updates = [
      watch(denied),
      watch(() => (looks++ === 0 ? Promise.resolve([entry('fresh', FRESH)]) : denied())),
    ];
    await clock.advance(5000);
    assert.deepEqual(failed, ['Error: EACCES: permission denied']);
    await clock.advance(400_000);
    assert.deepEqual([failed.length, looks, told], [2, 2, []]);
    for (const each of updates) each.dispose();
  });

  it('are left alone after the end', async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    const journal = { pending: () => Promise.resolve([entry('old', OLD)]) };
    new UnfinishedUpdates(journal, clock, ({ uuid }) => told.push(uuid), unexpected).dispose();
    await clock.advance(10_000);
    assert.deepEqual(told, []);
  });
});
