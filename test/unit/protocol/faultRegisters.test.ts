import assert from 'node:assert/strict';
import {
  describeContext,
  describeFaultBits,
  faultAddress,
  isImprecise,
} from '../../../src/protocol/faultRegisters';

describe('fault registers of the processor', () => {
  it('name what is set, the cause before the hard fault it became', () => {
    const bits = describeFaultBits({ cfsr: 0x0201_8200, hfsr: 0x4000_0000 });
    assert.deepEqual(
      bits.map(({ register, name }) => `${register} ${name}`),
      ['cfsr PRECISERR', 'cfsr UNDEFINSTR', 'cfsr DIVBYZERO', 'hfsr FORCED'],
    );
    assert.deepEqual(describeFaultBits({}), []);
    assert.equal(describeFaultBits({ hfsr: 0x8000_0000 })[0]?.name, 'DEBUGEVT');
  });

  it('tell the address only where it was kept', () => {
    const addresses = { mmfar: 0x10, bfar: 0x6000_0000 };
    assert.equal(faultAddress({ cfsr: 0x8200, ...addresses }), 0x6000_0000);
    assert.equal(faultAddress({ cfsr: 0x0082, ...addresses }), 0x10);
    assert.equal(faultAddress({ cfsr: 0x0200, ...addresses }), undefined);
    assert.equal(faultAddress(addresses), undefined);
  });

  it('tell what ran', () => {
    assert.equal(describeContext({ psr: 0x6100_0000 }), 'in a thread');
    assert.equal(describeContext({ psr: 0x2100_000b }), 'in the exception handler 11');
    assert.equal(describeContext({ psr: 0x2100_0022 }), 'in the interrupt handler 18');
    assert.equal(describeContext({}), undefined);
  });

  it('tell when PC is behind the culprit', () => {
    assert.equal(isImprecise({ cfsr: 0x400 }), true);
    assert.equal(isImprecise({}), false);
  });
});
