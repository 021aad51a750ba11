import assert from 'node:assert/strict';
import { Emitter } from '../../../src/base/emitter';

describe('an emitter', () => {
  it('tells every listener, also when one fails, and throws what the first of them threw', () => {
    const emitter = new Emitter<number>();
    const told: string[] = [];
    for (const name of ['one', 'two', 'three']) {
      emitter.event((value) => {
        told.push(`${name}: ${value}`);
        if (name !== 'one') throw new Error(`${name} failed`);
      });
    }
    assert.throws(() => emitter.fire(7), /^Error: two failed$/);
    assert.deepEqual(told, ['one: 7', 'two: 7', 'three: 7']);
  });
});
