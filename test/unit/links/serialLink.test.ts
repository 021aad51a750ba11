import assert from 'node:assert/strict';
import { MockBinding, type MockPortBinding } from '@serialport/binding-mock';
import { SerialPortMock } from 'serialport';
import type { VescError } from '../../../src/base/errors';
import type { Link } from '../../../src/links/link';
import { openSerialLink, type SerialDependencies, systemFingerprint } from '../../../src/links/serialLink';
import { VirtualClock } from '../../support/virtualClock';
import { ADDRESS, code } from './scriptedDevice';

describe('a serial link', () => {
  let clock: VirtualClock;
  let streams: SerialPortMock[];
  let device: string | undefined;
  let dependencies: SerialDependencies;

  beforeEach(() => {
    clock = new VirtualClock();
    streams = [];
    device = 'the first';
    MockBinding.reset();
    MockBinding.createPort(ADDRESS.path, { record: true });
    dependencies = {
      clock,
      loadFactory: () =>
        Promise.resolve((options) => {
          const stream = new SerialPortMock(options);
          streams.push(stream);
          return stream;
        }),
      inquiry: { holder: () => Promise.resolve('someone'), group: () => Promise.resolve(undefined) },
      fingerprint: () => (device === undefined ? Promise.reject(new Error('gone')) : Promise.resolve(device)),
    };
  });

  const open = (signal?: AbortSignal): Promise<Link> => openSerialLink(ADDRESS, dependencies, signal);
  /** The computer's side of the mock port. */
  const port = (): MockPortBinding => (streams.at(-1) as { port: unknown }).port as MockPortBinding;
  const closeOf = (link: Link): Promise<VescError> => new Promise((resolve) => link.onClose(resolve));

  it('reads and writes', async () => {
    const link = await open();
    assert.equal(link.address, ADDRESS);
    assert.ok(link.isOpen);
    const arrived = new Promise<Uint8Array>((resolve) => link.onData(resolve));
    await link.write(Uint8Array.of(2, 1, 0));
    assert.deepEqual([...port().recording], [2, 1, 0]);
    port().emitData(Buffer.of(7, 8));
    const bytes = await arrived;
    assert.deepEqual(bytes, Uint8Array.of(7, 8));
    assert.equal(Buffer.isBuffer(bytes), false);
    assert.equal(port().openOptions.baudRate, 115_200);
    assert.equal(port().openOptions.lock, true);
    link.dispose();
  });

  it('belongs to one owner', async () => {
    const link = await open();
    await assert.rejects(open(), code('port-busy', { path: ADDRESS.path, holder: 'someone' }));
    link.dispose();
  });

  it('can be opened again as soon as it was closed', async () => {
    for (let i = 0; i < 5; i++) (await open()).dispose();
  });

  it('waits with opening until its own closing is over', async () => {
    const link = await open();
    const mock = port();
    const close = mock.close.bind(mock);
    let closed = false;
    mock.close = async () => {
      for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
      closed = true;
      await close();
    };
    link.dispose();
    const again = await open();
    assert.ok(closed);
    again.dispose();
  });

  it('does not open where there is no port', async () => {
    MockBinding.reset();
    await assert.rejects(open(), code('port-not-found'));
  });

  it('says so when the native module is missing', async () => {
    const missing = {
      ...dependencies,
      loadFactory: () => Promise.reject(new Error('No native build found\nx')),
    };
    await assert.rejects(
      openSerialLink(ADDRESS, missing),
      code('serial-unavailable', { reason: 'No native build found' }),
    );
  });

  it('ends once, when it is closed', async () => {
    const link = await open();
    const reasons: string[] = [];
    link.onClose((error) => reasons.push(error.happened));
    link.dispose();
    link.dispose();
    assert.deepEqual(reasons, ['The connection to /dev/ttyACM0 ended (closed here).']);
    assert.equal(link.isOpen, false);
    await assert.rejects(link.write(Uint8Array.of(1)), code('link-closed'));
    await clock.advance(10_000);
    assert.equal(streams[0]!.isOpen, false);
  });

  it('does not deliver what arrives after the end', async () => {
    const link = await open();
    let heard = 0;
    link.onData(() => heard++);
    const stream = streams[0]!;
    link.dispose();
    stream.emit('data', Buffer.of(1));
    assert.equal(heard, 0);
  });

  it('ends when the device is unplugged', async () => {
    const link = await open();
    const closed = closeOf(link);
    streams[0]!.emit('close', new Error('bad file descriptor'));
    assert.match((await closed).happened, /bad file descriptor/);
    const other = await open();
    const quiet = closeOf(other);
    streams[1]!.emit('close', null);
    assert.deepEqual((await quiet).details, { address: ADDRESS.path });
    link.dispose();
  });

  it('ends when the port reports an error', async () => {
    const link = await open();
    const closed = closeOf(link);
    streams[0]!.emit('error', new Error('Error: framing'));
    assert.match((await closed).happened, /framing/);
  });

  it('ends when a write fails, and so do the writes that wait', async () => {
    const link = await open();
    port().write = () => Promise.reject(new Error('EIO'));
    const writes = [1, 2].map((byte) => assert.rejects(link.write(Uint8Array.of(byte)), code('link-closed')));
    await Promise.all(writes);
    assert.equal(link.isOpen, false);
  });

  it('lets nobody wait for a write when it ends', async () => {
    const link = await open();
    port().write = () => new Promise(() => {});
    const writes = [1, 2].map((byte) => assert.rejects(link.write(Uint8Array.of(byte)), code('link-closed')));
    link.dispose();
    await Promise.all(writes);
  });

  it('notices while it is idle that the device is gone', async () => {
    const link = await open();
    await clock.advance(5000);
    assert.ok(link.isOpen);
    const closed = closeOf(link);
    device = undefined;
    await clock.advance(600);
    assert.match((await closed).happened, /the port is gone/);
  });

  it('notices that another device came to its path', async () => {
    const link = await open();
    const closed = closeOf(link);
    device = 'the second';
    await clock.advance(600);
    assert.match((await closed).happened, /the port is gone/);
  });

  it('is not looked after where the system tells by itself', async () => {
    dependencies = { ...dependencies, fingerprint: undefined };
    const link = await open();
    device = undefined;
    await clock.advance(5000);
    assert.ok(link.isOpen);
    link.dispose();
  });

  it('is known by its file, where ports have one', async () => {
    assert.equal(systemFingerprint('win32'), undefined);
    const fingerprint = systemFingerprint('linux')!;
    assert.equal(await fingerprint(__filename), await fingerprint(__filename));
    assert.notEqual(await fingerprint(__filename), await fingerprint(__dirname));
    await assert.rejects(fingerprint(`${__filename}.none`), /ENOENT/);
  });

  it('is not looked after once it is over', async () => {
    const link = await open();
    let looked = 0;
    device = undefined;
    const fingerprint = (): Promise<string> => {
      looked++;
      if (looked === 2) link2.dispose();
      return Promise.resolve('same');
    };
    link.dispose();
    const link2 = await openSerialLink(ADDRESS, { ...dependencies, fingerprint });
    await clock.advance(5000);
    assert.equal(looked, 2);
  });

  it('is given up while it opens', async () => {
    const cancel = new AbortController();
    const slow: SerialDependencies = {
      ...dependencies,
      loadFactory: async () => {
        const factory = await dependencies.loadFactory!();
        return (options) => {
          cancel.abort(new Error('enough'));
          return factory(options);
        };
      },
    };
    await assert.rejects(openSerialLink(ADDRESS, slow, cancel.signal), /enough/);
    assert.equal(streams[0]!.isOpen, false);
    await assert.rejects(open(cancel.signal), /enough/);
    assert.equal(streams.length, 1);
    (await open()).dispose();
  });
});
