import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import type { Endpoint } from '../../../src/links/endpoint';
import { requireStandstill } from '../../../src/update/standstill';

const turningAt = (erpm: number, duty: number): Endpoint => ({
  canId: undefined,
  request: () => Promise.resolve({ erpm, duty } as never),
  send: () => Promise.resolve(),
  terminal: () => Promise.resolve([]),
});

describe('settings are stored at standstill', () => {
  it('and not while the motor turns', async () => {
    await requireStandstill(turningAt(0, 0));
    await assert.rejects(requireStandstill(turningAt(5000, 0.2)), (error) => {
      assert.ok(isVescError(error, 'motor-turning'));
      // No firmware is concerned.
      assert.equal(error.state, 'Nothing was written; its settings and its code are as they were.');
      return true;
    });
  });
});
