import assert from 'node:assert/strict';
import type { Endpoint } from '../../../src/links/endpoint';
import { CommandId } from '../../../src/protocol/commandId';
import { lispEraseCode } from '../../../src/protocol/messages/codeStorage';
import {
  type ConfigurationKind,
  getConfiguration,
  setConfiguration,
} from '../../../src/protocol/messages/configuration';
import { encodeFwVersion, type FirmwareVersion } from '../../../src/protocol/messages/identity';
import { restoreSettings } from '../../../src/settings/settingsRestore';
import type { Snapshot } from '../../../src/settings/snapshot';
import { readCode, writeCode } from '../../../src/settings/storedCode';
import { fakeEndpoint } from '../../support/fakeEndpoint';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

const VERSION: FirmwareVersion = {
  ...{ major: 6, minor: 6, test: 0, hardware: '60', uuid: '00112233445566778899aabb', paired: false },
  ...{ hardwareType: 'vesc', customConfigs: 0, phaseFilters: false, qmlHardware: 0, qmlApp: 0, nrfFlags: 0 },
  ...{ firmwareName: '', hardwareConfigCrc: 0 },
};
const LISP = new TextEncoder().encode('(loopwhile t (print "hello"))\0'.repeat(40));
const QML = Uint8Array.from({ length: 1500 }, (_, i) => i & 0xff);

describe('settings across an update', () => {
  let bench: UpdateBench;
  afterEach(() => bench.dispose());

  /** Talks to the controller between updates. */
  const talk = async <T>(
    work: (endpoint: Endpoint, node: (canId: number) => Endpoint) => Promise<T>,
  ): Promise<T> => {
    const lease = await bench.clock.run(bench.pool.acquire(ADDRESS));
    try {
      return await bench.clock.run(work(lease.session, (canId) => lease.session.node(canId)));
    } finally {
      lease.dispose();
      await bench.clock.advance(1);
    }
  };

  /** Changes the last byte of a configuration and returns what the controller then holds. */
  const change = async (endpoint: Endpoint, kind: ConfigurationKind): Promise<Uint8Array> => {
    const blob = (await endpoint.request(getConfiguration(kind))).slice();
    blob[blob.length - 1]! ^= 1;
    await endpoint.request(setConfiguration(kind, blob));
    return endpoint.request(getConfiguration(kind));
  };

  const outcomes = (result: Awaited<ReturnType<UpdateBench['flash']>>) =>
    result.restored.map(({ what, outcome }) => [what, outcome]);

  it('are all there afterwards: motor, app, LispBM and QML', async () => {
    bench = new UpdateBench();
    const wanted = await talk(async (endpoint) => {
      const mcconf = await change(endpoint, 'mcconf');
      const appconf = await change(endpoint, 'appconf');
      await writeCode(endpoint, 'lisp', LISP, 0);
      await writeCode(endpoint, 'qml', QML, 2);
      return { mcconf, appconf };
    });
    const result = await bench.flash();
    assert.equal(result.verdict, 'updated');
    assert.deepEqual(outcomes(result), [
      ['motor configuration', 'restored'],
      ['LispBM code', 'restored'],
      ['QML code', 'restored'],
      ['app configuration', 'restored'],
    ]);
    await talk(async (endpoint) => {
      assert.deepEqual(await endpoint.request(getConfiguration('mcconf')), wanted.mcconf);
      assert.deepEqual(await endpoint.request(getConfiguration('appconf')), wanted.appconf);
      assert.deepEqual(await readCode(endpoint, 'lisp'), LISP);
      assert.deepEqual(await readCode(endpoint, 'qml'), QML);
    });
  });

  it('would be lost without the way back: the update itself takes them', async () => {
    bench = new UpdateBench();
    const wanted = await talk((endpoint) => change(endpoint, 'mcconf'));
    bench.controller.interference = ({ direction, payload }) =>
      direction === 'to-controller' && payload[0] === CommandId.SET_MCCONF ? 'drop' : undefined;
    const result = await bench.flash();
    assert.equal(result.verdict, 'updated');
    assert.deepEqual(outcomes(result)[0], ['motor configuration', 'failed']);
    const now = await talk((endpoint) => endpoint.request(getConfiguration('mcconf')));
    assert.notDeepEqual(now, wanted);
    const [entry] = await bench.journal.pending();
    assert.equal(entry?.state, 'restoring', 'and the next start knows that something is owed');
  });

  it('are kept and named when the new firmware lays them out differently', async () => {
    bench = new UpdateBench({ version: { major: 6, minor: 5 } });
    const mcconf = await talk((endpoint) => change(endpoint, 'mcconf'));
    const result = await bench.flash();
    assert.deepEqual(outcomes(result), [
      ['motor configuration', 'kept'],
      ['app configuration', 'kept'],
    ]);
    const [newest] = await bench.snapshots.list(result.before!.uuid);
    assert.deepEqual(newest?.snapshot.motors[0]?.mcconf, mcconf);
    assert.equal(newest?.path, result.snapshotPath);
  });

  it('of both motors of a dual board survive', async () => {
    bench = new UpdateBench({ dualMotor: true });
    const [, secondId] = bench.controller.firmware!.canIds;
    const wanted = await talk((_, node) => change(node(secondId!), 'mcconf'));
    const result = await bench.flash();
    assert.deepEqual(outcomes(result), [
      ['motor configuration', 'restored'],
      ['motor configuration of motor 2', 'restored'],
      ['app configuration', 'restored'],
      ['app configuration of motor 2', 'restored'],
    ]);
    const now = await talk((_, node) => node(secondId!).request(getConfiguration('mcconf')));
    assert.deepEqual(now, wanted);
  });

  it('come back after an interrupted update too, because the erase took the code', async () => {
    bench = new UpdateBench();
    await talk((endpoint) => writeCode(endpoint, 'lisp', LISP, 0));
    const cancel = new AbortController();
    const result = await bench.flash(
      {},
      {},
      {
        signal: cancel.signal,
        onProgress: ({ stage, fraction }) => {
          if (stage === 'upload' && fraction > 0.2) cancel.abort();
        },
      },
    );
    assert.equal(result.verdict, 'interrupted');
    assert.deepEqual(await talk((endpoint) => readCode(endpoint, 'lisp')), LISP);
  });

  it('stop an update that cannot read them', async () => {
    bench = new UpdateBench();
    bench.controller.interference = ({ payload }) =>
      payload[0] === CommandId.GET_MCCONF ? 'drop' : undefined;
    const result = await bench.flash();
    assert.deepEqual([result.verdict, result.error?.code], ['refused', 'snapshot-failed']);
    assert.equal((await bench.flash({}, { override: ['snapshot-failed'] })).verdict, 'updated');
  });
});

