import assert from 'node:assert/strict';
import { RoundTrip } from '../../../src/update/roundTrip';

describe('how long to wait for an answer', () => {
  it('is not known before the first came', () => {
    assert.equal(new RoundTrip(3000).patience_ms(0), undefined);
  });

  it('is a quarter of a second on a quick link, and doubles up to the limit', () => {
    const trip = new RoundTrip(3000);
    trip.add(10);
    assert.deepEqual(
      [0, 1, 2, 3, 4].map((missed) => trip.patience_ms(missed)),
      [250, 500, 1000, 2000, 3000],
    );
  });

  it('follows answers that take long, and more so when they vary', () => {
    const steady = new RoundTrip(9000);
    for (let count = 0; count < 100; count++) steady.add(400);
    assert.ok(Math.abs(steady.patience_ms(0)! - 400) < 5);
    const varying = new RoundTrip(9000);
    for (let count = 0; count < 100; count++) varying.add(count % 2 === 0 ? 200 : 600);
    assert.ok(varying.patience_ms(0)! > 1000);
  });
});
