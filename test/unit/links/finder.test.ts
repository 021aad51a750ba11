import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import { encodeFwVersion, type FirmwareVersion } from '../../../src/protocol/messages/identity';
import type { LinkAddress, LinkOpener } from '../../../src/links/link';
import { findController, type FinderOptions } from '../../../src/links/finder';
import { parseLinkAddress } from '../../../src/links/linkAddress';
import { createMemoryDuplex } from '../../../src/links/memoryDuplex';
import { SessionPool } from '../../../src/links/sessionPool';
import { VirtualClock } from '../../support/virtualClock';
import { code, ScriptedDevice } from './scriptedDevice';

const UUID = '0123456789abcdef01234567';

function version(uuid: string): FirmwareVersion {
  return {
    major: 6,
    minor: 5,
    test: 0,
    hardware: '60',
    uuid,
    paired: false,
    hardwareType: 'vesc',
    customConfigs: 0,
    phaseFilters: false,
    qmlHardware: 0,
    qmlApp: 0,
    nrfFlags: 0,
    firmwareName: '',
    hardwareConfigCrc: 0,
  };
}

describe('the finder', () => {
  let clock: VirtualClock;
  /** Who is plugged in where, by path; undefined: a device that says nothing. */
  let plugged: Map<string, FirmwareVersion | undefined>;
  let nodes: Map<number, FirmwareVersion>;
  let pool: SessionPool;
  let opens: string[];

  beforeEach(() => {
    clock = new VirtualClock();
    plugged = new Map();
    nodes = new Map();
    opens = [];
    const opener: LinkOpener = {
      open(address) {
        const path = (address as { path: string }).path;
        opens.push(path);
        if (!plugged.has(path)) return Promise.reject(new VescError('port-not-found', { path }));
        const { link, device } = createMemoryDuplex(address, clock);
        const controller = new ScriptedDevice(device);
        controller.onPayload = ([id, canId]) => {
          const who = id === 0 ? plugged.get(path) : id === 34 ? nodes.get(canId!) : undefined;
          if (who !== undefined) controller.reply(...encodeFwVersion(who));
        };
        return Promise.resolve(link);
      },
    };
    pool = new SessionPool(opener, clock);
  });

  const at = (...paths: string[]): LinkAddress[] => paths.map((path) => parseLinkAddress(path));
  const find = (options: Partial<FinderOptions> = {}): ReturnType<typeof findController> =>
    findController({
      pool,
      clock,
      uuid: UUID,
      deadline_ms: 10_000,
      candidates: () => Promise.resolve(at('/dev/a', '/dev/b')),
      ...options,
    });

  it('finds the controller wherever it is, and leaves the others alone', async () => {
    plugged.set('/dev/a', version('ff'.repeat(12))).set('/dev/b', version(UUID));
    const { lease, version: found } = await clock.run(find());
    assert.equal(found.uuid, UUID);
    assert.deepEqual(lease.session.address, parseLinkAddress('/dev/b'));
    assert.equal(pool.find(parseLinkAddress('/dev/a')), undefined);
    lease.dispose();
    assert.equal(pool.find(parseLinkAddress('/dev/b')), undefined);
  });

  it('waits until it comes back, at another port', async () => {
    plugged.set('/dev/a', undefined);
    clock.schedule(5000, () => {
      plugged.delete('/dev/a');
      plugged.set('/dev/c', version(UUID));
    });
    const tries: string[] = [];
    const { lease } = await clock.run(
      find({
        candidates: () => Promise.resolve(at(...(clock.now() < 5000 ? ['/dev/a'] : ['/dev/a', '/dev/c']))),
        onTry: (address) => tries.push((address as { path: string }).path),
      }),
    );
    assert.deepEqual(lease.session.address, parseLinkAddress('/dev/c'));
    assert.ok(clock.now() < 6500);
    assert.equal(tries[0], '/dev/a');
    assert.equal(tries.at(-1), '/dev/c');
  });

  it('tries an address once a round, however often it is named', async () => {
    await assert.rejects(
      clock.run(find({ deadline_ms: 100, candidates: () => Promise.resolve(at('/dev/a', '/dev/a')) })),
      code('controller-not-found', { tried: 1 }),
    );
    assert.deepEqual(opens, ['/dev/a']);
  });

  it('looks behind the candidates for a CAN node', async () => {
    plugged.set('/dev/b', version('ff'.repeat(12)));
    clock.schedule(3000, () => nodes.set(57, version(UUID)));
    const { lease } = await clock.run(find({ canId: 57 }));
    assert.deepEqual(lease.session.address, parseLinkAddress('/dev/b'));
    assert.ok(clock.now() >= 3000);
  });

  it('goes on over a session that is in use, when its owner lets go', async () => {
    plugged.set('/dev/a', version(UUID));
    const { lease } = await clock.run(find());
    const claim = lease.session.claim('a test');
    clock.schedule(2000, () => claim.dispose());
    const again = await clock.run(find());
    assert.equal(again.lease.session, lease.session);
  });

  it('gives up at the deadline, in the middle of a try or between two', async () => {
    plugged.set('/dev/a', undefined);
    await assert.rejects(
      clock.run(find({ deadline_ms: 1300 })),
      code('controller-not-found', { uuid: UUID, waited_ms: 1300, tried: 2 }),
    );
    assert.equal(clock.now(), 1300);
    assert.equal(pool.find(parseLinkAddress('/dev/a')), undefined);
    const none = find({ deadline_ms: 900, canId: 3, candidates: () => Promise.resolve([]) });
    await assert.rejects(clock.run(none), code('controller-not-found', { tried: 0, canId: 3 }));
  });

  it('stops when it is told to', async () => {
    plugged.set('/dev/a', undefined);
    const cancel = new AbortController();
    clock.schedule(250, () => cancel.abort(new Error('enough')));
    await assert.rejects(clock.run(find({ signal: cancel.signal })), /enough/);
    assert.equal(clock.now(), 250);
    await assert.rejects(find({ signal: cancel.signal }), /enough/);
  });

  it('leaves nothing behind', async () => {
    plugged.set('/dev/a', version(UUID));
    const { lease } = await clock.run(find({ signal: new AbortController().signal }));
    lease.dispose();
    await assert.rejects(clock.run(new Promise<void>(() => {})), /nothing is scheduled/);
  });

  it('does not swallow what is not about reaching a controller', async () => {
    const broken = new SessionPool({ open: () => Promise.reject(new TypeError('broken')) }, clock);
    await assert.rejects(find({ pool: broken }), /broken/);
  });

  it('is not held up beyond its deadline by ports that are never listed', async () => {
    const candidates = () => new Promise<never>(() => {});
    await assert.rejects(clock.run(find({ candidates, deadline_ms: 1000 })), code('controller-not-found'));
    assert.equal(clock.now(), 1000);
    const abort = new AbortController();
    const looking = find({ candidates, signal: abort.signal });
    abort.abort(new Error('no more'));
    await assert.rejects(clock.run(looking), /no more/);
  });
});