describe('stored code', () => {
  it('is nothing where nothing is stored', async () => {
    const bench = new UpdateBench();
    const lease = await bench.clock.run(bench.pool.acquire(ADDRESS));
    await bench.clock.run(lease.session.request(lispEraseCode(100), { timeout_ms: 8000 }));
    assert.equal(await bench.clock.run(readCode(lease.session, 'lisp')), undefined);
    bench.dispose();
  });
});

describe('a custom configuration', () => {
  const BLOB = Uint8Array.of(1, 2, 3, 4, 5);
  const SNAPSHOT: Snapshot = {
    uuid: '00112233445566778899aabb',
    hardware: '60',
    firmware: { major: 6, minor: 6, test: 0 },
    takenAt: '2026-01-01T10:00:00.000Z',
    motors: [],
    customConfig: BLOB,
  };

  /** A controller whose firmware has `count` of them, and answers no question about others. */
  const withConfigs = (count: number) =>
    fakeEndpoint(([id]) => {
      if (id === CommandId.FW_VERSION) return encodeFwVersion({ ...VERSION, customConfigs: count });
      return count > 0 && id === CommandId.GET_CUSTOM_CONFIG ? Uint8Array.of(id, 0, ...BLOB) : undefined;
    });

  it('is kept where the firmware has none, and asked for only where it has one', async () => {
    for (const [count, outcome] of [
      [0, 'kept'],
      [1, 'restored'],
    ] as const) {
      const endpoint = withConfigs(count);
      const parts = await restoreSettings({ endpoint, node: () => endpoint }, SNAPSHOT);
      assert.deepEqual(
        parts.map((part) => [part.what, part.outcome]),
        [['custom configuration', outcome]],
      );
    }
  });
});
