import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '../../src/base/clock';
import type { VescError } from '../../src/base/errors';
import type { Link } from '../../src/links/link';
import { createLinkOpener } from '../../src/links/linkOpener';
import { Session } from '../../src/links/session';
import { FrameDecoder, encodeFrame } from '../../src/protocol/frame';
import { fwVersion } from '../../src/protocol/messages/identity';
import { code } from '../unit/links/scriptedDevice';

const VERSION = Uint8Array.from([0, 6, 5, ...Buffer.from('60\0'), ...new Uint8Array(12).fill(0xab), 0, 0, 0]);

describe('TCP links on real sockets', () => {
  const opener = createLinkOpener({ clock: systemClock });
  let server: Server;
  let port: number;
  let clients: Socket[];
  let onClient: (socket: Socket) => void;

  beforeEach(async () => {
    clients = [];
    onClient = () => {};
    server = createServer((socket) => {
      clients.push(socket);
      socket.on('error', () => {});
      onClient(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    port = (server.address() as AddressInfo).port;
  });
  afterEach(() => {
    for (const client of clients) client.destroy();
    server.close();
  });

  const open = (): Promise<Link> => opener.open({ kind: 'tcp', host: '127.0.0.1', port });

  it('carry requests and answers, however they are cut', async () => {
    onClient = (socket) => {
      const decoder = new FrameDecoder();
      socket.setNoDelay(true);
      socket.on('data', (bytes) => {
        for (const payload of decoder.push(bytes)) {
          assert.equal(payload[0], 0);
          for (const byte of encodeFrame(VERSION)) socket.write(Buffer.of(byte));
        }
      });
    };
    const session = new Session(await open(), systemClock);
    for (let i = 0; i < 20; i++) assert.equal((await session.request(fwVersion())).hardware, '60');
    session.dispose();
  });

  it('say when nothing listens', async () => {
    server.close();
    await once(server, 'close');
    await assert.rejects(open(), code('tcp-refused', { address: `tcp://127.0.0.1:${port}` }));
    await assert.rejects(opener.open({ kind: 'tcp', host: 'localhost', port }), code('tcp-refused'));
  });

  it('end when the server hangs up', async () => {
    onClient = (socket) => socket.on('data', () => socket.end());
    const session = new Session(await open(), systemClock);
    const closed = new Promise<VescError>((resolve) => session.onClose(resolve));
    await assert.rejects(session.request(fwVersion()), code('link-closed'));
    assert.match((await closed).happened, /the other side hung up/);
  });

  it('end when the connection is reset', async () => {
    onClient = (socket) => socket.on('data', () => socket.resetAndDestroy());
    const session = new Session(await open(), systemClock);
    await assert.rejects(session.request(fwVersion()), code('link-closed'));
  });

  it('deliver what was written before they are closed, then hang up', async () => {
    let received = 0;
    const ended = new Promise<void>((resolve) => {
      onClient = (socket) => socket.on('data', (chunk) => (received += chunk.length)).on('end', resolve);
    });
    const link = await open();
    void link.write(new Uint8Array(300_000)).catch(() => undefined);
    link.dispose();
    await ended;
    assert.equal(received, 300_000);
  });
});
