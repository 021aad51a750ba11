import assert from 'node:assert/strict';
import fc from 'fast-check';
import { IMAGE_LENGTH } from '../../../../src/image/flashMap';
import { ADAPTERS } from '../../../../src/recovery/openocd/adapters';
import {
  backupScript,
  dumpFiles,
  openOcdArguments,
  programScript,
  readStep,
  readWords,
  writePieces,
} from '../../../../src/recovery/openocd/script';
import { quoteTcl, tclCommand } from '../../../../src/recovery/openocd/tcl';
import { tclWords } from '../../../support/openocd/standIn';

describe('scripts for OpenOCD', () => {
  it('quote whatever a path may hold', () => {
    assert.equal(quoteTcl('/a b/[exit]$HOME{;"\\'), '"/a b/\\[exit\\]\\$HOME{;\\"\\\\"');
    assert.equal(
      tclCommand('flash', 'write_image', '/a b', 0x0800_0000),
      'flash write_image "/a b" 134217728',
    );
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1 }), (words) => {
        assert.deepEqual(tclWords(tclCommand(...words)), words);
      }),
    );
  });

  it('listen at no port and know how hold is taken of the processor', () => {
    const args = openOcdArguments(ADAPTERS[1]!, 'under-reset', ['init']);
    assert.deepEqual(args.slice(0, 6), [
      ...['-f', 'interface/cmsis-dap.cfg', '-c', 'transport select swd'],
      ...['-f', 'target/stm32f4x.cfg'],
    ]);
    for (const port of ['gdb_port', 'tcl_port', 'telnet_port']) assert.ok(args.includes(`${port} disabled`));
    assert.ok(args.includes('reset_config srst_only srst_nogate connect_assert_srst'));
    assert.ok(openOcdArguments(ADAPTERS[0]!, 'without-reset-line', []).includes('reset_config none'));
    assert.equal(args.at(-1), 'shutdown');
  });

  it('cut what is written at the borders of the sectors, and erase no other', () => {
    const app = { address: 0x0800_0000, bytes: new Uint8Array(IMAGE_LENGTH) };
    const bootloader = { address: 0x080e_0000, bytes: new Uint8Array(5280) };
    const pieces = writePieces([app, bootloader]);
    assert.deepEqual(
      pieces.map(({ name, bytes }) => `${name} ${bytes.length}`),
      [
        ...[0, 1, 2, 3].map((sector) => `app-${sector}.bin 16384`),
        ...['app-4.bin 65536', 'app-5.bin 131072', 'app-6.bin 131072', 'app-7.bin 131064'],
        'bootloader-11.bin 5280',
      ],
    );
    const script = programScript(pieces, (name) => `/tmp/${name}`);
    const erased = script.filter((line) => line.startsWith('flash erase_sector'));
    assert.deepEqual(erased.at(-1), 'flash erase_sector 0 11 11');
    assert.equal(erased.length, 9);
    // Without the settings' sectors they are not touched.
    const kept = writePieces([
      { address: 0x0800_0000, bytes: new Uint8Array(0x4000) },
      { address: 0x0800_c000, bytes: new Uint8Array(IMAGE_LENGTH - 0xc000) },
    ]);
    assert.deepEqual(
      kept.map(({ sector }) => sector),
      [0, 3, 4, 5, 6, 7],
    );
    assert.equal(backupScript((name) => name).filter((line) => line.startsWith('dump_image')).length, 8);
    assert.equal(dumpFiles().length, 8);
  });

  it('are followed by what they say', () => {
    assert.deepEqual(readStep('vesc:write 3 9'), { name: 'write', index: 3, count: 9 });
    assert.equal(readStep('Info : vesc:write 3 9'), undefined);
    const words = '0x1fff7a10: 0030002d 39471001 35363233 \n';
    assert.deepEqual(readWords(words, 0x1fff_7a10), [0x0030002d, 0x39471001, 0x35363233]);
    assert.deepEqual(readWords(words, 0x4002_3c14), []);
  });
});
