import assert from 'node:assert/strict';
import { createLinkOpener } from '../../../src/links/linkOpener';
import { createMemoryDuplex } from '../../../src/links/memoryDuplex';
import { VirtualClock } from '../../support/virtualClock';
import { ADDRESS, code } from './scriptedDevice';

describe('the link opener', () => {
  const clock = new VirtualClock();
  const SIMULATED = { kind: 'simulated', name: 'bench' } as const;

  it('plugs in the simulated controller', async () => {
    const { link } = createMemoryDuplex(SIMULATED, clock);
    const opener = createLinkOpener({
      clock,
      simulated: (address) => {
        assert.equal(address, SIMULATED);
        return link;
      },
    });
    assert.equal(await opener.open(SIMULATED), link);
  });

  it('says so when there is none', async () => {
    await assert.rejects(
      createLinkOpener({ clock }).open(SIMULATED),
      code('link-failed', { address: 'sim:bench' }),
    );
  });

  it('opens serial and TCP links with what they are given', async () => {
    const opener = createLinkOpener({
      clock,
      serial: { loadFactory: () => Promise.reject(new Error('not here')) },
      tcp: {
        connect: () => {
          throw new TypeError('no sockets here');
        },
      },
    });
    await assert.rejects(opener.open(ADDRESS), code('serial-unavailable', { reason: 'not here' }));
    await assert.rejects(opener.open({ kind: 'tcp', host: 'x', port: 1 }), /no sockets here/);
  });

  it('opens nothing for someone who has gone', async () => {
    await assert.rejects(
      createLinkOpener({ clock }).open(SIMULATED, AbortSignal.abort(new Error('gone'))),
      /gone/,
    );
  });
});
