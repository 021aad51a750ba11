import { strict as assert } from 'node:assert';
import type { CanMode, NodeRecord } from '../../../src/emulator/can/record';
import { CanWire, WireNode } from '../../../src/emulator/can/wire';
import { extended, standard } from '../../support/canProbe';

const US = 1000;
const NORMAL: CanMode = {
  takesPart: true,
  isSilent: false,
  isPassive: false,
  inOrder: false,
  once: false,
  bitClocks: 84,
};
/** At 500 kbit/s: 67 bits and the data of an extended frame. */
const EIGHT_BYTES_US = 262;
const NO_DATA_US = 134;

describe('The wire of a CAN bus', () => {
  let wire: CanWire;
  let sequence: number;

  beforeEach(() => {
    wire = new CanWire();
    sequence = 0;
  });

  function node(mode: Partial<CanMode> = {}): WireNode {
    const added = new WireNode();
    wire.nodes.push(added);
    added.told.push({ kind: 'mode', at_ns: 0, mode: { ...NORMAL, ...mode } });
    return added;
  }

  function request(at_us: number, identifier: number, mailbox = 0, length = 8): NodeRecord {
    const frame = { identifier, length, low: 0, high: 0 };
    return { kind: 'request', at_ns: at_us * US, mailbox, sequence: ++sequence, frame };
  }

  /** Lets time pass in steps as long as the shortest frame or less: then everything is exact. */
  function pass(until_us: number, step_us = 50): void {
    for (let at = step_us; at <= until_us; at += step_us) wire.advance(at * US, (at + step_us) * US);
  }

  /** What a node was told: kind, identifier or mailbox, and when in µs. */
  function heard({ heard: records }: WireNode): string[] {
    return records.map((record) => {
      const what =
        record.kind === 'frame'
          ? record.frame.identifier >>> 3
          : record.kind === 'disturbed'
            ? ''
            : record.mailbox;
      return `${record.kind} ${what} ${Math.round(record.at_ns / US)}`;
    });
  }

  it('brings a frame to all others at its end, and tells the sender', () => {
    const [a, b, c] = [node(), node(), node()];
    a.told.push(request(100, extended(5)));
    pass(1000);
    assert.deepEqual(heard(a), [`sent 0 ${100 + EIGHT_BYTES_US}`]);
    assert.deepEqual(heard(b), [`frame 5 ${100 + EIGHT_BYTES_US}`]);
    assert.deepEqual(heard(c), heard(b));
  });

  for (const [what, identifier, length, clocks, bits] of [
    ['a standard frame without data', standard(1), 0, 84, 47],
    ['an extended frame of 8 bytes', extended(1), 8, 84, 131],
    ['a DLC of 15, which means 8 bytes', extended(1), 15, 84, 131],
    ['a remote frame, which has no data', extended(1) | 2, 8, 84, 67],
    ['250 kbit/s', extended(1), 8, 168, 131],
    ['1 Mbit/s', extended(1), 8, 42, 131],
  ] as const) {
    it(`takes the time of ${bits} bits for ${what}`, () => {
      const sender = node({ bitClocks: clocks });
      node({ bitClocks: clocks });
      sender.told.push(request(10, identifier, 0, length));
      pass(2000, 10);
      assert.equal(sender.heard[0]!.kind, 'sent');
      assert.equal(Math.round(sender.heard[0]!.at_ns - 10 * US), Math.round((bits * clocks * 1000) / 42));
    });
  }

  it('lets the lowest identifier go first, of several controllers as of several mailboxes', () => {
    const [a, b, c] = [node(), node(), node()];
    a.told.push(request(10, extended(30)), request(20, extended(20), 1));
    b.told.push(request(20, extended(10)), request(30, standard(0)));
    pass(2000);
    const ids = c.heard.map((record) => (record.kind === 'frame' ? record.frame.identifier : 0));
    // The first one had the wire for itself.
    assert.deepEqual(ids, [extended(30), standard(0), extended(20)]);
  });

  it('orders identifiers as the wire does: standard before extended, data before remote', () => {
    const ids = [standard(1), standard(1) | 2, extended(1 << 18), extended((1 << 18) + 1), standard(2)];
    const nodes = ids.map(() => node());
    const listener = node();
    // All at once, while another frame is under way, in the opposite order.
    listener.told.push(request(10, standard(0)));
    ids.forEach((id, index) => nodes[ids.length - 1 - index]!.told.push(request(20, id)));
    pass(3000);
    const order = listener.heard.flatMap((record) =>
      record.kind === 'frame' ? [record.frame.identifier] : [],
    );
    assert.deepEqual(order, ids);
  });

  it('sends what one controller asked for first, when it says so', () => {
    const [a, b] = [node({ inOrder: true }), node()];
    a.told.push(request(10, extended(3)), request(11, extended(2), 1), request(12, extended(1), 2));
    pass(2000);
    assert.deepEqual(
      heard(b).map((text) => text.split(' ')[1]),
      ['3', '2', '1'],
    );
  });

  it('keeps frames apart by their length', () => {
    const [a, b] = [node(), node()];
    a.told.push(...[0, 1, 2].map((mailbox) => request(10, extended(mailbox), mailbox)));
    pass(2000);
    assert.deepEqual(
      b.heard.map(({ at_ns }) => Math.round(at_ns / US)),
      [1, 2, 3].map((count) => 10 + count * EIGHT_BYTES_US),
    );
  });

  it('keeps its pace in long steps, too: only the first of a row is late', () => {
    const [a, b] = [node(), node()];
    a.told.push(...[0, 1, 2].map((mailbox) => request(10, extended(mailbox), mailbox)));
    pass(4000, 500);
    assert.deepEqual(
      b.heard.map(({ at_ns }) => Math.round(at_ns / US)),
      [500, 500 + EIGHT_BYTES_US, 500 + 2 * EIGHT_BYTES_US],
    );
  });

  for (const [what, other] of [
    ['nobody else is there', undefined],
    ['all others are asleep', { takesPart: false }],
    ['all others are silent', { isSilent: true }],
  ] as const) {
    it(`has nobody acknowledge when ${what}, and tries again`, () => {
      const sender = node();
      const listener = other === undefined ? undefined : node(other);
      sender.told.push(request(10, extended(1), 0, 0));
      pass(400);
      assert.deepEqual(heard(sender).slice(0, 3), [
        'unacknowledged 0 156',
        'unacknowledged 0 302',
        'unacknowledged 0 448',
      ]);
      assert.deepEqual(listener?.heard ?? [], []);
      sender.heard = [];
      const late = new WireNode();
      wire.nodes.push(late);
      late.apply({ kind: 'mode', at_ns: 0, mode: NORMAL });
      pass(800);
      assert.equal(sender.heard.at(-1)!.kind, 'sent');
      assert.equal(late.heard.length, 1);
    });
  }

  it('tries once only, when told so: also after a lost arbitration', () => {
    const [a, b] = [node({ once: true }), node()];
    node();
    b.told.push(request(10, extended(9)), request(20, extended(1), 1));
    a.told.push(request(20, extended(5)));
    pass(2000);
    assert.deepEqual(
      heard(a).filter((text) => !text.startsWith('frame')),
      [`lost 0 ${10 + 2 * EIGHT_BYTES_US}`],
    );
  });

  it('destroys what is sent at another bit rate, unless the others are passive', () => {
    const [a, b] = [node(), node({ bitClocks: 168 })];
    node();
    a.told.push(request(10, extended(1), 0, 0));
    pass(100);
    assert.deepEqual(heard(a), ['destroyed 0 156']);
    assert.deepEqual(heard(b), ['disturbed  156']);
    b.told.push({ kind: 'mode', at_ns: 151 * US, mode: { ...NORMAL, bitClocks: 168, isPassive: true } });
    pass(600);
    assert.equal(heard(a).at(-1), `sent 0 ${156 + NO_DATA_US}`);
    assert.equal(heard(b).at(-1), `disturbed  ${156 + NO_DATA_US}`);
  });

  it('takes a request back if it is not under way, and tells so', () => {
    const [a, b] = [node(), node()];
    b.told.push(request(10, extended(1)));
    a.told.push(request(20, extended(2)), { kind: 'withdrawal', at_ns: 30 * US, mailbox: 0, sequence });
    pass(2000);
    assert.deepEqual(
      a.heard.map(({ kind }) => kind),
      ['frame', 'withdrawn'],
    );
    assert.deepEqual(
      b.heard.map(({ kind }) => kind),
      ['sent'],
    );
  });

  it('forgets all requests of a controller that starts over', () => {
    const [a, b] = [node(), node()];
    b.told.push(request(10, extended(1)));
    a.told.push(request(20, extended(2)), { kind: 'reset', at_ns: 30 * US });
    pass(2000);
    assert.deepEqual(
      b.heard.map(({ kind }) => kind),
      ['sent'],
    );
  });
});
