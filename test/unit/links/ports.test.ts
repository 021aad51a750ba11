import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isPhantomUart, readDeviceFiles } from '../../../src/links/deviceFiles';
import { listPorts, type PortListDependencies, usable } from '../../../src/links/ports';

const nothing: PortListDependencies = {
  list: () => Promise.resolve([]),
  deviceFiles: () => Promise.resolve([]),
  holders: () => Promise.resolve(new Map()),
  ownPid: 1,
};

describe('the list of ports', () => {
  it('begins with what is likely a controller', async () => {
    const list = [
      { path: '/dev/ttyS0' },
      { path: 'COM1' },
      { path: '/dev/ttyUSB10' },
      { path: '/dev/ttyUSB2', vendorId: '1A86', productId: '7523', manufacturer: '1a86' },
      { path: '/dev/ttyACM3', vendorId: '303A', productId: '1001', manufacturer: 'Espressif' },
      { path: '/dev/ttyACM2', manufacturer: 'STMicroelectronics.' },
      { path: '/dev/ttyACM1', vendorId: '0483', productId: '374b', manufacturer: 'STMicroelectronics' },
      { path: '/dev/ttyACM0', vendorId: '483', productId: '5740', serialNumber: '304' },
    ];
    const ports = await listPorts({ ...nothing, list: () => Promise.resolve(list) });
    assert.deepEqual(
      ports.map(({ path, kind, likelyVesc }) => [path, kind, likelyVesc]),
      [
        ['/dev/ttyACM0', 'usb', true],
        ['/dev/ttyACM2', 'usb', true],
        ['/dev/ttyACM3', 'usb', true],
        ['/dev/ttyACM1', 'usb', false],
        ['/dev/ttyUSB2', 'usb', false],
        ['/dev/ttyUSB10', 'usb', false],
        ['/dev/ttyS0', 'uart', false],
        ['COM1', 'unknown', false],
      ],
    );
    assert.deepEqual(ports[0], {
      path: '/dev/ttyACM0',
      kind: 'usb',
      likelyVesc: true,
      vendorId: '0483',
      productId: '5740',
      serialNumber: '304',
    });
    assert.deepEqual(ports[7], { path: 'COM1', kind: 'unknown', likelyVesc: false });
  });

  it('does not take another maker’s product 5740 for a controller', async () => {
    const list = [
      { path: 'COM3', vendorId: '1234', productId: '5740' },
      { path: 'COM4', productId: '5740' },
    ];
    const ports = await listPorts({ ...nothing, list: () => Promise.resolve(list) });
    assert.deepEqual(
      ports.map((port) => [port.path, port.likelyVesc]),
      [
        ['COM4', true],
        ['COM3', false],
      ],
    );
  });

  it('puts together what the library and the files know', async () => {
    const ports = await listPorts({
      ...nothing,
      list: () => Promise.resolve([{ path: '/dev/ttyACM0', manufacturer: 'ST', vendorId: undefined }]),
      deviceFiles: () =>
        Promise.resolve([
          { path: '/dev/ttyACM0', manufacturer: 'other', vendorId: '0483', productId: '5740' },
          { path: '/dev/ttyACM1' },
        ]),
    });
    assert.deepEqual(
      ports.map(({ path, manufacturer, vendorId }) => [path, manufacturer, vendorId]),
      [
        ['/dev/ttyACM0', 'ST', '0483'],
        ['/dev/ttyACM1', undefined, undefined],
      ],
    );
  });

  it('does without what cannot be asked', async () => {
    const no = (): Promise<never> => Promise.reject(new Error('spawn udevadm ENOENT'));
    const files = () => Promise.resolve([{ path: '/dev/ttyACM0' }]);
    const ports = await listPorts({ list: no, deviceFiles: files, holders: no });
    assert.deepEqual(ports, [{ path: '/dev/ttyACM0', kind: 'usb', likelyVesc: false }]);
    assert.deepEqual(await listPorts({ list: no, deviceFiles: no, holders: no }), []);
  });

  it('tells who has a port open', async () => {
    const ports = await listPorts({
      ...nothing,
      list: () => Promise.resolve([{ path: 'a' }, { path: 'b' }, { path: 'c' }]),
      holders: () =>
        Promise.resolve(
          new Map([
            ['a', { pid: 7, name: 'ModemManager' }],
            ['b', { pid: 1, name: 'node' }],
          ]),
        ),
    });
    assert.deepEqual(
      ports.map((port) => port.inUseBy),
      ['ModemManager (pid 7)', 'this program', undefined],
    );
  });

  it('asks the computer itself without failing', async () => {
    assert.ok(Array.isArray(await listPorts()));
  });
});

