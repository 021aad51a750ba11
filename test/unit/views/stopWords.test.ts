import assert from 'node:assert/strict';
import type { StopOutcome } from '../../../src/controllers/motorStop';
import { stopStatus } from '../../../src/views/statusWords';
import { stopNotice } from '../../../src/views/stopWords';
import { connectedController } from '../../support/controllers';

const stopped: StopOutcome = { name: '60', canId: undefined, state: 'stopped', erpm: 0 };

describe('what is said after stopping', () => {
  it('is as serious as the worst of it', () => {
    const severity = (...outcomes: StopOutcome[]): string => stopNotice(outcomes).severity;
    assert.equal(severity(stopped), 'information');
    assert.equal(severity(stopped, { ...stopped, state: 'coasting', erpm: 900 }), 'warning');
    assert.equal(severity({ ...stopped, state: 'driven', erpm: 900 }, stopped), 'error');
    assert.equal(severity(stopped, { ...stopped, state: 'unreached', reason: 'gone' }), 'error');
  });

  it('names each motor, what could not be stopped, and how inputs come back', () => {
    const { text, actions } = stopNotice([
      stopped,
      { name: 'rear\u202e $(zap)', canId: 7, state: 'driven', erpm: -1234.5 },
      { name: 'x', canId: 8, state: 'unseen', reason: 'Nothing answered.' },
    ]);
    assert.match(text, /60: the motor stands still\./);
    assert.match(text, /rear \$ \(zap\) \(CAN 7\): STILL TURNING at 123[45] ERPM/);
    assert.match(text, /x \(CAN 8\): told to stop, but .*Nothing answered\./);
    assert.match(text, /Throttle inputs stay off/);
    assert.deepEqual(actions, ['allow-inputs']);
    const none = stopNotice([{ ...stopped, state: 'unreached', reason: 'gone' }]);
    assert.match(none.text, /COULD NOT BE STOPPED \(gone\)/);
    assert.deepEqual(none.actions, []);
  });
});

describe('the item that stops motors', () => {
  it('is there while one turns, also behind another controller', () => {
    const controller = connectedController();
    assert.equal(stopStatus([controller]), undefined);
    const node = connectedController(undefined, 'sim:60', 7);
    controller.adopt([node]);
    node.turning = true;
    assert.match(stopStatus([controller])!.text, /Stop motor/);
    assert.match(stopStatus([controller])!.tooltip[0]!, /^Turns: 60\./);
  });
});
