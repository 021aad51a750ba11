import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import type { ErrorCode, VescError } from '../../../src/base/errors';
import { openTcpLink } from '../../../src/links/tcpLink';
import { VirtualClock } from '../../support/virtualClock';
import { code } from './scriptedDevice';

const ADDRESS = { kind: 'tcp', host: 'scooter', port: 65_102 } as const;

/** A socket that does what the test says. */
class FakeSocket extends Duplex {
  readonly sent: number[] = [];
  readonly settings: unknown[] = [];
  stuck = false;

  override _read(): void {}
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.sent.push(...chunk);
    if (!this.stuck) done();
  }
  setNoDelay(on: boolean): void {
    this.settings.push(['noDelay', on]);
  }
  setKeepAlive(on: boolean, delay_ms: number): void {
    this.settings.push(['keepAlive', on, delay_ms]);
  }
  destroySoon(): void {
    this.end(() => this.destroy());
  }
  unref(): void {
    this.settings.push('unref');
  }
}

describe('a TCP link', () => {
  let clock: VirtualClock;
  let socket: FakeSocket;

  beforeEach(() => {
    clock = new VirtualClock();
    socket = new FakeSocket();
  });

  const open = (signal?: AbortSignal): ReturnType<typeof openTcpLink> =>
    openTcpLink(
      ADDRESS,
      {
        clock,
        connect: (options) => {
          assert.deepEqual(options, { host: 'scooter', port: 65_102 });
          return socket as unknown as Socket;
        },
      },
      signal,
    );
  const connected = (): ReturnType<typeof openTcpLink> => {
    const opening = open();
    socket.emit('connect');
    return opening;
  };
  const failure = (errno: string | undefined): Error =>
    Object.assign(new Error('it went wrong.'), errno === undefined ? {} : { code: errno });

  it('sends small packets at once and reads', async () => {
    const link = await connected();
    assert.equal(link.address, ADDRESS);
    assert.deepEqual(socket.settings, [
      ['noDelay', true],
      ['keepAlive', true, 5000],
    ]);
    await link.write(Uint8Array.of(1, 2));
    assert.deepEqual(socket.sent, [1, 2]);
    const arrived = new Promise<Uint8Array>((resolve) => link.onData(resolve));
    socket.push(Buffer.of(3));
    assert.deepEqual(await arrived, Uint8Array.of(3));
    link.dispose();
  });

  const failures: [errno: string | undefined, expected: ErrorCode, details: Record<string, unknown>][] = [
    ['ECONNREFUSED', 'tcp-refused', { address: 'tcp://scooter:65102' }],
    ['ENOTFOUND', 'tcp-unknown-host', { host: 'scooter' }],
    ['EAI_AGAIN', 'tcp-unknown-host', { host: 'scooter' }],
    ['ETIMEDOUT', 'tcp-timeout', {}],
    ['EHOSTUNREACH', 'link-failed', { reason: 'EHOSTUNREACH' }],
    [undefined, 'link-failed', { reason: 'it went wrong' }],
  ];
  for (const [errno, expected, details] of failures) {
    it(`is ${expected} after ${errno ?? 'something else'}`, async () => {
      const opening = assert.rejects(open(), code(expected, details));
      socket.emit('error', failure(errno));
      await opening;
      assert.ok(socket.destroyed);
      socket.emit('error', failure('ECONNRESET'));
    });
  }

  it('is not waited for without end', async () => {
    const opening = assert.rejects(open(), code('tcp-timeout', { waited_ms: 5000 }));
    await clock.run(opening);
    assert.equal(clock.now(), 5000);
    assert.ok(socket.destroyed);
  });

  it('is not waited for when nobody wants it any more', async () => {
    const cancel = new AbortController();
    const opening = assert.rejects(open(cancel.signal), /enough/);
    cancel.abort(new Error('enough'));
    await opening;
    assert.ok(socket.destroyed);
    await assert.rejects(open(cancel.signal), /enough/);
  });

  const ends: [name: string, end: () => void, words: RegExp][] = [
    ['the other side hangs up', () => socket.push(null), /the other side hung up/],
    ['it breaks', () => socket.emit('error', failure('ECONNRESET')), /ECONNRESET/],
    ['it breaks without a code', () => socket.emit('error', failure(undefined)), /it went wrong/],
    ['it is gone', () => socket.destroy(), /ended\./],
  ];
  for (const [name, end, words] of ends) {
    it(`ends once when ${name}`, async () => {
      const link = await connected();
      const reasons: VescError[] = [];
      const closed = new Promise<void>((resolve) => {
        link.onClose((reason) => {
          reasons.push(reason);
          resolve();
        });
      });
      end();
      await closed;
      assert.match(reasons[0]!.happened, words);
      assert.equal(link.isOpen, false);
      await assert.rejects(link.write(Uint8Array.of(1)), code('link-closed'));
      link.dispose();
      await clock.advance(1);
      assert.equal(reasons.length, 1);
    });
  }

  it('lets nobody wait when it is closed, and what was written still goes out', async () => {
    const link = await connected();
    let heard = 0;
    link.onData(() => heard++);
    await link.write(Uint8Array.of(1));
    socket.stuck = true;
    const writes = [2, 3].map((byte) => assert.rejects(link.write(Uint8Array.of(byte)), code('link-closed')));
    link.dispose();
    await Promise.all(writes);
    socket.emit('data', Buffer.of(1));
    assert.equal(heard, 0);
    assert.equal(socket.destroyed, false);
    assert.ok(socket.settings.includes('unref'));
  });

  it('does not call a write done that was under way when it ended', async () => {
    const link = await connected();
    let done = (): void => {};
    socket._write = (_chunk, _encoding, callback) => (done = callback);
    const write = assert.rejects(link.write(Uint8Array.of(1)), code('link-closed'));
    link.dispose();
    done();
    await write;
  });
});
