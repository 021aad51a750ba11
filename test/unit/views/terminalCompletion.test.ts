import assert from 'node:assert/strict';
import { complete, inColumns, parseHelp } from '../../../src/views/terminalCompletion';

describe('completion in the terminal', () => {
  it('reads the names out of the help, and nothing that only looks like one', () => {
    const prints = [
      'Valid commands are:',
      'help',
      '  Show this help',
      'foc_plot_hfi_en [en]',
      '  Enable HFI plotting. 0: off, 1: DFT, 2: Raw',
      'Warning: something the firmware said in between',
      'faults\n  Prints all stored fault codes',
      ' ',
      'nothing',
    ];
    assert.deepEqual(parseHelp(prints), [
      { name: 'faults', help: 'Prints all stored fault codes' },
      { name: 'foc_plot_hfi_en', help: 'Enable HFI plotting. 0: off, 1: DFT, 2: Raw' },
      { name: 'help', help: 'Show this help' },
    ]);
  });

  const names = ['fault', 'faults', 'foc_state', 'mem'];
  it('types what is certain', () => {
    assert.deepEqual(complete(names, 'me'), { insert: 'm ', choices: [] });
    assert.deepEqual(complete(names, ' FA'), { insert: 'ult', choices: [] });
  });
  it('lists the ways to go on when there are several', () => {
    assert.deepEqual(complete(names, 'f'), { insert: '', choices: ['fault', 'faults', 'foc_state'] });
    assert.deepEqual(complete(names, 'fault'), { insert: '', choices: ['fault', 'faults'] });
    assert.deepEqual(complete(names, ''), { insert: '', choices: names });
  });
  it('leaves alone what it does not know, and what follows a command', () => {
    for (const typed of ['x', 'mem ', 'mem m'])
      assert.deepEqual(complete(names, typed), { insert: '', choices: [] });
  });

  it('puts names side by side, down before across', () => {
    assert.deepEqual(inColumns(['a', 'b']), ['a  b']);
    const many = Array.from({ length: 60 }, (_, i) => `c${i}`);
    const rows = inColumns(many);
    assert.equal(rows.length, 4);
    assert.match(rows[0]!, /^c0 +c4 /);
    assert.deepEqual(inColumns(['x'.repeat(100), 'y']), ['x'.repeat(100), 'y']);
  });
});
