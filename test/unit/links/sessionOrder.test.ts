import assert from 'node:assert/strict';
import { CommandId } from '../../../src/protocol/commandId';
import { pingCan } from '../../../src/protocol/messages/can';
import { writeStaging } from '../../../src/protocol/messages/update';
import type { Request } from '../../../src/protocol/request';
import type { Link } from '../../../src/links/link';
import { createMemoryDuplex } from '../../../src/links/memoryDuplex';
import { Session } from '../../../src/links/session';
import type { VirtualClock } from '../../support/virtualClock';
import { ADDRESS, ask, code, eachConnected, type ScriptedDevice, withWrite } from './scriptedDevice';

const VALUES = CommandId.GET_VALUES;
const STATS = CommandId.GET_STATS;

describe('a session keeps order', () => {
  let clock: VirtualClock;
  let session: Session;
  let device: ScriptedDevice;
  eachConnected((rig) => ({ clock, session, device } = rig));

  describe('and answers that come too late:', () => {
    async function timeOut(
      request: Request<number>,
      to: { request: Session['request'] } = session,
    ): Promise<void> {
      const answer = to.request(request, { timeout_ms: 100 });
      await assert.rejects(clock.run(answer), code('no-answer'));
    }

    it('one to another controller is dropped and not believed', async () => {
      const remote = session.node(57).request(ask(VALUES), { timeout_ms: 100 });
      const local = session.request(ask(VALUES));
      const silent = assert.rejects(remote, code('can-node-silent'));
      await clock.advance(150);
      assert.ok(!device.received.some(([id]) => id === VALUES));
      device.reply(VALUES, 57);
      await clock.advance(1);
      assert.deepEqual(device.received.at(-1), [VALUES]);
      device.reply(VALUES, 1);
      assert.equal(await clock.run(local), 1);
      await clock.run(silent);
    });

    it('the next request waits half a second for it, not longer', async () => {
      await timeOut(ask(VALUES));
      device.onPayload = () => device.reply(VALUES, 2);
      assert.equal(await clock.run(session.request(ask(VALUES))), 2);
      assert.equal(clock.now(), 600);
    });

    it('other requests do not wait for it', async () => {
      await timeOut(ask(VALUES));
      device.onPayload = () => {
        device.reply(CommandId.ROTOR_POSITION, 1);
        device.reply(STATS, 2);
      };
      await clock.run(session.request(ask(STATS)));
      assert.equal(clock.now(), 100);
    });

    it('as many are dropped as attempts were made', async () => {
      const answer = session.request(ask(VALUES), { timeout_ms: 100, attempts: 3 });
      await clock.advance(250);
      device.reply(VALUES, 1);
      assert.equal(await clock.run(answer), 1);
      const next = session.request(ask(VALUES));
      device.reply(VALUES, 1);
      await clock.advance(1);
      assert.equal(device.received.length, 3);
      device.reply(VALUES, 1);
      await clock.advance(1);
      assert.equal(device.received.length, 4);
      device.reply(VALUES, 4);
      assert.equal(await clock.run(next), 4);
    });

    it('one that was not wanted any more is dropped too', async () => {
      const cancel = new AbortController();
      const given = assert.rejects(session.request(ask(VALUES), { signal: cancel.signal }), /enough/);
      await clock.advance(1);
      cancel.abort(new Error('enough'));
      await given;
      const next = session.request(ask(VALUES));
      device.reply(VALUES, 1);
      await clock.advance(1);
      device.reply(VALUES, 2);
      assert.equal(await clock.run(next), 2);
    });

    it('one with the same offset from the same controller is as good as a fresh one', async () => {
      const write = writeStaging(384, Uint8Array.of(1));
      await assert.rejects(clock.run(session.request(write, { timeout_ms: 100 })), code('no-answer'));
      device.onPayload = () => device.reply(3, 1, 0, 0, 1, 0x80);
      assert.deepEqual(await clock.run(session.request(write)), { ok: true, offset: 384 });
      assert.equal(clock.now(), 100);
    });

    it('one with the same offset from another controller is waited for', async () => {
      const write = writeStaging(384, Uint8Array.of(1));
      const remote = session.node(3).request(write, { timeout_ms: 100 });
      const silent = assert.rejects(remote, code('can-node-silent'));
      await clock.advance(150);
      const local = session.request(write);
      await clock.advance(10);
      assert.equal(device.received.filter(([id]) => id === 3).length, 0);
      device.reply(3, 1, 0, 0, 1, 0x80);
      await clock.advance(10);
      assert.equal(device.received.filter(([id]) => id === 3).length, 1);
      device.reply(3, 0, 0, 0, 1, 0x80);
      assert.deepEqual(await clock.run(local), { ok: false, offset: 384 });
      await clock.run(silent);
    });

    it('nobody waits for them any more once the link is over', async () => {
      await timeOut(ask(VALUES));
      const next = session.request(ask(VALUES));
      session.dispose();
      await assert.rejects(next, code('link-closed'));
    });
  });

  describe('and CAN nodes:', () => {
    it('a node is one endpoint, its requests are wrapped', async () => {
      assert.equal(session.node(57), session.node(57));
      assert.equal(session.node(57).canId, 57);
      await clock.run(session.node(57).send(Uint8Array.of(CommandId.ALIVE)));
      assert.deepEqual(device.received, [[CommandId.FORWARD_CAN, 57, CommandId.ALIVE]]);
    });

    it('a silent node is told from a silent link', async () => {
      device.onPayload = (payload) => {
        if (payload[0] === CommandId.FW_VERSION) device.reply(CommandId.FW_VERSION, 6, 5, 0);
      };
      const node = session.node(57);
      const answer = node.request(ask(VALUES), { timeout_ms: 100 });
      await assert.rejects(clock.run(answer), code('can-node-silent', { canId: 57 }));
      const terminal = node.terminal('faults', { timeout_ms: 100 });
      await assert.rejects(clock.run(terminal), code('can-node-silent', { canId: 57 }));
      device.onPayload = () => {};
      await assert.rejects(clock.run(node.request(ask(VALUES))), code('no-answer'));
    });

    it('anything heard meanwhile proves that the one in between lives', async () => {
      const answer = session.node(57).request(ask(VALUES), { timeout_ms: 100 });
      await clock.advance(50);
      device.reply(STATS, 1);
      await assert.rejects(clock.run(answer), code('can-node-silent'));
      assert.equal(device.received.length, 1);
    });

    it('a link that ends while that is asked has ended', async () => {
      const answer = session.node(57).request(ask(VALUES), { timeout_ms: 100 });
      const ended = assert.rejects(answer, code('link-closed'));
      await clock.advance(150);
      device.end.hangUp('unplugged');
      await ended;
    });
  });

  describe('and blocking commands:', () => {
    it('one runs after the other, also on different nodes', async () => {
      const ping = session.request(pingCan(), { timeout_ms: 5000 });
      const imu = session.node(3).request(ask(CommandId.GET_IMU_CALIBRATION, 0, 0, 0, 0));
      const values = session.request(ask(VALUES));
      await clock.advance(2000);
      assert.deepEqual(
        device.received.map(([id]) => id),
        [CommandId.PING_CAN, VALUES],
      );
      device.reply(VALUES, 1);
      device.reply(CommandId.PING_CAN, 3, 57);
      assert.deepEqual(await clock.run(ping), [3, 57]);
      await clock.advance(1);
      device.reply(CommandId.GET_IMU_CALIBRATION, 8);
      assert.equal(await clock.run(imu), 8);
      await clock.run(values.catch(() => undefined));
    });

    it('one that is not answered still waits for its turn', async () => {
      const ping = session.request(pingCan(), { timeout_ms: 5000 });
      const sent = session.send(Uint8Array.of(CommandId.TERMINAL_CMD, 0x70));
      await clock.advance(1000);
      assert.equal(device.received.length, 1);
      device.reply(CommandId.PING_CAN);
      await clock.run(Promise.all([ping, sent]));
      assert.equal(device.received.length, 2);
    });
  });

  describe('that is claimed', () => {
    it('lets nobody else in, and names the owner', async () => {
      const node = session.node(2);
      const claim = session.claim('an update');
      const busy = code('link-in-use', { owner: 'an update', address: '/dev/ttyACM0' });
      await assert.rejects(session.request(ask(VALUES)), busy);
      await assert.rejects(session.send(Uint8Array.of(VALUES)), busy);
      await assert.rejects(session.terminal('faults'), busy);
      await assert.rejects(node.request(ask(VALUES)), busy);
      assert.throws(() => session.claim('another'), busy);
      assert.equal(device.received.length, 0);
      claim.dispose();
      claim.dispose();
      device.onPayload = () => device.reply(VALUES, 1);
      assert.equal(await clock.run(session.request(ask(VALUES))), 1);
    });

    it('serves the owner, also through CAN', async () => {
      device.onPayload = (payload) => device.reply(payload.at(-1)!, 3);
      const claim = session.claim('an update');
      assert.equal(await clock.run(claim.endpoint().request(ask(VALUES))), 3);
      assert.equal(await clock.run(claim.endpoint(9).request(ask(STATS))), 3);
      await clock.run(claim.endpoint().send(Uint8Array.of(CommandId.ALIVE)));
      assert.deepEqual(device.received[1], [CommandId.FORWARD_CAN, 9, STATS]);
      device.onPayload = () => device.print('-> x');
      assert.deepEqual(await clock.run(claim.endpoint().terminal('x')), []);
      assert.throws(() => claim.endpoint(255), RangeError);
    });

    it('first ends what was under way', async () => {
      const before = session.request(ask(VALUES));
      const claim = session.claim('an update');
      const mine = claim.endpoint().request(ask(STATS));
      await clock.advance(1);
      assert.deepEqual(device.received, [[VALUES]]);
      device.reply(VALUES, 1);
      assert.equal(await before, 1);
      await clock.advance(1);
      device.reply(STATS, 2);
      assert.equal(await clock.run(mine), 2);
    });

    it('is not the owner’s any more afterwards', async () => {
      const first = session.claim('an update');
      const endpoint = first.endpoint();
      first.dispose();
      await assert.rejects(endpoint.request(ask(VALUES)), code('link-in-use'));
      const second = session.claim('a backup');
      await assert.rejects(endpoint.request(ask(VALUES)), code('link-in-use', { owner: 'a backup' }));
      first.dispose();
      await assert.rejects(session.request(ask(VALUES)), code('link-in-use', { owner: 'a backup' }));
      second.dispose();
    });
  });

  describe('writes', () => {
    /** A link that takes a write only when the test says so. */
    function stuckLink(): { link: Link; written: Uint8Array[]; release: () => void } {
      const written: Uint8Array[] = [];
      const { link } = createMemoryDuplex(ADDRESS, clock);
      const waiting: (() => void)[] = [];
      const write = (bytes: Uint8Array): Promise<void> => {
        written.push(bytes);
        return new Promise((resolve) => waiting.push(resolve));
      };
      return { link: withWrite(link, write), written, release: () => waiting.shift()?.() };
    }

    it('one frame after the other', async () => {
      const { link, written, release } = stuckLink();
      const slow = new Session(link, clock);
      const sends = [1, 2, 3].map((id) => slow.send(Uint8Array.of(id)));
      await clock.advance(1);
      assert.deepEqual(
        written.map((frame) => frame[2]),
        [1],
      );
      release();
      await clock.advance(1);
      release();
      await clock.advance(1);
      release();
      await clock.run(Promise.all(sends));
      assert.deepEqual(
        written.map((frame) => frame[2]),
        [1, 2, 3],
      );
      slow.dispose();
    });

    it('not what was given up while it waited', async () => {
      const { link, written, release } = stuckLink();
      const slow = new Session(link, clock);
      const first = slow.send(Uint8Array.of(1));
      const cancel = new AbortController();
      const given = assert.rejects(slow.request(ask(VALUES), { signal: cancel.signal }), /enough/);
      await clock.advance(1);
      cancel.abort(new Error('enough'));
      await given;
      release();
      await first;
      await clock.advance(1);
      assert.equal(written.length, 1);
      slow.dispose();
    });

    it('with a deadline that starts when the last byte left', async () => {
      const { link, release } = stuckLink();
      const slow = new Session(link, clock);
      const answer = assert.rejects(slow.request(ask(VALUES), { timeout_ms: 100 }), code('no-answer'));
      await clock.advance(5000);
      release();
      await clock.run(answer);
      assert.equal(clock.now(), 5100);
      slow.dispose();
    });

    it('and gives up on a link that takes nothing', async () => {
      const { link } = stuckLink();
      const slow = new Session(link, clock);
      const stalled = code('link-stalled', { waited_ms: 15_000 });
      await clock.run(assert.rejects(slow.request(ask(VALUES)), stalled));
      await clock.run(assert.rejects(slow.send(Uint8Array.of(1)), stalled));
      slow.dispose();
    });

    it('and goes on after a write that failed', async () => {
      let failures = 1;
      const { link, device: end } = createMemoryDuplex(ADDRESS, clock);
      const flaky = withWrite(link, (bytes) =>
        failures-- > 0 ? Promise.reject(new Error('hiccup')) : link.write(bytes),
      );
      const other = new Session(flaky, clock);
      const seen: number[] = [];
      end.onData((bytes) => seen.push(bytes[2]!));
      await assert.rejects(other.request(ask(VALUES)), /hiccup/);
      await clock.run(other.send(Uint8Array.of(7)));
      await clock.advance(1);
      assert.deepEqual(seen, [7]);
      other.dispose();
    });
  });
});
