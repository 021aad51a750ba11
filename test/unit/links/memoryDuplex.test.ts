import assert from 'node:assert/strict';
import type { VescError } from '../../../src/base/errors';
import { createMemoryDuplex } from '../../../src/links/memoryDuplex';
import { VirtualClock } from '../../support/virtualClock';
import { ADDRESS, code } from './scriptedDevice';

describe('a link in memory', () => {
  const clock = new VirtualClock();

  it('carries bytes both ways, later and in order', async () => {
    const { link, device } = createMemoryDuplex(ADDRESS, clock);
    const atDevice: number[] = [];
    const atLink: number[] = [];
    device.onData((bytes) => atDevice.push(...bytes));
    link.onData((bytes) => atLink.push(...bytes));
    const bytes = Uint8Array.of(1, 2);
    void link.write(bytes);
    bytes[0] = 99;
    void link.write(Uint8Array.of(3));
    const reply = Uint8Array.of(4);
    device.send(reply);
    reply[0] = 99;
    device.send(Uint8Array.of(5));
    assert.deepEqual([atDevice, atLink], [[], []]);
    await clock.advance(0);
    assert.deepEqual(
      [atDevice, atLink],
      [
        [1, 2, 3],
        [4, 5],
      ],
    );
    assert.equal(link.address, ADDRESS);
  });

  it('takes the time it is given', async () => {
    const { link, device } = createMemoryDuplex(ADDRESS, clock, { latency_ms: 20 });
    let arrived_ms = -1;
    const start_ms = clock.now();
    device.onData(() => (arrived_ms = clock.now() - start_ms));
    await link.write(Uint8Array.of(1));
    await clock.advance(50);
    assert.equal(arrived_ms, 20);
  });

  it('carries one piece after the other when bytes take their time, each way for itself', async () => {
    const { link, device } = createMemoryDuplex(ADDRESS, clock, { latency_ms: 5, byte_ms: 2 });
    const start_ms = clock.now();
    const seen: [string, number][] = [];
    device.onData((bytes) => seen.push([`device ${bytes.length}`, clock.now() - start_ms]));
    link.onData((bytes) => seen.push([`host ${bytes.length}`, clock.now() - start_ms]));
    void link.write(new Uint8Array(10));
    void link.write(new Uint8Array(1));
    device.send(new Uint8Array(3));
    await clock.advance(100);
    assert.deepEqual(seen, [
      ['host 3', 11],
      ['device 10', 25],
      ['device 1', 27],
    ]);
  });

  it('is over when the device hangs up, behind what it sent before', async () => {
    const { link, device } = createMemoryDuplex(ADDRESS, clock);
    const seen: unknown[] = [];
    link.onData((bytes) => seen.push(bytes[0]));
    link.onClose((reason: VescError) => seen.push(reason.message));
    device.onClose(() => seen.push('device'));
    device.send(Uint8Array.of(1));
    device.hangUp('unplugged');
    device.send(Uint8Array.of(2));
    device.hangUp();
    assert.ok(link.isOpen);
    await clock.advance(0);
    assert.deepEqual(seen.length, 3);
    assert.equal(seen[0], 1);
    assert.match(String(seen[1]), /ended \(unplugged\)/);
    assert.equal(seen[2], 'device');
    assert.equal(link.isOpen, false);
    await assert.rejects(link.write(Uint8Array.of(1)), code('link-closed'));
  });

  it('is over when it is closed, and what was written before still arrives', async () => {
    const { link, device } = createMemoryDuplex(ADDRESS, clock);
    const seen: unknown[] = [];
    device.onData((bytes) => seen.push(bytes[0]));
    device.onClose(() => seen.push('closed'));
    link.onClose(() => seen.push('link'));
    void link.write(Uint8Array.of(1));
    link.dispose();
    link.dispose();
    device.send(Uint8Array.of(2));
    await clock.advance(0);
    assert.deepEqual(seen, ['link', 1, 'closed']);
  });
});
