import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { VescError } from '../../../src/base/errors';
import { CommandId } from '../../../src/protocol/commandId';
import { pingCan } from '../../../src/protocol/messages/can';
import { encodeFrame } from '../../../src/protocol/frame';
import { fwVersion } from '../../../src/protocol/messages/identity';
import { writeStaging } from '../../../src/protocol/messages/update';
import type { Request } from '../../../src/protocol/request';
import type { Link } from '../../../src/links/link';
import { createMemoryDuplex } from '../../../src/links/memoryDuplex';
import { Session } from '../../../src/links/session';
import { VirtualClock } from '../../support/virtualClock';
import { ADDRESS, ask, code, connected, type Rig } from './scriptedDevice';

const VALUES = CommandId.GET_VALUES;
const STATS = CommandId.GET_STATS;

/** `link`, with other hands that write. */
function withWrite(link: Link, write: Link['write']): Link {
  return new Proxy(link, {
    get: (target, key): unknown => (key === 'write' ? write : Reflect.get(target, key, target)),
  });
}

describe('a session', () => {
  let clock: VirtualClock;
  let session: Session;
  let device: Rig['device'];

  beforeEach(() => {
    clock = new VirtualClock();
    ({ session, device } = connected(clock));
  });
  afterEach(() => session.dispose());

  describe('asks', () => {
    it('and gets the answer', async () => {
      device.onPayload = (payload) => device.reply(payload[0]!, 42);
      assert.equal(await clock.run(session.request(ask(VALUES))), 42);
      assert.deepEqual(device.received, [[VALUES]]);
      assert.equal(session.canId, undefined);
      assert.deepEqual(session.address, ADDRESS);
    });

    it('different things at the same time, and takes the answers in any order', async () => {
      const values = session.request(ask(VALUES));
      const stats = session.request(ask(STATS));
      await clock.advance(1);
      assert.deepEqual(device.received, [[VALUES], [STATS]]);
      device.reply(STATS, 2);
      device.reply(VALUES, 1);
      assert.deepEqual(await clock.run(Promise.all([values, stats])), [1, 2]);
    });

    it('the same thing twice one after the other', async () => {
      const first = session.request(ask(VALUES));
      const second = session.request(ask(VALUES));
      await clock.advance(1);
      assert.equal(device.received.length, 1);
      device.reply(VALUES, 1);
      assert.equal(await first, 1);
      await clock.advance(1);
      assert.equal(device.received.length, 2);
      device.reply(VALUES, 2);
      assert.equal(await clock.run(second), 2);
    });

    it('two controllers the same thing one after the other, because answers carry no CAN id', async () => {
      const local = session.request(ask(VALUES));
      const remote = session.node(57).request(ask(VALUES));
      await clock.advance(1);
      device.reply(VALUES, 1);
      await local;
      await clock.advance(1);
      assert.deepEqual(device.received, [[VALUES], [CommandId.FORWARD_CAN, 57, VALUES]]);
      device.reply(VALUES, 2);
      assert.equal(await clock.run(remote), 2);
    });

    it('with several writes on the way, matched by offset', async () => {
      const data = Uint8Array.of(1, 2, 3);
      const writes = [0, 3, 6].map((offset) => session.request(writeStaging(offset, data)));
      await clock.advance(1);
      assert.equal(device.received.length, 3);
      device.reply(3, 1, 0, 0, 0, 6);
      device.reply(3, 0, 0, 0, 0, 0);
      device.reply(3, 1, 0, 0, 0, 3);
      const replies = await clock.run(Promise.all(writes));
      assert.deepEqual(replies, [
        { ok: false, offset: 0 },
        { ok: true, offset: 3 },
        { ok: true, offset: 6 },
      ]);
    });

    it('with a waiter that stands before the first byte leaves', async () => {
      const { link, device: end } = createMemoryDuplex(ADDRESS, clock);
      let written = (): void => {};
      const slow = withWrite(link, (bytes) =>
        link.write(bytes).then(() => new Promise<void>((resolve) => (written = resolve))),
      );
      const other = new Session(slow, clock);
      end.onData(() => end.send(encodeFrame(Uint8Array.of(VALUES, 7))));
      assert.equal(await clock.run(other.request(ask(VALUES))), 7);
      written();
      other.dispose();
    });

    it('and does not take an answer that is too short, nor one to something else', async () => {
      const answer = session.request(fwVersion(), { timeout_ms: 100 });
      await clock.advance(1);
      device.reply(CommandId.FW_VERSION);
      device.reply(STATS, 1);
      await assert.rejects(clock.run(answer), code('no-answer', { command: 'FW_VERSION' }));
    });

    it('and passes on what a decoder throws', async () => {
      const broken: Request<number> = {
        ...ask(VALUES),
        decode: () => {
          throw new TypeError('broken decoder');
        },
      };
      const answer = session.request(broken);
      await clock.advance(1);
      device.reply(VALUES, 1);
      await assert.rejects(clock.run(answer), /broken decoder/);
      device.onPayload = () => device.reply(STATS, 3);
      assert.equal(await clock.run(session.request(ask(STATS))), 3);
    });

    it('nothing that does not fit into a frame', async () => {
      const tooLong = (bytes: number): Request<number> => ({
        ...ask(VALUES),
        payload: new Uint8Array(bytes),
      });
      await assert.rejects(clock.run(session.request(tooLong(10_001))), RangeError);
      await assert.rejects(clock.run(session.node(1).request(tooLong(511))), RangeError);
      assert.throws(() => session.node(255), RangeError);
      assert.throws(() => session.node(1.5), RangeError);
    });

    it('however the pieces of the answers are cut', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.nat({ max: 30 }), { maxLength: 8 }), async (cuts) => {
          const rig = connected(clock);
          const answers = [VALUES, STATS].map((id) => rig.session.request(ask(id)));
          await clock.advance(1);
          const bytes = [...[STATS, VALUES].flatMap((id) => [...encodeFrame(Uint8Array.of(id, id))])];
          let at = 0;
          for (const cut of cuts) rig.device.end.send(Uint8Array.from(bytes.slice(at, (at += cut))));
          rig.device.end.send(Uint8Array.from(bytes.slice(at)));
          assert.deepEqual(await clock.run(Promise.all(answers)), [VALUES, STATS]);
          rig.session.dispose();
        }),
        { numRuns: 50 },
      );
    });
  });

  describe('waits', () => {
    it('for the time given, from the write on, and then says so', async () => {
      const answer = session.request(ask(VALUES), { timeout_ms: 250 });
      await assert.rejects(clock.run(answer), code('no-answer', { waited_ms: 250, command: 'GET_VALUES' }));
      assert.equal(clock.now(), 250);
    });

    it('a second by default', async () => {
      await assert.rejects(clock.run(session.request(ask(VALUES))), code('no-answer', { waited_ms: 1000 }));
    });

    it('as often as there are attempts, and takes the answer to any of them', async () => {
      device.onPayload = () => {
        if (device.received.length === 3) device.reply(VALUES, 9);
      };
      const answer = session.request(ask(VALUES), { timeout_ms: 100, attempts: 3 });
      assert.equal(await clock.run(answer), 9);
      assert.equal(clock.now(), 200);
      const again = session.request(ask(STATS), { timeout_ms: 100, attempts: 2 });
      await assert.rejects(clock.run(again), code('no-answer', { waited_ms: 200 }));
    });

    it('no longer than the caller wants', async () => {
      const cancel = new AbortController();
      const reason = new Error('enough');
      const answer = session.request(ask(VALUES), { signal: cancel.signal });
      const queued = session.request(ask(VALUES), { signal: cancel.signal });
      const ended = Promise.all([assert.rejects(answer, reason), assert.rejects(queued, reason)]);
      await clock.advance(10);
      cancel.abort(reason);
      await ended;
      assert.equal(device.received.length, 1);
      await assert.rejects(session.request(ask(VALUES), { signal: cancel.signal }), reason);
      await assert.rejects(session.terminal('faults', { signal: cancel.signal }), reason);
      assert.equal(device.received.length, 1);
    });

    it('not into the next attempt when it is cancelled between two', async () => {
      const cancel = new AbortController();
      clock.schedule(100, () => cancel.abort(new Error('enough')));
      const answer = session.request(ask(VALUES), { timeout_ms: 100, attempts: 2, signal: cancel.signal });
      await assert.rejects(clock.run(answer), /enough/);
      assert.equal(device.received.length, 1);
    });

    it('and tells a device that talks something else from silence', async () => {
      const answer = session.request(ask(VALUES), { timeout_ms: 100 });
      await clock.advance(1);
      device.end.send(Buffer.from('AT\r\r\nOK\r\n'));
      await assert.rejects(clock.run(answer), code('not-a-controller', { bytes: 9 }));
    });

    it('and does not call a controller a stranger because of noise', async () => {
      device.onPayload = () => device.reply(VALUES, 1);
      await clock.run(session.request(ask(VALUES)));
      device.onPayload = () => device.end.send(Uint8Array.of(9, 9, 9));
      await assert.rejects(clock.run(session.request(ask(STATS))), code('no-answer'));
    });

    it('and does not take noise from before for an answer', async () => {
      device.end.send(Buffer.from('login: '));
      await clock.advance(1);
      await assert.rejects(clock.run(session.request(ask(VALUES))), code('no-answer'));
    });

    it('through noise for the answer behind it', async () => {
      device.onPayload = () => {
        device.end.send(Uint8Array.of(3, 0xff, 2, 60, 1, 0x55));
        device.reply(VALUES, 5);
      };
      assert.equal(await clock.run(session.request(ask(VALUES))), 5);
    });
  });

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

  describe('and the terminal:', () => {
    it('gives the prints in order, without the echo', async () => {
      device.onPayload = (payload) => {
        assert.deepEqual([...payload], [CommandId.TERMINAL_CMD, ...Buffer.from('Faults now')]);
        device.print('-> Faults  now \n');
        device.print('first');
        device.print('');
        device.print('\u00e4 cut short\0');
      };
      const prints: string[] = [];
      session.onPrint((text) => prints.push(text));
      assert.deepEqual(await clock.run(session.terminal('Faults now')), ['first', '', 'ä cut short']);
      assert.equal(clock.now(), 300);
      assert.equal(prints.length, 4);
    });

    it('waits on as long as prints come', async () => {
      device.onPayload = () => {
        for (const at_ms of [2900, 3190, 3480]) clock.schedule(at_ms, () => device.print(`${at_ms}`));
        clock.schedule(3900, () => device.print('too late'));
      };
      assert.deepEqual(await clock.run(session.terminal('measure')), ['2900', '3190', '3480']);
      await clock.advance(1000);
    });

    it('goes by the times given', async () => {
      device.onPayload = () => {
        clock.schedule(90, () => device.print('a'));
        clock.schedule(990, () => device.print('b'));
      };
      assert.deepEqual(await clock.run(session.terminal('x', { idle_ms: 1000, timeout_ms: 100 })), [
        'a',
        'b',
      ]);
    });

    it('leaves out what was printed before the echo', async () => {
      device.onPayload = () => {
        device.reply(VALUES, 1);
        device.print('Warning: something else');
        device.print('-> faults \n');
        device.print('mine');
      };
      assert.deepEqual(await clock.run(session.terminal('faults')), ['mine']);
    });

    it('belongs to one command at a time', async () => {
      device.onPayload = (payload) => {
        clock.schedule(200, () => device.print(`out ${String.fromCharCode(payload[1]!)}`));
      };
      const both = Promise.all([
        session.terminal('a'),
        session
          .node(4)
          .terminal('b')
          .catch(() => 'node'),
      ]);
      await clock.advance(400);
      assert.equal(device.received.length, 1);
      await clock.advance(400);
      assert.deepEqual(device.received[1]!.slice(0, 3), [CommandId.FORWARD_CAN, 4, CommandId.TERMINAL_CMD]);
      assert.deepEqual((await clock.run(both))[0], ['out a']);
    });

    it('says so when nothing is printed', async () => {
      await assert.rejects(
        clock.run(session.terminal('faults')),
        code('no-answer', { command: 'TERMINAL_CMD', waited_ms: 3000 }),
      );
      const answer = session.request(ask(VALUES));
      await clock.advance(1);
      device.reply(VALUES, 1);
      assert.equal(await clock.run(answer), 1);
    });

    it('ends with the link, or when it is not wanted any more', async () => {
      const cancel = new AbortController();
      const cancelled = assert.rejects(session.terminal('a', { signal: cancel.signal }), /enough/);
      await clock.advance(1);
      device.print('something');
      await clock.advance(1);
      cancel.abort(new Error('enough'));
      await cancelled;
      const cut = assert.rejects(session.terminal('b'), code('link-closed'));
      await clock.advance(1);
      device.print('something');
      device.end.hangUp();
      await cut;
    });

    it('ends although the controller never stops printing', async () => {
      device.onPayload = () => {
        for (let i = 0; i < 10_050; i++) device.print('x');
      };
      const prints = await clock.run(session.terminal('flood', { idle_ms: 1e9 }));
      assert.ok(prints.length >= 10_000);
      assert.equal(clock.now(), 0);
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

  describe('tells', () => {
    it('every payload and every print to those who listen', async () => {
      const packets: number[][] = [];
      const prints: string[] = [];
      session.onPacket((payload) => packets.push([...payload]));
      session.onPrint((text) => prints.push(text));
      device.reply(CommandId.ROTOR_POSITION, 1, 2);
      device.print('hello');
      await clock.advance(1);
      assert.deepEqual(packets, [
        [CommandId.ROTOR_POSITION, 1, 2],
        [CommandId.PRINT, ...Buffer.from('hello')],
      ]);
      assert.deepEqual(prints, ['hello']);
    });
  });

  describe('that ends', () => {
    it('rejects everyone who waits, then says so, once', async () => {
      const closes: VescError[] = [];
      session.onClose((reason) => closes.push(reason));
      const waiting = [
        session.request(ask(VALUES)),
        session.request(ask(VALUES)),
        session.terminal('faults'),
        session.node(3).request(ask(STATS), { attempts: 5 }),
      ].map((work) => assert.rejects(work, code('link-closed', { reason: 'unplugged' })));
      await clock.advance(1);
      assert.ok(session.isOpen);
      device.end.hangUp('unplugged');
      await clock.run(Promise.all(waiting));
      session.dispose();
      assert.equal(closes.length, 1);
      assert.equal(session.isOpen, false);
      await assert.rejects(session.request(ask(VALUES)), code('link-closed'));
      await assert.rejects(session.send(Uint8Array.of(VALUES)), code('link-closed'));
      await assert.rejects(session.node(1).terminal('x'), code('link-closed'));
    });

    it('closes the link and leaves no timer behind', async () => {
      const waiting = assert.rejects(session.request(ask(VALUES)), code('link-closed'));
      await clock.advance(1);
      session.dispose();
      await waiting;
      assert.equal(session.link.isOpen, false);
      await assert.rejects(clock.run(new Promise(() => {})), /nothing is scheduled/);
    });

    it('had ended before it began when its link had', async () => {
      session.link.dispose();
      const late = new Session(session.link, clock);
      assert.equal(late.isOpen, false);
      await assert.rejects(late.request(ask(VALUES)), code('link-closed'));
    });

    it('ends for an owner who still waits for the line', async () => {
      const before = assert.rejects(session.request(ask(VALUES)), code('link-closed'));
      const mine = session.claim('an update').endpoint().request(ask(STATS));
      const ended = assert.rejects(mine, code('link-closed'));
      await clock.advance(1);
      device.end.hangUp();
      await clock.run(Promise.all([before, ended]));
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
