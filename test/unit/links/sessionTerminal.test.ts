import assert from 'node:assert/strict';
import { CommandId } from '../../../src/protocol/commandId';
import { type Session } from '../../../src/links/session';
import type { VirtualClock } from '../../support/virtualClock';
import { ask, code, eachConnected, type ScriptedDevice } from './scriptedDevice';

const VALUES = CommandId.GET_VALUES;

describe('the terminal of a session', () => {
  let clock: VirtualClock;
  let session: Session;
  let device: ScriptedDevice;
  eachConnected((rig) => ({ clock, session, device } = rig));

  describe('run by a command', () => {
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
});
