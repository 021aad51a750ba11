import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock, sleep } from '../../src/base/clock';
import type { VescError } from '../../src/base/errors';
import { findController } from '../../src/links/finder';
import type { Link } from '../../src/links/link';
import { parseLinkAddress } from '../../src/links/linkAddress';
import { createLinkOpener } from '../../src/links/linkOpener';
import { listPorts } from '../../src/links/ports';
import { Session } from '../../src/links/session';
import { SessionPool } from '../../src/links/sessionPool';
import { fwVersion } from '../../src/protocol/messages/identity';
import { code } from '../unit/links/scriptedDevice';
import { PtyDevice, requireSocat } from './ptyDevice';

const OPEN_PORT = join(__dirname, 'openPort.ts');
const LOADER = join(__dirname, '..', 'support', 'typescript.cjs');
const UUID = '00112233445566778899aabb';
/** FW_VERSION of a 6.00 controller without the newer fields. */
const VERSION = [0, 6, 0, ...Buffer.from('60\0'), ...Buffer.from(UUID, 'hex'), 0, 0, 0];

interface Told {
  readonly open?: boolean;
  readonly code?: string;
  readonly details?: { readonly group?: string };
}

describe('serial links on a real tty (skipped where socat is not installed)', () => {
  const opener = createLinkOpener({ clock: systemClock });
  let device: PtyDevice;
  const links: Link[] = [];
  const children: ChildProcess[] = [];

  before(function () {
    requireSocat(this);
  });
  beforeEach(async () => {
    device = await PtyDevice.plugIn();
  });
  afterEach(async () => {
    for (const link of links.splice(0)) link.dispose();
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await device.dispose();
  });

  async function open(path = device.path): Promise<Link> {
    const link = await opener.open(parseLinkAddress(path));
    links.push(link);
    return link;
  }
  const closeOf = (link: Link): Promise<VescError> => new Promise((resolve) => link.onClose(resolve));

  /** Runs the program that opens the port, as another user when `uid` is given, and returns what it told. */
  async function openElsewhere(uid?: number): Promise<{ told: Told; child: ChildProcess }> {
    const child = spawn(process.execPath, ['-r', LOADER, OPEN_PORT, device.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(uid !== undefined && { uid, gid: uid }),
    });
    children.push(child);
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    return { told: JSON.parse(line.toString()) as Told, child };
  }

  it('carry requests and answers', async () => {
    device.onPayload = () => device.reply(...VERSION);
    const session = new Session(await open(), systemClock);
    const version = await session.request(fwVersion());
    assert.equal(version.uuid, UUID);
    assert.equal(version.hardware, '60');
  });

  it('carry every byte both ways', async () => {
    const link = await open();
    const bytes = randomBytes(500_000);
    let arrived = Buffer.alloc(0);
    link.onData((chunk) => (arrived = Buffer.concat([arrived, chunk])));
    const writing = link.write(bytes);
    device.send(bytes);
    await writing;
    while (device.received.length < bytes.length || arrived.length < bytes.length)
      await sleep(systemClock, 5);
    assert.ok(device.received.equals(bytes));
    assert.ok(arrived.equals(bytes));
  });

  it('tell an open port from silence, and strangers from controllers', async () => {
    const session = new Session(await open(), systemClock);
    await assert.rejects(session.request(fwVersion(), { timeout_ms: 100 }), code('no-answer'));
    device.onPayload = () => device.send(Buffer.from('ok\r\n'));
    const stranger = session.request(fwVersion(), { timeout_ms: 100 });
    await assert.rejects(stranger, code('not-a-controller', { bytes: 4 }));
  });

  it('end when the device is unplugged while nothing goes on', async () => {
    const session = new Session(await open(), systemClock);
    const closed = new Promise<VescError>((resolve) => session.onClose(resolve));
    await sleep(systemClock, 50);
    await device.unplug();
    assert.equal((await closed).code, 'link-closed');
    assert.equal(session.isOpen, false);
  });

  it('end when the device is unplugged during a request', async () => {
    const session = new Session(await open(), systemClock);
    device.onPayload = () => void device.unplug();
    await assert.rejects(session.request(fwVersion(), { timeout_ms: 15_000 }), code('link-closed'));
  });

  it('end when the device hangs up before the first read', async () => {
    for (let i = 0; i < 3; i++) {
      const opening = open();
      void opening.catch(() => undefined);
      await Promise.resolve();
      const unplugged = device.unplug();
      // Whether the hang-up comes before, in or after the opening is a race: all three end well.
      const link = await opening.catch((error: unknown) => {
        code('port-not-found')(error);
        return undefined;
      });
      await unplugged;
      if (link?.isOpen) await closeOf(link);
      await device.dispose();
      device = await PtyDevice.plugIn();
    }
  });

  it('belong to one owner, who is named', async () => {
    await open();
    await assert.rejects(open(), code('port-busy', { path: device.path, holder: 'this program' }));
  });

  it('name the other program that holds the port', async function () {
    if (process.platform !== 'linux') this.skip();
    const { told, child } = await openElsewhere();
    assert.deepEqual(told, { open: true });
    const busy = await open().catch((error: unknown) => error as VescError<'port-busy'>);
    assert.ok('code' in busy);
    assert.equal(busy.code, 'port-busy');
    assert.match(busy.happened, new RegExp(`in use by node \\(pid ${child.pid}\\)`));
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.ok((await open()).isOpen);
  });

  it('can be opened again at once after they were closed', async () => {
    for (let i = 0; i < 10; i++) {
      const link = await open();
      link.dispose();
    }
  });

  it('say when there is no port', async () => {
    await assert.rejects(open(`${device.path}9`), code('port-not-found', { path: `${device.path}9` }));
  });

  it('say when this user may not open the port, and name the group that may', async function () {
    if (process.getuid?.() === undefined) this.skip();
    const nobody = process.getuid() === 0 ? 65_534 : undefined;
    chmodSync(device.ttyPath, 0o060);
    assert.equal(statSync(device.ttyPath).mode & 0o777, 0o060);
    const { told } = await openElsewhere(nobody);
    assert.equal(told.code, 'port-permission');
    const group = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((line) => line.split(':')[2] === String(statSync(device.ttyPath).gid));
    assert.equal(told.details?.group, group?.split(':')[0]);
  });

  it('are found again by UUID after the controller restarted at another port', async () => {
    const pool = new SessionPool(opener, systemClock);
    const paths = [device.path];
    device.onPayload = () => device.reply(...VERSION);
    const candidates = () => Promise.resolve(paths.map((path) => parseLinkAddress(path)));
    const options = { pool, clock: systemClock, uuid: UUID, deadline_ms: 15_000, candidates };
    const first = await findController(options);
    await device.unplug();
    const second = await PtyDevice.plugIn();
    try {
      second.onPayload = () => second.reply(...VERSION);
      systemClock.schedule(500, () => paths.push(second.path));
      const again = await findController(options);
      assert.deepEqual(again.lease.session.address, parseLinkAddress(second.path));
      first.lease.dispose();
      again.lease.dispose();
    } finally {
      pool.dispose();
      await second.dispose();
    }
  });

  describe('in the list of ports', () => {
    const path = process.env['PATH'];
    afterEach(() => (process.env['PATH'] = path));

    it('show what udev knows, and who uses them', async function () {
      if (process.platform !== 'linux') this.skip();
      const bin = join(device.folderPath, 'bin');
      mkdirSync(bin);
      const lines = [
        'P: /devices/virtual/tty/ttyACM0',
        `N: ${device.path.replace('/dev/', '')}`,
        `E: DEVNAME=${device.path}`,
        'E: SUBSYSTEM=tty',
        'E: ID_VENDOR_ID=0483',
        'E: ID_MODEL_ID=5740',
        'E: ID_VENDOR_ENC=STMicroelectronics',
        'E: ID_SERIAL_SHORT=304',
      ];
      writeFileSync(join(bin, 'udevadm'), `#!/bin/sh\ncat <<'END'\n${lines.join('\n')}\nEND\n`, {
        mode: 0o755,
      });
      process.env['PATH'] = `${bin}:${path}`;
      await open();
      const [first] = await listPorts();
      assert.deepEqual(first, {
        path: device.path,
        kind: 'usb',
        likelyVesc: true,
        vendorId: '0483',
        productId: '5740',
        manufacturer: 'STMicroelectronics',
        serialNumber: '304',
        inUseBy: 'this program',
      });
    });

    it('are not needed where udevadm is missing', async () => {
      process.env['PATH'] = device.folderPath;
      assert.ok(Array.isArray(await listPorts()));
    });
  });
});
