import assert from 'node:assert/strict';
import { appCrc, stm32Crc } from '../../../src/image/appCrc';
import { EEPROM_END_OFFSET, EEPROM_OFFSET, IMAGE_LENGTH } from '../../../src/image/flashMap';
import { fromHex } from '../../../src/protocol/bytes';
import vectors from '../../data/vesc-vectors.json';

const hex = (crc: number): string => crc.toString(16).toUpperCase().padStart(8, '0');

function ruleImage(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i >= length - 8 ? 0xff : (i * 7 + (i >> 8)) & 0xff));
}

describe('app CRC', () => {
  for (const { words_le, crc } of vectors.stm32_crc32) {
    it(`of ${words_le.join(' ')} is ${crc}`, () => {
      // The vectors name words by their value; in memory the lowest byte comes first.
      const bytes = words_le.map((word) => fromHex(word).reverse());
      assert.equal(hex(stm32Crc(Uint8Array.from(bytes.flatMap((word) => [...word])))), crc);
    });
  }

  it('of a 6.x image is what the firmware computes', () => {
    const { len_6x_7x, app_crc_6x_7x } = vectors.synthetic_image;
    assert.equal(hex(appCrc(ruleImage(len_6x_7x))), app_crc_6x_7x);
  });

  it('of a 5.03 image stops at the end of its smaller area', () => {
    const { len_5_03, app_crc_5_03 } = vectors.synthetic_image;
    assert.equal(hex(appCrc(ruleImage(len_5_03))), app_crc_5_03);
  });

  it('does not change with the settings sectors or with crcinfo, but with every other byte', () => {
    const image = ruleImage(IMAGE_LENGTH);
    const before = appCrc(image);
    image.fill(0xaa, EEPROM_OFFSET, EEPROM_END_OFFSET);
    image.fill(0, IMAGE_LENGTH - 8);
    assert.equal(appCrc(image), before);
    for (const at of [0, EEPROM_OFFSET - 1, EEPROM_END_OFFSET, IMAGE_LENGTH - 9]) {
      const changed = image.slice();
      changed[at]! ^= 1;
      assert.notEqual(appCrc(changed), before, `byte ${at}`);
    }
  });

  it('gives nothing when it is fed back behind what it was computed of', () => {
    const image = ruleImage(64);
    const crc = stm32Crc(image);
    const word = new Uint8Array(4);
    new DataView(word.buffer).setUint32(0, crc, true);
    assert.equal(stm32Crc(word, crc), 0);
  });
});
