import assert from 'node:assert/strict';
import {
  bootloaderText,
  bytesText,
  durationText,
  firmwareText,
  hardwareTypeText,
  memoryText,
  quantity,
  shortBuildId,
} from '../../../src/cli/format';
import { pairs, table } from '../../../src/cli/table';

describe('format', () => {
  it('sizes', () => {
    assert.deepEqual([0, 999, 1000, 37_449, 1_200_000].map(bytesText), [
      '0 B',
      '999 B',
      '1.0 KB',
      '37.4 KB',
      '1.2 MB',
    ]);
    assert.deepEqual([8, 16_384].map(memoryText), ['8 B', '16.0 KiB']);
  });

  it('durations', () => {
    assert.deepEqual([0.4, 999, 1000, 59_940, 59_960, 65_000].map(durationText), [
      '0 ms',
      '999 ms',
      '1.0 s',
      '59.9 s',
      '1 min 00 s',
      '1 min 05 s',
    ]);
  });

  it('quantities, and a dash for what is not known', () => {
    assert.equal(quantity(48.04, 1, 'V'), '48.0 V');
    assert.equal(quantity(-3, 0), '-3');
    for (const nothing of [NaN, null, undefined, Infinity]) assert.equal(quantity(nothing, 1, 'V'), '–');
  });

  it('firmware', () => {
    const release = { major: 6, minor: 5, test: 0, name: '' };
    assert.equal(firmwareText(release), '6.05');
    assert.equal(
      firmwareText({ ...release, test: 2, name: 'no_limits', commit: `${'ab'.repeat(20)}-dirty` }),
      '6.05 test 2 (no_limits), commit abababab-dirty',
    );
    assert.equal(shortBuildId(`vb1-${'0123456789'.repeat(4)}`), 'vb1-01234567');
  });

  it('what is known of a bootloader, and of a kind of hardware', () => {
    const since = '2026-01-02T03:04:05.000Z';
    assert.match(bootloaderText({ state: 'unknown' }), /not seen/);
    assert.equal(
      bootloaderText({ state: 'proven', decompresses: true, since }),
      'works, takes compressed images (2026-01-02)',
    );
    assert.match(bootloaderText({ state: 'suspect' }), /did not go through/);
    assert.equal(bootloaderText({ state: 'missing', since }), 'missing (2026-01-02)');
    assert.equal(bootloaderText({ state: 'answers' }), 'answers');
    assert.equal(hardwareTypeText('custom-module'), 'module');
  });
});

describe('tables', () => {
  it('align, numbers to the right, and leave out columns without content', () => {
    const columns = [{ title: 'ID', right: true }, { title: 'NAME' }, { title: 'EMPTY' }, { title: 'END' }];
    assert.deepEqual(
      table(columns, [
        ['7', 'short', '', 'x'],
        ['100', 'a longer one', '', ''],
      ]),
      [' ID  NAME          END', '  7  short         x', '100  a longer one'],
    );
  });

  it('pairs align and leave out what has no value', () => {
    assert.deepEqual(
      pairs([
        ['A', '1'],
        ['Long', '2'],
        ['None', undefined],
      ]),
      ['  A     1', '  Long  2'],
    );
  });
});
