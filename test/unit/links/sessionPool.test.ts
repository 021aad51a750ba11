import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import type { Link, LinkAddress, LinkOpener } from '../../../src/links/link';
import { createMemoryDuplex, type DuplexEnd } from '../../../src/links/memoryDuplex';
import { SessionPool } from '../../../src/links/sessionPool';
import { VirtualClock } from '../../support/virtualClock';
import { ADDRESS, code } from './scriptedDevice';

const OTHER = { kind: 'tcp', host: 'localhost', port: 65_102 } as const;

/** Opens links in memory after 10 ms, and keeps their far ends; fails when told to. */
class FakeOpener implements LinkOpener {
  readonly opened: { link: Link; device: DuplexEnd }[] = [];
  readonly aborted: LinkAddress[] = [];
  failure: Error | undefined;
  /** Also opens what nobody wants any more. */
  deaf = false;

  constructor(private readonly clock: VirtualClock) {}

  open(address: LinkAddress, signal?: AbortSignal): Promise<Link> {
    return new Promise((resolve, reject) => {
      signal?.addEventListener('abort', () => {
        this.aborted.push(address);
        if (!this.deaf) reject(signal.reason as Error);
      });
      this.clock.schedule(10, () => {
        if (this.failure) return reject(this.failure);
        const duplex = createMemoryDuplex(address, this.clock);
        this.opened.push(duplex);
        resolve(duplex.link);
      });
    });
  }
}

describe('the session pool', () => {
  let clock: VirtualClock;
  let opener: FakeOpener;
  let pool: SessionPool;

  beforeEach(() => {
    clock = new VirtualClock();
    opener = new FakeOpener(clock);
    pool = new SessionPool(opener, clock);
  });

  it('opens each address once and closes it with the last lease', async () => {
    const [first, second] = await clock.run(Promise.all([pool.acquire(ADDRESS), pool.acquire(ADDRESS)]));
    const third = await pool.acquire({ ...ADDRESS });
    assert.equal(first.session, second.session);
    assert.equal(first.session, third.session);
    assert.equal(opener.opened.length, 1);
    assert.equal(pool.find(ADDRESS), first.session);
    assert.equal(pool.find(OTHER), undefined);
    first.dispose();
    first.dispose();
    second.dispose();
    assert.ok(third.session.isOpen);
    third.dispose();
    assert.equal(third.session.isOpen, false);
    assert.equal(opener.opened[0]!.link.isOpen, false);
    assert.equal(pool.find(ADDRESS), undefined);
  });

  it('tells of every session that was opened, once', async () => {
    const told: unknown[] = [];
    pool.onOpen((session) => told.push(session));
    const lease = await clock.run(pool.acquire(ADDRESS));
    await pool.acquire(ADDRESS);
    assert.deepEqual(told, [lease.session]);
  });

  it('closes a session that somebody who was told of it failed with', async () => {
    const failing = pool.onOpen(() => {
      throw new Error('a bug');
    });
    await assert.rejects(clock.run(pool.acquire(ADDRESS)), /a bug/);
    assert.equal(opener.opened[0]!.link.isOpen, false);
    failing.dispose();
    const lease = await clock.run(pool.acquire(ADDRESS));
    assert.ok(lease.session.isOpen);
  });

  it('keeps addresses apart', async () => {
    const [a, b] = await clock.run(Promise.all([pool.acquire(ADDRESS), pool.acquire(OTHER)]));
    assert.notEqual(a.session, b.session);
    a.dispose();
    assert.ok(b.session.isOpen);
  });

  it('opens anew when the link broke, whoever still holds the old one', async () => {
    const old = await clock.run(pool.acquire(ADDRESS));
    opener.opened[0]!.device.hangUp();
    await clock.advance(1);
    assert.equal(pool.find(ADDRESS), undefined);
    const fresh = await clock.run(pool.acquire(ADDRESS));
    old.dispose();
    assert.ok(fresh.session.isOpen);
    assert.equal(pool.find(ADDRESS), fresh.session);
  });

  it('passes on why a link does not open, and tries again when asked again', async () => {
    opener.failure = new VescError('port-not-found', { path: '/dev/ttyACM0' });
    const both = [pool.acquire(ADDRESS), pool.acquire(ADDRESS)].map((work) =>
      assert.rejects(work, code('port-not-found')),
    );
    await clock.run(Promise.all(both));
    opener.failure = undefined;
    const lease = await clock.run(pool.acquire(ADDRESS));
    assert.ok(lease.session.isOpen);
  });

  it('lets one give up without disturbing another', async () => {
    const cancel = new AbortController();
    const given = assert.rejects(pool.acquire(ADDRESS, cancel.signal), /enough/);
    const wanted = pool.acquire(ADDRESS);
    cancel.abort(new Error('enough'));
    await given;
    assert.ok((await clock.run(wanted)).session.isOpen);
    assert.deepEqual(opener.aborted, []);
    await assert.rejects(pool.acquire(ADDRESS, cancel.signal), /enough/);
  });

  it('stops opening when nobody waits any more', async () => {
    const cancel = new AbortController();
    const given = assert.rejects(pool.acquire(ADDRESS, cancel.signal), /enough/);
    await clock.advance(1);
    cancel.abort(new Error('enough'));
    await given;
    assert.deepEqual(opener.aborted, [ADDRESS]);
    assert.equal(pool.find(ADDRESS), undefined);
  });

  it('opens nothing when nobody waits any more before it began', async () => {
    const cancel = new AbortController();
    const given = assert.rejects(pool.acquire(ADDRESS, cancel.signal), /enough/);
    cancel.abort(new Error('enough'));
    await given;
    await clock.advance(20);
    assert.deepEqual([opener.opened, opener.aborted], [[], []]);
    assert.equal(pool.find(ADDRESS), undefined);
  });

  it('closes at once what opens although nobody waits any more', async () => {
    opener.deaf = true;
    const cancel = new AbortController();
    const given = assert.rejects(pool.acquire(ADDRESS, cancel.signal), /enough/);
    await clock.advance(1);
    cancel.abort(new Error('enough'));
    await given;
    await clock.advance(20);
    assert.equal(opener.opened[0]!.link.isOpen, false);
  });

  it('does not keep a link that was over when it came', async () => {
    const open = opener.open.bind(opener);
    opener.open = async (address, signal) => {
      const link = await open(address, signal);
      link.dispose();
      return link;
    };
    const lease = await clock.run(pool.acquire(ADDRESS));
    assert.equal(lease.session.isOpen, false);
    assert.equal(pool.find(ADDRESS), undefined);
  });

  it('closes everything when it is disposed, and opens nothing more', async () => {
    const lease = await clock.run(pool.acquire(ADDRESS));
    const opening = assert.rejects(pool.acquire(OTHER), code('link-closed'));
    pool.dispose();
    await opening;
    assert.equal(lease.session.isOpen, false);
    await assert.rejects(pool.acquire(ADDRESS), code('link-closed'));
    lease.dispose();
  });
});
