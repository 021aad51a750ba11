import assert from 'node:assert/strict';
import * as swd from '../../../../src/protocol/messages/swd';
import { bytes, exchange, refuses } from './exchange';

const data = bytes('aabb');

describe('the built-in programmer', () => {
  it('maps pins, connects, erases, restarts and disconnects', () => {
    exchange(swd.swdMapPinsDefault(), '47', '47 0001', 1);
    exchange(swd.swdMapPinsNrf5x(), '48', '48 0000', 0);
    exchange(swd.swdConnect(), '42', '42 0001', 1);
    exchange(swd.swdConnect(), '42', '42 fffe', -2);
    assert.equal(Object.keys(swd.swdTargets).join(), '1,2,3,4,5,6,7,8,9,10,11,12,13');
    assert.equal(swd.swdTargets[1], 'STM32F40x');
    assert.equal(swd.swdTargets[10], 'STM32L47x');
    exchange(swd.swdEraseFlash(), '43', '43 fffd', -3);
    exchange(swd.swdReboot(), '45', '45 0001', 1);
    exchange(swd.swdDisconnect(), '46', '46', true);
    refuses(swd.swdConnect(), '42', '42 00');
  });

  it('writes', () => {
    exchange(swd.swdWriteFlash(0x08000000, data), '44 08000000 aabb', '44 0001', 1);
    exchange(swd.swdWriteFlashLzo(0x08000000, 400, data), '53 08000000 0190 aabb', '53 fffe', -2);
    exchange(swd.swdWriteMemory(0x20000000, data), '7d 20000000 aabb', '7d ffff', -1);
    assert.equal(swd.swdWriteFlash(0, new Uint8Array(507)).payload.length, 512);
    assert.throws(() => swd.swdWriteFlash(0, new Uint8Array(508)), /508 bytes do not fit/);
    assert.throws(() => swd.swdWriteFlashLzo(0, 1, new Uint8Array(506)), RangeError);
  });

  it('reads', () => {
    exchange(swd.swdReadMemory(0x08000000, 2), '50 08000000 0002', '50 0001 aabb', { result: 1, data });
    exchange(swd.swdReadMemory(0x08000000, 2), '50 08000000 0002', '50 ffff', {
      result: -1,
      data: new Uint8Array(0),
    });
    assert.throws(() => swd.swdReadMemory(0, swd.MAX_SWD_READ + 1), /510 bytes do not fit/);
  });
});
