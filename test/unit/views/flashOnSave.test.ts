import assert from 'node:assert/strict';
import { FlashOnSave } from '../../../src/views/flashOnSave';
import { VirtualClock } from '../../support/virtualClock';

describe('flash on save', () => {
  let clock: VirtualClock;
  let flashes: number[];
  let told: (string | undefined)[];
  let isEnabled: boolean;
  let busy: string | undefined;
  let outcome: () => Promise<string | undefined>;
  let onSave: FlashOnSave;

  beforeEach(() => {
    clock = new VirtualClock();
    flashes = [];
    told = [];
    isEnabled = true;
    busy = undefined;
    outcome = () => Promise.resolve(undefined);
    onSave = new FlashOnSave({
      clock,
      isEnabled: () => isEnabled,
      busy: () => busy,
      flash: () => {
        flashes.push(clock.now());
        return outcome();
      },
      tell: (reason) => told.push(reason),
    });
  });

  it('flashes once, a while after the last of several saves', async () => {
    for (let i = 0; i < 3; i++) {
      onSave.saved();
      await clock.advance(700);
    }
    assert.deepEqual(flashes, []);
    await clock.advance(2000);
    assert.deepEqual(flashes, [2400]);
  });

  it('does nothing while it is off, also when it was switched off in between', async () => {
    isEnabled = false;
    onSave.saved();
    await clock.advance(2000);
    isEnabled = true;
    onSave.saved();
    isEnabled = false;
    await clock.advance(2000);
    assert.deepEqual(flashes, []);
  });

  it('waits for what goes on, and says so', async () => {
    busy = 'a build runs';
    onSave.saved();
    await clock.advance(5000);
    assert.deepEqual(flashes, []);
    assert.equal(told.at(-1), 'a build runs');
    busy = undefined;
    await clock.advance(1000);
    assert.equal(flashes.length, 1);
    assert.equal(told.at(-1), undefined);
  });

  it('says why it was held back, and tries again at the next save', async () => {
    outcome = () => Promise.resolve('the motor of 60 turns');
    onSave.saved();
    await clock.advance(1500);
    assert.equal(told.at(-1), 'the motor of 60 turns');
    await clock.advance(60_000);
    assert.equal(flashes.length, 1);
    outcome = () => Promise.resolve(undefined);
    onSave.saved();
    await clock.advance(1500);
    assert.equal(flashes.length, 2);
    assert.equal(told.at(-1), undefined);
  });

  it('flashes again what was saved while it worked, one after the other', async () => {
    let finish = (): void => undefined;
    outcome = () => new Promise((resolve) => (finish = () => resolve(undefined)));
    onSave.saved();
    await clock.advance(1500);
    onSave.saved();
    onSave.saved();
    await clock.advance(10_000);
    assert.equal(flashes.length, 1, 'the first still works');
    finish();
    await clock.advance(1500);
    assert.equal(flashes.length, 2);
    finish();
    await clock.advance(5000);
    assert.equal(flashes.length, 2);
  });

  it('ends when it is disposed', async () => {
    onSave.saved();
    onSave.dispose();
    await clock.advance(5000);
    assert.deepEqual(flashes, []);
  });
});
