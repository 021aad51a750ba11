import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Emitter } from '../../../src/base/emitter';
import type { VescError } from '../../../src/base/errors';
import type { Link } from '../../../src/links/link';
import { CommandId } from '../../../src/protocol/commandId';
import { encodeFrame } from '../../../src/protocol/frame';
import { fwVersion } from '../../../src/protocol/messages/identity';
import { writeStaging } from '../../../src/protocol/messages/update';
import type { Request } from '../../../src/protocol/request';
import { createMemoryDuplex } from '../../../src/links/memoryDuplex';
import { Session } from '../../../src/links/session';
import type { VirtualClock } from '../../support/virtualClock';
import {
  ADDRESS,
  ask,
  code,
  connected,
  eachConnected,
  type ScriptedDevice,
  withWrite,
} from './scriptedDevice';

const VALUES = CommandId.GET_VALUES;
const STATS = CommandId.GET_STATS;

describe('a session', () => {
  let clock: VirtualClock;
  let session: Session;
  let device: ScriptedDevice;
  eachConnected((rig) => ({ clock, session, device } = rig));

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

    it('no more when it is cancelled while the line is cleared for another try', async () => {
      const { link } = createMemoryDuplex(ADDRESS, clock);
      const cancel = new AbortController();
      const reason = new Error('enough');
      const clearing = withWrite(link, (bytes) => {
        if (bytes.every((byte) => byte === 0)) cancel.abort(reason);
        return link.write(bytes);
      });
      const asking = new Session(clearing, clock);
      const options = { timeout_ms: 100, attempts: 2, signal: cancel.signal };
      await assert.rejects(clock.run(asking.request(ask(VALUES), options)), reason);
      assert.equal(clock.now(), 100, 'nobody waited for an answer');
      asking.dispose();
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

  describe('tells', () => {
    it('hands on the rest of what came with a packet that somebody failed with', () => {
      const data = new Emitter<Uint8Array>();
      const link: Link = {
        address: ADDRESS,
        isOpen: true,
        onData: data.event,
        onClose: new Emitter<VescError>().event,
        write: () => Promise.resolve(),
        dispose: () => {},
      };
      const talk = new Session(link, clock);
      const packets: number[] = [];
      talk.onPrint((text) => {
        throw new Error(`not ${text}`);
      });
      talk.onPacket(([id]) => packets.push(id!));
      const frames = ['one', 'two'].map((text) => encodeFrame(Buffer.from(`\u{15}${text}`, 'latin1')));
      const chunk = Buffer.concat([...frames, encodeFrame(Uint8Array.of(VALUES))]);
      assert.throws(() => data.fire(chunk), /^Error: not one$/);
      assert.deepEqual(packets, [CommandId.PRINT, CommandId.PRINT, VALUES]);
    });

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
});
