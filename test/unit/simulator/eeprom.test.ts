import assert from 'node:assert/strict';
import fc from 'fast-check';
import { FLASH_SIZE } from '../../../src/image/flashMap';
import { Eeprom, SettingKind } from '../../../src/simulator/eeprom';
import { Flash, PowerCut } from '../../../src/simulator/flash';

const blob = (fill: number, length = 488): Uint8Array => new Uint8Array(length).fill(fill);

function formatted(): { flash: Flash; eeprom: Eeprom } {
  const flash = new Flash();
  const eeprom = new Eeprom(flash);
  eeprom.format();
  return { flash, eeprom };
}

describe('settings in flash', () => {
  it('need formatting where an image of zeros or of ones was written over them', () => {
    assert.equal(new Eeprom(new Flash()).isFormatted, false);
    assert.equal(new Eeprom(new Flash(new Uint8Array(FLASH_SIZE))).isFormatted, false);
    const { eeprom } = formatted();
    assert.equal(eeprom.isFormatted, true);
    assert.equal(eeprom.read(SettingKind.mcconf), undefined);
  });

  it('keep the newest of each kind, through any number of writes', () => {
    const { eeprom } = formatted();
    const kinds = Object.values(SettingKind);
    const write = fc.record({ kind: fc.constantFrom(...kinds), fill: fc.nat(255) });
    fc.assert(
      fc.property(fc.array(write, { minLength: 1, maxLength: 60 }), (writes) => {
        for (const { kind, fill } of writes) eeprom.write(kind, blob(fill));
        for (const kind of kinds) {
          const last = writes.findLast((one) => one.kind === kind);
          if (last) assert.deepEqual(eeprom.read(kind), blob(last.fill));
        }
        assert.equal(eeprom.isFormatted, true);
      }),
      { numRuns: 30 },
    );
  });

  it('are not written again when nothing changed', () => {
    const { flash, eeprom } = formatted();
    eeprom.write(SettingKind.mcconf, blob(1));
    const before = flash.operations;
    assert.equal(eeprom.write(SettingKind.mcconf, blob(1)), 0);
    assert.equal(flash.operations, before);
  });

  it('survive a power cut in the middle of a write as they were', () => {
    const { flash, eeprom } = formatted();
    eeprom.write(SettingKind.appconf, blob(1));
    flash.cutPower = () => true;
    assert.throws(() => eeprom.write(SettingKind.appconf, blob(2)), PowerCut);
    flash.cutPower = undefined;
    assert.deepEqual(eeprom.read(SettingKind.appconf), blob(1));
    eeprom.write(SettingKind.appconf, blob(3));
    assert.deepEqual(eeprom.read(SettingKind.appconf), blob(3));
  });
});
