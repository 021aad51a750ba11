import assert from 'node:assert/strict';
import { describeDriverFlag } from '../../../src/protocol/driverFlags';

describe('flags of the gate driver', () => {
  it('are told in words', () => {
    assert.equal(describeDriverFlag('FETLC_OC'), 'too much current through the lower MOSFET of phase C');
    assert.equal(describeDriverFlag('FETHA VGS'), 'the upper MOSFET of phase A could not be driven');
    assert.equal(describeDriverFlag('AMP B OC'), 'too much current seen by the amplifier of phase B');
    assert.equal(describeDriverFlag('GVDD_UV'), 'its gate voltage was too low');
    assert.equal(describeDriverFlag('NEW_ONE'), undefined);
  });
});
