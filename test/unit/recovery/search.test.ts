import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import type { Link, LinkAddress } from '../../../src/links/link';
import { formatLinkAddress } from '../../../src/links/linkAddress';
import { SessionPool } from '../../../src/links/sessionPool';
import { BAUD_RATES, searchEverywhere, type SearchOptions } from '../../../src/recovery/search';
import { SimulatedController } from '../../../src/simulator/simulatedController';
import { VirtualClock } from '../../support/virtualClock';

const PORT: LinkAddress = { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 115_200 };

describe('looking for a controller without tools', () => {
  const clock = new VirtualClock();
  const controller = new SimulatedController({ canNodes: 1 }, clock);
  after(() => controller.dispose());

  const search = (open: (address: LinkAddress) => Link, more: Partial<SearchOptions> = {}) => {
    const opener = { open: (address: LinkAddress) => new Promise<Link>((resolve) => resolve(open(address))) };
    return clock.run(
      searchEverywhere({
        pool: new SessionPool(opener, clock),
        clock,
        ports: () => Promise.resolve([PORT]),
        patience_ms: 0,
        signal: new AbortController().signal,
        onTry: () => {},
        ...more,
      }),
    );
  };

  it('tries every baud rate, and looks at the bus behind whoever answers', async () => {
    const tried: string[] = [];
    const found = await search(
      (address) => {
        if (address.kind === 'serial' && address.baudRate === 9600) return controller.connect(address);
        throw controllerIsDeaf(address);
      },
      { onTry: (what, fraction) => tried.push(`${what} ${fraction < 1}`) },
    );
    assert.equal(tried.length, BAUD_RATES.length);
    assert.deepEqual(
      found.map(({ target }) => [formatLinkAddress(target.address), target.canId !== undefined]),
      [
        ['/dev/ttyUSB0', false],
        ['/dev/ttyUSB0', true],
      ],
    );
  });

  it('asks no further at a port that answered', async () => {
    let opened = 0;
    await search((address) => {
      opened++;
      return controller.connect(address);
    });
    assert.equal(opened, 1);
  });

  it('goes on as long as a watchdog may take, and ends when the missed one answers', async () => {
    const started_ms = clock.now();
    const found = await search(
      (address) => {
        if (clock.now() - started_ms > 35_000) return controller.connect(address);
        throw controllerIsDeaf(address);
      },
      { patience_ms: 70_000, uuid: '3a0041001850563039373220' },
    );
    assert.ok(found.length > 0);
    const nobody = await search(
      (address) => {
        throw controllerIsDeaf(address);
      },
      { patience_ms: 2000 },
    );
    assert.deepEqual(nobody, []);
  });

  it('ends when it is cancelled', async () => {
    const cancel = new AbortController();
    const searching = search(
      (address) => {
        throw controllerIsDeaf(address);
      },
      {
        signal: cancel.signal,
        patience_ms: 60_000,
        onTry: () => cancel.abort(new Error('enough')),
      },
    );
    await assert.rejects(searching, /enough/);
  });
});

function controllerIsDeaf(address: LinkAddress): VescError {
  return new VescError('no-answer', {
    address: formatLinkAddress(address),
    command: 'FW_VERSION',
    waited_ms: 1,
  });
}
