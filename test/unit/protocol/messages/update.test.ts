import assert from 'node:assert/strict';
import fc from 'fast-check';
import * as update from '../../../../src/protocol/messages/update';
import { exchange, refuses, sends } from './exchange';

const data = Uint8Array.of(0xaa, 0xbb, 0xcc);

describe('writing into the staging area', () => {
  it('takes only the answer with its own offset', () => {
    exchange(update.writeStaging(384, data), '03 00000180 aabbcc', '03 01 00000180', {
      ok: true,
      offset: 384,
    });
    exchange(update.writeStaging(384, data), '03 00000180 aabbcc', '03 00 00000180', {
      ok: false,
      offset: 384,
    });
    refuses(update.writeStaging(384, data), '03 01 00000000', '03 01 000001', '02 01', '03');
  });

  it('never leaves the area', () => {
    update.writeStaging(update.STAGING_SIZE - 3, data);
    assert.throws(() => update.writeStaging(update.STAGING_SIZE - 2, data), RangeError);
    assert.throws(() => update.writeStaging(-1, data), /writing 3 bytes at -1 leaves the 393216 bytes/);
    assert.throws(() => update.writeStaging(1.5, data), RangeError);
    assert.throws(() => update.writeStaging(NaN, data), RangeError);
    assert.throws(() => update.writeStaging(0x100000000, data), RangeError);
    fc.assert(
      fc.property(fc.integer(), fc.nat(600), (offset, length) => {
        const fits = offset >= 0 && offset + length <= 0x60000 && length <= 507;
        const write = (): unknown => update.writeStaging(offset, new Uint8Array(length));
        if (fits) write();
        else assert.throws(write, RangeError);
      }),
    );
  });

  it('fills a payload of 512 bytes at the most, also when forwarded', () => {
    assert.equal(update.writeStaging(0, new Uint8Array(update.MAX_WRITE_PAYLOAD)).payload.length, 512);
    assert.equal(update.MAX_FORWARDED_WRITE_PAYLOAD, update.MAX_WRITE_PAYLOAD - 2);
    assert.throws(() => update.writeStaging(0, new Uint8Array(508)), /508 bytes do not fit one write/);
  });

  it('of an Express module is answered with an offset behind the header', () => {
    exchange(update.writeStagingExpress(0, data), '03 00000000 aabbcc', '03 01 00000000', {
      ok: true,
      offset: 0,
    });
    exchange(update.writeStagingExpress(384, data), '03 00000180 aabbcc', '03 01 0000017a', {
      ok: true,
      offset: 384,
    });
    refuses(update.writeStagingExpress(384, data), '03 01 00000180');
    update.writeStagingExpress(0x400000, data);
    assert.throws(() => update.writeStagingExpress(0x400004, data), RangeError);
  });

  it('compressed counts what the data becomes', () => {
    exchange(update.writeStagingLzo(768, 384, data), '51 00000300 0180 aabbcc', '03 01 00000300', {
      ok: true,
      offset: 768,
    });
    update.writeStagingLzo(update.STAGING_SIZE - 384, 384, data);
    assert.throws(() => update.writeStagingLzo(update.STAGING_SIZE - 383, 384, data), RangeError);
    assert.throws(() => update.writeStagingLzo(0, 600, new Uint8Array(506)), /508 bytes do not fit/);
  });
});

describe('writing the bootloader', () => {
  it('knows where the bootloader of each kind of device begins', () => {
    assert.deepEqual(update.BOOTLOADER_OFFSETS, { vesc: 393216, bms: 122880, module: 57344, hm1: 122880 });
    assert.equal(update.BOOTLOADER_SIZE, 131072);
    assert.equal(update.STAGING_SIZE, 393216);
  });

  it('counts from the start of its sector', () => {
    exchange(update.writeBootloader(384, data), '03 00060180 aabbcc', '03 01 00060180', {
      ok: true,
      offset: 384,
    });
    refuses(update.writeBootloader(384, data), '03 01 00000180');
    const bms = update.writeBootloader(8, data, update.BOOTLOADER_OFFSETS.bms);
    exchange(bms, '03 0001e008 aabbcc', '03 01 0001e008', { ok: true, offset: 8 });
    update.writeBootloader(update.BOOTLOADER_SIZE - 3, data);
    assert.throws(() => update.writeBootloader(update.BOOTLOADER_SIZE - 2, data), RangeError);
    assert.throws(() => update.writeBootloader(-1, data), RangeError);
  });
});

describe('the other update commands', () => {
  it('erase and start', () => {
    exchange(update.eraseNewApp(524280), '02 0007fff8', '02 01', true);
    exchange(update.eraseNewApp(1), '02 00000001', '02 00', false);
    exchange(update.eraseBootloader(), '49', '49 01', true);
    exchange(update.eraseBootloader(), '49', '49 00', false);
    sends(update.jumpToBootloader(), '01');
    refuses(update.eraseNewApp(1), '02', '03 01');
  });

  it('for all on CAN are answered under the ids of the single ones', () => {
    exchange(update.eraseNewAppAllCan(1000), '3c 000003e8', '02 01', true);
    exchange(update.writeStagingAllCan(384, data), '3d 00000180 aabbcc', '03 01 00000180', {
      ok: true,
      offset: 384,
    });
    exchange(update.writeStagingAllCanLzo(384, 384, data), '52 00000180 0180 aabbcc', '03 00 00000180', {
      ok: false,
      offset: 384,
    });
    exchange(update.eraseBootloaderAllCan(), '4a', '49 01', true);
    sends(update.jumpToBootloaderAllCan(), '3b');
    assert.throws(() => update.writeStagingAllCan(update.STAGING_SIZE, data), RangeError);
    assert.throws(() => update.writeStagingAllCanLzo(update.STAGING_SIZE, 1, data), RangeError);
  });

  it('for named hardware carry its type and name', () => {
    const one = { hardwareType: 1, hardware: 'BMS 2', allCan: false };
    const all = { ...one, hardwareType: 2, allCan: true };
    const written = { ok: true, offset: 8 };
    exchange(update.eraseNewAppHw(one, 1000), '67 01 "BMS 2" 00 000003e8', '02 01', true);
    exchange(update.eraseNewAppHw(all, 1000), '6b 02 "BMS 2" 00 000003e8', '02 01', true);
    exchange(
      update.writeStagingHw(one, 8, data),
      '68 01 "BMS 2" 00 00000008 aabbcc',
      '03 01 00000008',
      written,
    );
    exchange(
      update.writeStagingHw(all, 8, data),
      '6c 02 "BMS 2" 00 00000008 aabbcc',
      '03 01 00000008',
      written,
    );
    exchange(update.eraseBootloaderHw(one), '69 01 "BMS 2" 00', '49 01', true);
    exchange(update.eraseBootloaderHw(all), '6d 02 "BMS 2" 00', '49 01', true);
    sends(update.jumpToBootloaderHw(one), '66 01 "BMS 2" 00');
    sends(update.jumpToBootloaderHw(all), '6a 02 "BMS 2" 00');
  });
});
