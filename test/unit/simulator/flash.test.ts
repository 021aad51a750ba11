import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FLASH_ADDRESS, FLASH_SIZE, SECTORS, STAGING_ADDRESS } from '../../../src/image/flashMap';
import { Flash, PowerCut } from '../../../src/simulator/flash';

const bytes = (...values: readonly number[]): Uint8Array => Uint8Array.from(values);

describe('flash', () => {
  it('is erased at first, 1 MiB of it', () => {
    const flash = new Flash();
    assert.equal(flash.content.length, FLASH_SIZE);
    assert.ok(flash.isErased(FLASH_ADDRESS, FLASH_SIZE));
  });

  it('clears bits only; the chip keeps the others without a word', () => {
    const flash = new Flash();
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(1000), (data, offset) => {
        const address = STAGING_ADDRESS + offset;
        const old = flash.read(address, data.length).slice();
        assert.equal(flash.program(address, data).ok, true);
        assert.deepEqual(
          flash.read(address, data.length).slice(),
          old.map((byte, index) => byte & data[index]!),
        );
      }),
    );
  });

  it('strictly, refuses at the first bit that would have to be set', () => {
    const flash = new Flash(undefined, 'strict');
    assert.equal(flash.program(STAGING_ADDRESS, bytes(0x0f, 0x0f)).ok, true);
    assert.equal(flash.program(STAGING_ADDRESS, bytes(0x0f, 0x0f)).ok, true);
    assert.equal(flash.program(STAGING_ADDRESS, bytes(0x0e, 0xf0, 0x00)).ok, false);
    assert.deepEqual([...flash.read(STAGING_ADDRESS, 3)], [0x0e, 0x00, 0xff]);
  });

  it('refuses addresses outside, which wrap at 2^32', () => {
    const flash = new Flash();
    assert.equal(flash.program(FLASH_ADDRESS + FLASH_SIZE, bytes(0)).ok, false);
    assert.equal(flash.program(FLASH_ADDRESS - 1, bytes(0)).ok, false);
    assert.equal(flash.program(0xffff_ffff, bytes(0, 0)).ok, false);
    assert.ok(flash.isErased(FLASH_ADDRESS, FLASH_SIZE));
  });

  it('erases exactly one sector, in the time its size takes', () => {
    const flash = new Flash(new Uint8Array(FLASH_SIZE));
    const durations = SECTORS.map(({ index, address, size_B }) => {
      const { duration_ms } = flash.erase(index);
      assert.ok(flash.isErased(address, size_B));
      assert.equal(flash.content.lastIndexOf(0xff), address - FLASH_ADDRESS + size_B - 1);
      return duration_ms;
    });
    assert.deepEqual(durations, [250, 250, 250, 250, 550, 1000, 1000, 1000, 1000, 1000, 1000, 1000]);
  });

  it('takes 16 µs a byte', () => {
    assert.equal(new Flash().program(STAGING_ADDRESS, new Uint8Array(1000)).duration_ms, 16);
  });

  it('is half done when the power is cut in an operation', () => {
    const flash = new Flash();
    const seen: number[] = [];
    flash.cutPower = ({ index }) => {
      seen.push(index);
      return index === 1;
    };
    flash.program(STAGING_ADDRESS, bytes(1, 2));
    assert.throws(() => flash.program(STAGING_ADDRESS + 2, bytes(3, 4, 5, 6)), PowerCut);
    assert.deepEqual([...flash.read(STAGING_ADDRESS, 6)], [1, 2, 3, 4, 0xff, 0xff]);
    assert.deepEqual(seen, [0, 1]);

    const full = new Flash(new Uint8Array(FLASH_SIZE));
    full.cutPower = () => true;
    assert.throws(() => full.erase(8), PowerCut);
    assert.equal(full.read(STAGING_ADDRESS, 0x20000).filter((byte) => byte === 0xff).length, 0x10000);
  });

  it('counts operations from where it is told to', () => {
    const flash = new Flash();
    flash.erase(3);
    flash.startCounting();
    assert.equal(flash.operations, 0);
    flash.program(FLASH_ADDRESS, bytes(1));
    assert.equal(flash.operations, 1);
  });
});
