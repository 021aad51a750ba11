import assert from 'node:assert/strict';
import { CommandId } from '../../../src/protocol/commandId';
import type { PrintHolder, PrintOwner } from '../../../src/links/prints';
import type { Session } from '../../../src/links/session';
import type { VirtualClock } from '../../support/virtualClock';
import { ask, code, eachConnected, type ScriptedDevice } from './scriptedDevice';

describe('whose the prints on a link are', () => {
  let clock: VirtualClock;
  let session: Session;
  let device: ScriptedDevice;
  let logged: string[];
  eachConnected((rig) => {
    ({ clock, session, device } = rig);
    logged = [];
    session.prints.onPrint(({ text, owner }) => logged.push(`${owner ?? 'nobody'}: ${text}`));
  });

  function reader(name: string): PrintOwner & { readonly read: string[] } {
    const read: string[] = [];
    return { name, read, print: (text) => read.push(text) };
  }
  /** What a payload asks the terminal for, also through CAN. */
  const asked = (payload: Uint8Array): string =>
    Buffer.from(payload.subarray(payload[0] === CommandId.FORWARD_CAN ? 3 : 1)).toString();
  /** The firmware's one worker thread: `work_ms` a command, a second one meanwhile is dropped without a word. */
  function worker(work_ms: number): void {
    let busy = false;
    device.onPayload = (payload) => {
      if (payload[0] !== CommandId.TERMINAL_CMD && payload[0] !== CommandId.FORWARD_CAN) return;
      if (busy) return;
      busy = true;
      const command = asked(payload);
      device.print(`-> ${command} \n`);
      clock.schedule(work_ms / 2, () => device.print(`${command} half`));
      clock.schedule(work_ms, () => {
        device.print(`${command} done`);
        busy = false;
      });
    };
  }

  it('belong to the command, as they come', async () => {
    worker(200);
    const a = reader('a');
    const running = session.terminal('faults', { owner: a });
    await clock.advance(150);
    assert.deepEqual(a.read, ['faults half']);
    assert.deepEqual(await clock.run(running), ['faults half', 'faults done']);
    assert.deepEqual(logged, ['a: -> faults \n', 'a: faults half', 'a: faults done']);
  });

  it('never go to the other of two terminals, and the one that waits is told for whom', async () => {
    worker(400);
    const [a, b] = [reader('a'), reader('b')];
    const waits: (PrintHolder | undefined)[] = [];
    const both = Promise.all([
      session.terminal('one', { owner: a, idle_ms: 300 }),
      session.node(7).terminal('two', { owner: b, onWait: (holder) => waits.push(holder) }),
    ]);
    assert.deepEqual(await clock.run(both), [
      ['one half', 'one done'],
      ['two half', 'two done'],
    ]);
    assert.deepEqual([a.read, b.read], await both);
    assert.deepEqual(waits, [{ owner: 'a', command: 'one' }]);
  });

  it('stay with a long command although another one was asked for meanwhile', async () => {
    session.prints.expectEchoes(undefined, true);
    worker(5000);
    const [a, b] = [reader('a'), reader('b')];
    assert.deepEqual(await clock.run(session.terminal('slow', { owner: a, idle_ms: 300 })), []);
    const dropped = assert.rejects(session.terminal('faults', { owner: b }), code('no-answer'));
    await clock.advance(6000);
    await dropped;
    assert.deepEqual([a.read, b.read], [['slow half'], ['slow done']]);
  });

  it('stay with a long command until the next one echoes', async () => {
    session.prints.expectEchoes(undefined, true);
    const [a, b] = [reader('a'), reader('b')];
    device.onPayload = (payload) => {
      if (asked(payload) === 'slow') device.print('-> slow \n');
      else {
        clock.schedule(50, () => device.print('late from slow'));
        clock.schedule(100, () => device.print('-> quick \n'));
        clock.schedule(110, () => device.print('quick'));
      }
    };
    await clock.run(session.terminal('slow', { owner: a }));
    assert.deepEqual(await clock.run(session.terminal('quick', { owner: b })), ['quick']);
    device.print('unasked');
    await clock.advance(1);
    assert.deepEqual(a.read, ['late from slow']);
    assert.deepEqual(b.read, ['quick', 'unasked']);
  });

  it('go back to the terminal after a question of the program’s own', async () => {
    worker(100);
    const a = reader('a');
    await clock.run(session.terminal('one', { owner: a }));
    assert.deepEqual(await clock.run(session.terminal('faults')), ['faults half', 'faults done']);
    device.print('unasked');
    await clock.advance(1);
    assert.deepEqual(a.read, ['one half', 'one done', 'unasked']);
    assert.ok(logged.includes('a: faults done'));
  });

  it('are nobody’s before a terminal is used and after it is closed', async () => {
    const [a, b] = [reader('a'), reader('b')];
    device.print('early');
    await clock.advance(1);
    session.prints.adopt(a);
    session.prints.adopt(b);
    device.print('to the first');
    await clock.advance(1);
    session.prints.release(b);
    session.prints.release(a);
    device.print('late');
    await clock.advance(1);
    assert.deepEqual(logged, ['nobody: early', 'a: to the first', 'nobody: late']);
    assert.deepEqual([a.read, b.read], [['to the first'], []]);
  });

  it('of firmware without echoes are held back until that is known, then come at once', async () => {
    device.onPayload = () => {
      device.print('first');
      clock.schedule(200, () => device.print('second'));
    };
    const a = reader('a');
    const first = session.terminal('volt', { owner: a });
    await clock.advance(250);
    assert.deepEqual(a.read, []);
    await clock.run(first);
    assert.deepEqual(a.read, ['first', 'second']);
    const again = session.terminal('volt', { owner: a });
    await clock.advance(50);
    assert.deepEqual(a.read, ['first', 'second', 'first']);
    await clock.run(again);
  });

  it('that came before the first echo are given to whoever had the terminal before', async () => {
    const [a, b] = [reader('a'), reader('b')];
    session.prints.adopt(a);
    device.onPayload = () => {
      device.print('not mine');
      device.print('-> volt \n');
      device.print('mine');
    };
    assert.deepEqual(await clock.run(session.terminal('volt', { owner: b })), ['mine']);
    assert.deepEqual([a.read, b.read], [['not mine'], ['mine']]);
  });

  it('of slow commands are waited for, and can be given up', async () => {
    device.onPayload = (payload) => {
      device.print(`-> ${asked(payload)} \n`);
      clock.schedule(15_000, () => device.print('table'));
    };
    const a = reader('a');
    assert.deepEqual(await clock.run(session.terminal('hall_analyze 5', { owner: a })), ['table']);
    const cancel = new AbortController();
    const given = assert.rejects(
      session.terminal('hall_analyze 5', { owner: a, signal: cancel.signal }),
      /enough/,
    );
    await clock.advance(1000);
    cancel.abort(new Error('enough'));
    await given;
    await clock.advance(15_000);
    assert.deepEqual(a.read, ['table', 'table']);
  });

  it('never mix with a tree that reads values meanwhile', async () => {
    const values = CommandId.GET_VALUES;
    let busy = false;
    device.onPayload = (payload) => {
      if (payload[0] === values) return device.reply(values, 1);
      if (busy) return;
      busy = true;
      const command = asked(payload);
      device.print(`-> ${command} \n`);
      for (let i = 0; i < 20; i++) clock.schedule(i * 10, () => device.print(`${command} ${i}`));
      clock.schedule(200, () => (busy = false));
    };
    let polls = 0;
    const poll = (): void => {
      void session.request(ask(values)).then(() => {
        polls++;
        clock.schedule(25, poll);
      });
    };
    poll();
    const [a, b] = [reader('a'), reader('b')];
    for (let round = 0; round < 5; round++) {
      await clock.run(
        Promise.all([
          session.terminal('a', { owner: a }),
          session.node(3).terminal('b', { owner: b }),
          session.terminal('faults'),
        ]),
      );
    }
    assert.equal(a.read.length, 100);
    assert.equal(b.read.length, 100);
    assert.ok(a.read.every((line) => line.startsWith('a ')));
    assert.ok(b.read.every((line) => line.startsWith('b ')));
    assert.ok(polls > 50, `${polls}`);
  });
});
