import assert from 'node:assert/strict';
import * as flashMap from '../../../src/image/flashMap';

describe('flash map', () => {
  it('has the twelve sectors of the STM32F405, without a gap', () => {
    const { SECTORS, FLASH_ADDRESS, FLASH_SIZE } = flashMap;
    assert.deepEqual(
      SECTORS.map((sector) => sector.address.toString(16)),
      // The table of facts 3.1.
      ['8000000', '8004000', '8008000', '800c000', '8010000', '8020000'].concat([
        '8040000',
        '8060000',
        '8080000',
        '80a0000',
        '80c0000',
        '80e0000',
      ]),
    );
    const last = SECTORS.at(-1)!;
    assert.equal(last.address + last.size_B, FLASH_ADDRESS + FLASH_SIZE);
    SECTORS.forEach((sector, index) => assert.equal(sector.index, index));
  });

  it('lets the bootloader begin where the staging area ends', () => {
    assert.equal(flashMap.STAGING_ADDRESS + flashMap.STAGING_SIZE, flashMap.BOOTLOADER_ADDRESS);
    assert.equal(flashMap.APP_ADDRESS + flashMap.APP_SIZE, flashMap.STAGING_ADDRESS);
  });

  it('knows the lengths of images', () => {
    assert.equal(flashMap.IMAGE_LENGTH, 524_280);
    assert.equal(flashMap.IMAGE_LENGTH_5_03, 393_208);
  });
});
