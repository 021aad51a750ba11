import assert from 'node:assert/strict';
import { isToHost, isToView } from '../../../../src/views/emulator/messages';

describe('messages of the emulator view', () => {
  it('are taken in their shape', () => {
    for (const message of [
      { type: 'ready' },
      { type: 'choose', controller: '60.bin' },
      { type: 'set', quantity: 'supply', value: 12.5 },
      { type: 'place', index: 3, value: 100 },
      { type: 'place', index: 3, value: null },
      { type: 'switch', name: 'off', on: true },
      { type: 'normal' },
      { type: 'erase' },
    ])
      assert.ok(isToHost(message), JSON.stringify(message));
  });

  it('are refused in any other', () => {
    for (const message of [
      null,
      'ready',
      { type: 'explode' },
      { type: 'set', quantity: 'weather', value: 1 },
      { type: 'set', quantity: 'supply', value: NaN },
      { type: 'set', quantity: 'supply', value: 1, more: 1 },
      { type: 'place', index: 48, value: 1 },
      { type: 'place', index: 1, value: 4096 },
      { type: 'switch', name: 'constructor', on: true },
    ])
      assert.equal(isToHost(message), false, JSON.stringify(message));
    assert.equal(isToView({ type: 'state' }), false);
  });
});
