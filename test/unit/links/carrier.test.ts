import assert from 'node:assert/strict';
import { carrierOf } from '../../../src/links/carrier';
import { parseLinkAddress } from '../../../src/links/linkAddress';

describe('what carries bytes to a controller', () => {
  const ports = [
    { path: '/dev/ttyACM0', vendorId: '0483', productId: '5740' },
    { path: '/dev/ttyACM1', vendorId: '303a', productId: '1001' },
    { path: '/dev/ttyUSB0', vendorId: '10c4', productId: 'ea60' },
    { path: 'COM5', vendorId: '0483', productId: '5740' },
    { path: '/dev/ttyS0' },
  ];
  const links = new Map([['/dev/serial/by-id/usb-STMicroelectronics_ChibiOS-if00', '/dev/ttyACM0']]);
  const dependencies = {
    listPorts: () => Promise.resolve(ports),
    resolve: (path: string) => {
      const target =
        links.get(path) ?? ports.find((port) => port.path === path && path.startsWith('/'))?.path;
      return target === undefined ? Promise.reject(new Error('no such file')) : Promise.resolve(target);
    },
  };
  const of = (text: string) => carrierOf(parseLinkAddress(text), dependencies);

  it('is USB where the port has the identity of a controller, whatever the port is called', async () => {
    for (const path of ['/dev/ttyACM0', 'COM5', ...links.keys(), 'sim:']) assert.equal(await of(path), 'usb');
  });

  it('is nothing to rely on for a UART adapter, an Express, and ports nobody knows', async () => {
    const paths = ['/dev/ttyUSB0', '/dev/ttyACM1', '/dev/ttyS0', '/dev/pts/3'];
    for (const path of paths) assert.equal(await of(path), 'other');
    const blind = { ...dependencies, listPorts: () => Promise.reject(new Error('no list')) };
    assert.equal(await carrierOf(parseLinkAddress('/dev/ttyACM0'), blind), 'other');
  });

  it('is a network over TCP', async () => {
    assert.equal(await of('tcp://192.168.4.1'), 'network');
  });

  it('is asked of this computer by default', async () => {
    assert.equal(await carrierOf(parseLinkAddress('/dev/no-such-port')), 'other');
  });
});