describe('device files', () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'vesc-root-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  function file(path: string, content = ''): string {
    const whole = join(root, path);
    mkdirSync(dirname(whole), { recursive: true });
    writeFileSync(whole, content);
    return whole;
  }

  function link(path: string, target: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync(join(root, target), join(root, path));
  }

  it('show the serial ports of Linux and their USB identity', async () => {
    for (const name of ['ttyACM0', 'ttyUSB1', 'ttyAMA0', 'serial0', 'tty1', 'ttyS0', 'null'])
      file(`dev/${name}`);
    const device = 'sys/devices/usb1/1-2';
    file(`${device}/1-2:1.0/bInterfaceClass`, '02\n');
    file(`${device}/idVendor`, '0483\n');
    file(`${device}/idProduct`, '5740\n');
    file(`${device}/manufacturer`, 'STMicroelectronics\n');
    file(`${device}/serial`, '304\n');
    link('sys/class/tty/ttyACM0/device', `${device}/1-2:1.0`);
    const ports = await readDeviceFiles('linux', root);
    assert.deepEqual(
      ports.map((port) => port.path.slice(root.length)),
      ['/dev/serial0', '/dev/ttyACM0', '/dev/ttyAMA0', '/dev/ttyUSB1'],
    );
    assert.deepEqual(ports[1], {
      path: join(root, 'dev/ttyACM0'),
      vendorId: '0483',
      productId: '5740',
      manufacturer: 'STMicroelectronics',
      serialNumber: '304',
    });
  });

  it('take the maker from the names that udev gave', async () => {
    for (const name of ['ttyACM0', 'special']) file(`dev/${name}`);
    const byId = 'dev/serial/by-id';
    link(`${byId}/usb-STMicroelectronics_ChibiOS_RT_Virtual_COM_Port_304-if00`, 'dev/ttyACM0');
    link(`${byId}/usb-Maker_of-if00`, 'dev/special');
    link(`${byId}/odd`, 'dev/special');
    link(`${byId}/usb-broken_x-if00`, 'dev/none');
    assert.deepEqual(await readDeviceFiles('linux', root), [
      { path: join(root, 'dev/ttyACM0'), manufacturer: 'STMicroelectronics' },
      { path: join(root, 'dev/special'), manufacturer: 'Maker' },
    ]);
  });

  it('are those for calling out on macOS, and none on Windows', async () => {
    for (const name of ['cu.usbmodem304', 'tty.usbmodem304', 'ttyACM0']) file(`dev/${name}`);
    assert.deepEqual(await readDeviceFiles('darwin', root), [{ path: join(root, 'dev/cu.usbmodem304') }]);
    assert.deepEqual(await readDeviceFiles('win32', root), []);
    assert.deepEqual(await readDeviceFiles('linux', join(root, 'none')), []);
  });

  it('without a chip behind them are left out of the library’s list', async () => {
    file('sys/class/tty/ttyS0/type', '4\n');
    file('sys/class/tty/ttyS1/type', '0\n');
    assert.equal(await isPhantomUart('/dev/ttyS1', root), true);
    assert.deepEqual(
      await usable(
        ['/dev/ttyS0', '/dev/ttyS1', '/dev/ttyS2', '/dev/tty.usbmodem304', 'COM3'].map((path) => ({ path })),
        root,
      ),
      ['/dev/ttyS0', '/dev/ttyS2', '/dev/cu.usbmodem304', 'COM3'].map((path) => ({ path })),
    );
  });
});
