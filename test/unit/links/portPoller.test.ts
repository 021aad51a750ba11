import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { watchForBoth } from '../../../src/links/portPoller';

class Poller extends EventEmitter {
  readonly asked: number[] = [];
  poll(flags = 0): void {
    this.asked.push(flags);
  }
}

describe('the poller of a serial port', () => {
  it('goes on watching for what is still waited for', () => {
    const poller = new Poller();
    watchForBoth({ port: { poller } });
    poller.poll(1);
    poller.once('readable', () => {});
    poller.poll(2);
    poller.once('writable', () => {});
    poller.emit('readable');
    poller.poll(1);
    poller.emit('writable');
    poller.poll();
    assert.deepEqual(poller.asked, [1, 3, 3, 0]);
  });

  it('is left alone where there is none', () => {
    watchForBoth({});
    watchForBoth({ port: {} });
    watchForBoth({ port: { poller: { poll: () => {} } } });
  });
});
