import assert from 'node:assert/strict';
import type { Endpoint } from '../../../src/links/endpoint';
import type { SessionLease } from '../../../src/links/sessionPool';
import { CommandId } from '../../../src/protocol/commandId';
import { jumpToBootloader } from '../../../src/protocol/messages/update';
import { TargetConnection } from '../../../src/update/targetConnection';
import { type FakeEndpoint, fakeEndpoint } from '../../support/fakeEndpoint';
import { ADDRESS, UpdateBench } from '../../support/updateBench';
import { VirtualClock } from '../../support/virtualClock';

const SIGNAL = new AbortController().signal;

describe('the connection of an update', () => {
  let bench: UpdateBench;
  afterEach(() => bench?.dispose());

  const open = (canId?: number): Promise<TargetConnection> =>
    bench.clock.run(
      TargetConnection.open(
        bench.pool,
        { address: ADDRESS, ...(canId === undefined ? {} : { canId }) },
        SIGNAL,
      ),
    );

  it('is nobody’s from the jump until the controller is found again', async () => {
    bench = new UpdateBench();
    const connection = await open();
    await bench.clock.run(connection.jump(bench.clock, jumpToBootloader()));
    assert.throws(() => connection.endpoint, { code: 'link-closed' });
    assert.throws(() => connection.node(7), { code: 'link-closed' });
    connection.dispose();
  });

  it('follows a node to the id it was given only when it does not answer to the one it had', async () => {
    bench = new UpdateBench({ canNodes: [{ canId: 90 }] });
    for (const [had, given, now] of [
      [90, 91, 90],
      [91, 90, 90],
    ] as const) {
      const connection = await open(had);
      await bench.clock.run(connection.follow(given));
      assert.equal(connection.endpoint.canId, now);
      connection.dispose();
    }
  });

  it('stays with the controller at the link, whatever CAN id that has', async () => {
    bench = new UpdateBench();
    const connection = await open();
    await connection.follow(90);
    assert.equal(connection.endpoint.canId, undefined);
    connection.dispose();
  });

  it('does not take a bug of ours for a link that broke at the jump', async () => {
    const endpoint: FakeEndpoint = fakeEndpoint(([id]) => {
      if (id === CommandId.JUMP_TO_BOOTLOADER) throw new TypeError('a bug');
      return undefined;
    });
    const session = { claim: () => ({ endpoint: (): Endpoint => endpoint, dispose: () => undefined }) };
    const lease = { session, dispose: () => undefined } as unknown as SessionLease;
    const pool = { acquire: () => Promise.resolve(lease) };
    const connection = await TargetConnection.open(pool, { address: ADDRESS }, SIGNAL);
    await assert.rejects(connection.jump(new VirtualClock(), jumpToBootloader()), TypeError);
  });
});
