import assert from 'node:assert/strict';
import {
  decodePrint,
  encodePrint,
  terminalCommand,
  terminalCommandSync,
} from '../../../../src/protocol/messages/terminal';
import { bytes, sends } from './exchange';

describe('the terminal', () => {
  it('takes commands without a NUL', () => {
    sends(terminalCommand('faults'), '14 "faults"');
    sends(terminalCommand(''), '14');
    sends(terminalCommandSync('fault'), '40 "fault"');
  });

  it('prints Latin-1, with a NUL only where the text was cut', () => {
    assert.equal(decodePrint(bytes('15 "Duty: 1" b0')), 'Duty: 1°');
    assert.equal(decodePrint(bytes('15 "cut" 00')), 'cut');
    assert.equal(decodePrint(bytes('15')), '');
    assert.equal(decodePrint(bytes('14 "faults"')), undefined);
    sends(encodePrint('1°'), '15 31 b0');
  });
});
