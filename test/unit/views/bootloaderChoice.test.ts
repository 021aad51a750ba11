import assert from 'node:assert/strict';
import { BOOTLOADER_STEPS } from '../../../src/update/bootloaderInstaller';
import { bootloaderProgress, bootloaderRows } from '../../../src/views/bootloaderChoice';

describe('the pick of a bootloader', () => {
  it('says where each file lies in the workspace, and leads to any other', () => {
    const rows = bootloaderRows(
      ['/firmware/tools/$(x) bootloader.hex', '/firmware/generic.bin', '/else/old_bootloader.bin'],
      ['/firmware'],
    );
    assert.deepEqual(
      rows.map(({ label, description, path }) => [label, description, path]),
      [
        ['$(file-binary) old_bootloader.bin', '/else', '/else/old_bootloader.bin'],
        ['$(file-binary) generic.bin', '', '/firmware/generic.bin'],
        ['$(file-binary) $ (x) bootloader.hex', 'tools', '/firmware/tools/$(x) bootloader.hex'],
        ['$(folder-opened) Choose a file…', '.bin, .hex or .elf', undefined],
      ],
    );
  });
});

describe('the progress of a bootloader', () => {
  it('moves forward over all steps, none of which can be cancelled', () => {
    let last = -1;
    for (const step of BOOTLOADER_STEPS) {
      for (const fraction of [0, 1]) {
        const [progress, whole] = bootloaderProgress(step, fraction);
        assert.deepEqual(progress, { message: step, fraction, cancellable: false });
        assert.ok(whole >= last, step);
        last = whole;
      }
    }
    assert.equal(last, 1);
  });
});
