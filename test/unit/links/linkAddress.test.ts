import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LinkAddress } from '../../../src/links/link';
import { formatLinkAddress, parseLinkAddress, sameAddress } from '../../../src/links/linkAddress';
import { code } from './scriptedDevice';

describe('a link address', () => {
  const forms: [text: string, address: LinkAddress][] = [
    ['sim:', { kind: 'simulated', name: '' }],
    ['SIM:bench', { kind: 'simulated', name: 'bench' }],
    ['emu:build/60/60.bin?speed=2', { kind: 'emulated', name: 'build/60/60.bin?speed=2' }],
    ['tcp://192.168.4.1', { kind: 'tcp', host: '192.168.4.1', port: 65_102 }],
    ['tcp://Scooter.local:4000/', { kind: 'tcp', host: 'scooter.local', port: 4000 }],
    ['tcp:127.0.0.1:4000', { kind: 'tcp', host: '127.0.0.1', port: 4000 }],
    ['tcp://[::1]:65102', { kind: 'tcp', host: '::1', port: 65_102 }],
    [' /dev/ttyACM0 ', { kind: 'serial', path: '/dev/ttyACM0', baudRate: 115_200 }],
    ['com5', { kind: 'serial', path: 'COM5', baudRate: 115_200 }],
    ['/tmp/my port', { kind: 'serial', path: '/tmp/my port', baudRate: 115_200 }],
  ];
  for (const [text, address] of forms) {
    it(`is read from "${text}"`, () => assert.deepEqual(parseLinkAddress(text), address));
  }

  it('takes the baud rate that goes with it', () => {
    assert.deepEqual(parseLinkAddress('/dev/ttyUSB0', 921_600), {
      kind: 'serial',
      path: '/dev/ttyUSB0',
      baudRate: 921_600,
    });
  });

  for (const text of [
    '',
    '  ',
    'emu:',
    'emu:?speed=1',
    'tcp://',
    'tcp://host:0',
    'tcp://host:70000',
    'tcp://a b',
    'tcp://::1',
    'udp://host',
  ]) {
    it(`is not "${text}"`, () => assert.throws(() => parseLinkAddress(text), code('bad-address', { text })));
  }

  it('reads back what it writes', () => {
    const address = fc.oneof(
      fc.record({ kind: fc.constant('simulated' as const), name: fc.stringMatching(/^[a-z0-9-]*$/) }),
      fc.record({ kind: fc.constant('emulated' as const), name: fc.stringMatching(/^[a-z0-9/.-]+$/) }),
      fc.record({
        kind: fc.constant('tcp' as const),
        host: fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6()).map((host) => host.toLowerCase()),
        port: fc.integer({ min: 1, max: 65_535 }),
      }),
      fc.record({
        kind: fc.constant('serial' as const),
        path: fc.stringMatching(/^\/dev\/[a-zA-Z0-9.-]+$/),
        baudRate: fc.constant(115_200),
      }),
    );
    fc.assert(
      fc.property(address, (one) => assert.deepEqual(parseLinkAddress(formatLinkAddress(one)), { ...one })),
    );
  });

  it('is the same only when it leads there in the same way', () => {
    const port = parseLinkAddress('/dev/ttyUSB0');
    assert.ok(sameAddress(port, parseLinkAddress('/dev/ttyUSB0')));
    assert.ok(!sameAddress(port, parseLinkAddress('/dev/ttyUSB1')));
    assert.ok(!sameAddress(port, parseLinkAddress('/dev/ttyUSB0', 9600)));
    assert.ok(!sameAddress({ kind: 'simulated', name: 'x' }, { kind: 'serial', path: 'sim:x', baudRate: 1 }));
    assert.ok(sameAddress(parseLinkAddress('tcp://HOST'), parseLinkAddress('tcp://host:65102')));
    assert.ok(!sameAddress(parseLinkAddress('tcp://host:1'), parseLinkAddress('tcp://host:2')));
  });
});
