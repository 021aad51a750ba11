import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { systemClock } from '../../src/base/clock';
import { stampImage } from '../../src/image/buildStamp';
import { stage } from '../../src/image/stagingHeader';
import { formatLinkAddress } from '../../src/links/linkAddress';
import { CommandId } from '../../src/protocol/commandId';
import { SimulatedController } from '../../src/simulator/simulatedController';
import { type Server, serveTcp } from '../../src/simulator/tcpServer';
import { Bench, buildCli } from '../cli/vesc';
import { syntheticBootloader, syntheticImage } from '../support/syntheticImage';

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
/** Whatever erases, writes or starts anything. */
const DANGEROUS: readonly number[] = [
  CommandId.JUMP_TO_BOOTLOADER,
  CommandId.ERASE_NEW_APP,
  CommandId.WRITE_NEW_APP_DATA,
  CommandId.ERASE_BOOTLOADER,
  CommandId.REBOOT,
];

function changed(bytes: Uint8Array, change: (copy: Uint8Array) => void): Uint8Array {
  const copy = new Uint8Array(bytes);
  change(copy);
  return copy;
}

/** Files that look like an image more or less, and the code each is refused with. */
function badImages(): [name: string, content: Uint8Array, code: string][] {
  const good = syntheticImage({ hardware: '60' });
  const packed = stage(good).bytes;
  const word = (copy: Uint8Array, offset: number, value: number): void =>
    new DataView(copy.buffer).setUint32(offset, value, true);
  return [
    ['empty', new Uint8Array(0), 'image-empty'],
    ['cut off', good.subarray(0, good.length - 4096), 'image-truncated'],
    ['longer than flash', new Uint8Array([...good, ...new Uint8Array(4096)]), 'image-too-long'],
    ['a text', new TextEncoder().encode('<html>Not found</html>\n'.repeat(50)), 'image-is-text'],
    ['a bootloader', syntheticBootloader(), 'image-is-bootloader'],
    ['no stack in RAM', changed(good, (copy) => word(copy, 0, 0x0800_0000)), 'image-stack-pointer'],
    ['no reset vector', changed(good, (copy) => word(copy, 4, 0x0800_c000)), 'image-reset-vector'],
    ['read out of a controller', changed(good, (copy) => copy.fill(0, good.length - 8)), 'image-crc-info'],
    ['packed and damaged', changed(packed, (copy) => (copy[1000]! ^= 1)), 'image-pack-damaged'],
    ['packed twice', stage(packed).bytes, 'image-packed-twice'],
    ['for other hardware', syntheticImage({ hardware: '75_300' }), 'wrong-hardware'],
    [
      'changed after it was stamped',
      changed(stampImage(good, sha256).bytes, (copy) => (copy[0x2_0000]! ^= 1)),
      'image-altered',
    ],
  ];
}

describe('bad images are refused by vesc flash before anything is sent that changes the controller', () => {
  let bench: Bench;
  let controller: SimulatedController;
  let server: Server;
  const sent: number[] = [];

  before(async () => {
    buildCli();
    bench = new Bench();
    controller = new SimulatedController({ speedFactor: 0 }, systemClock);
    controller.interference = ({ direction, payload }) => {
      if (direction === 'to-controller') sent.push(payload[0]!);
      return undefined;
    };
    server = await serveTcp(controller, { port: 0 });
  });
  after(async () => {
    server.dispose();
    controller.dispose();
    await bench.dispose();
  });

  for (const [name, content, code] of badImages()) {
    it(`${name}: ${code}`, async () => {
      const operations = controller.flash.operations;
      sent.length = 0;
      const file = bench.file(`${code}.bin`, content);
      const run = await bench.run(['flash', file, '--json', '--port', formatLinkAddress(server.address)]);
      assert.deepEqual([run.status, run.result['verdict'], run.error.code], [4, 'refused', code], run.stdout);
      assert.deepEqual(
        sent.filter((id) => DANGEROUS.includes(id)),
        [],
      );
      assert.equal(controller.flash.operations, operations);
    });
  }

  it('and a good one is not, over the same line', async () => {
    const run = await bench.run([
      ...['flash', bench.image('60.bin'), '--json'],
      ...['--port', formatLinkAddress(server.address)],
    ]);
    assert.deepEqual([run.status, run.result['verdict']], [0, 'updated']);
    assert.ok(DANGEROUS.slice(0, 3).every((id) => sent.includes(id)));
  });
});
