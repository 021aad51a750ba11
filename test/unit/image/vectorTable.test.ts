import assert from 'node:assert/strict';
import {
  checkAppVectors,
  isStackInRam,
  readVectors,
  startsInApp,
  startsInBootloader,
} from '../../../src/image/vectorTable';
import { APP_SIZE_5_03 } from '../../../src/image/flashMap';
import { fromHex } from '../../../src/protocol/bytes';

/** The first two words of a program. */
function vectors(stackPointer: number, resetVector: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, stackPointer, true);
  view.setUint32(4, resetVector, true);
  return bytes;
}

describe('vector table', () => {
  it('is two little-endian words', () => {
    assert.deepEqual(readVectors(fromHex('0008002001c00008ff')), {
      stackPointer: 0x2000_0800,
      resetVector: 0x0800_c001,
    });
    assert.equal(readVectors(fromHex('0008002001c000')), undefined);
  });

  it('wants the stack in RAM, whose end it may start at', () => {
    for (const good of [0x2000_0004, 0x2000_0800, 0x2002_0000, 0x1000_0004, 0x1001_0000]) {
      assert.ok(isStackInRam(good), good.toString(16));
    }
    for (const bad of [0, 0x2000_0000, 0x2002_0004, 0x1000_0000, 0x1001_0004, 0x0800_0000, 0xffff_ffff]) {
      assert.ok(!isStackInRam(bad), bad.toString(16));
    }
  });

  it('wants a Thumb address in the application, but not among its settings', () => {
    for (const good of [0x0800_0189, 0x0800_3fff, 0x0800_c001, 0x0807_ffff]) {
      assert.ok(startsInApp(good), good.toString(16));
    }
    for (const bad of [0x0800_c000, 0x0800_4001, 0x0800_bfff, 0x0808_0001, 0x07ff_ffff, 0xffff_ffff, 0]) {
      assert.ok(!startsInApp(bad), bad.toString(16));
    }
    assert.ok(!startsInApp(0x0806_0001, APP_SIZE_5_03));
  });

  it('knows the sector of the bootloader', () => {
    assert.ok(startsInBootloader(0x080e_0001));
    assert.ok(startsInBootloader(0x080f_ffff));
    assert.ok(!startsInBootloader(0x080e_0000));
    assert.ok(!startsInBootloader(0x080d_ffff));
    assert.ok(!startsInBootloader(0x0810_0001));
  });

  it('complains of all it finds', () => {
    const codes = (bytes: Uint8Array): string[] => checkAppVectors(bytes, 'x').map((error) => error.code);
    assert.deepEqual(codes(vectors(0x2000_0800, 0x0800_c001)), []);
    assert.deepEqual(codes(vectors(0, 0x0800_c000)), ['image-stack-pointer', 'image-reset-vector']);
    assert.deepEqual(codes(vectors(0x2000_0800, 0x080e_0201)), ['image-is-bootloader']);
    assert.deepEqual(codes(new Uint8Array(7)), []);
    const [error] = checkAppVectors(vectors(0x2000_0800, 0x0810_0001), 'x.bin');
    assert.match(error!.message, /x\.bin would start at 0x08100001/);
    assert.match(checkAppVectors(vectors(0xa, 0x0800_c001), 'x')[0]!.message, /0x0000000A/);
  });
});
