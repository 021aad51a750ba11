import assert from 'node:assert/strict';
import type { Endpoint } from '../../../src/links/endpoint';
import { isVescError } from '../../../src/base/errors';
import { CommandId } from '../../../src/protocol/commandId';
import { setConfiguration } from '../../../src/protocol/messages/configuration';
import { encodeSettings } from '../../../src/protocol/settings/settingsLayout';
import { understand } from '../../../src/settings/configuration';
import { layoutSource } from '../../../src/settings/layoutSource';
import { readConfiguration, writeConfiguration } from '../../../src/settings/configurationAccess';
import type { ControllerAccess } from '../../../src/settings/controllerAccess';
import { changeText } from '../../../src/settings/settingsComparison';
import type { SimulatedControllerOptions } from '../../../src/simulator/options';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

const layouts = layoutSource();

describe('the settings on a controller', () => {
  let bench: UpdateBench;
  afterEach(() => bench.dispose());

  /** Works with a controller, its virtual time running. */
  const talk = async <T>(
    work: (access: ControllerAccess) => Promise<T>,
    options: SimulatedControllerOptions = {},
  ): Promise<T> => {
    bench = new UpdateBench(options);
    const { session, ...lease } = await bench.clock.run(bench.pool.acquire(ADDRESS));
    const node = (canId: number): Endpoint => session.node(canId);
    try {
      return await bench.clock.run(work({ endpoint: session, node }));
    } finally {
      lease.dispose();
    }
  };

  it('are written by name, and read back', async () => {
    await talk(async (access) => {
      const before = await readConfiguration(access.endpoint, 'mcconf', layouts);
      const wanted = new Map([
        ['l_current_max', 42.5],
        ['motor_type', 1],
        ['no_setting', 3],
      ]);
      const written = await writeConfiguration(access, before, wanted);
      assert.deepEqual(written.changed.map(changeText), [
        'motor_type: MOTOR_TYPE_FOC → MOTOR_TYPE_DC',
        'l_current_max: 60 A → 42.5 A',
      ]);
      assert.deepEqual(written.adjusted, []);
      assert.deepEqual(await readConfiguration(access.endpoint, 'mcconf', layouts), written.now);
      const reset = await readConfiguration(access.endpoint, 'mcconf', layouts, { defaults: true });
      assert.deepEqual(reset, before);
    });
  });

  it('are not written when they are there already', async () => {
    await talk(async (access) => {
      let sets = 0;
      bench.controller.interference = ({ payload }) => {
        if (payload[0] === CommandId.SET_MCCONF) sets++;
        return undefined;
      };
      const before = await readConfiguration(access.endpoint, 'mcconf', layouts);
      const written = await writeConfiguration(access, before, before.values);
      assert.deepEqual([written.changed, written.adjusted, sets], [[], [], 0]);
      assert.deepEqual(written.now, before);
    });
  });

  it('are said to be other than wanted where the firmware clamped or kept them', async () => {
    await talk(async (access) => {
      const before = await readConfiguration(access.endpoint, 'mcconf', layouts);
      const wanted = new Map([
        ['l_current_max', 500],
        ['l_watt_max', 700],
        ['foc_offsets_current[0]', 2000],
      ]);
      const { adjusted, now } = await writeConfiguration(access, before, wanted);
      assert.deepEqual(adjusted.map(changeText), [
        'l_current_max: 500 A → 120 A',
        'foc_offsets_current[0]: 2000 → 2048',
      ]);
      assert.equal(now.values.get('l_watt_max'), 700);
      // Only what is measured was asked for: that it stays is no failure.
      const again = await writeConfiguration(access, now, new Map([['foc_offsets_current[1]', 1]]));
      assert.deepEqual([again.changed.length, again.adjusted.length], [0, 1]);
    });
  });

  it('are not taken by firmware that does not store them', async () => {
    await talk(async (access) => {
      const before = await readConfiguration(access.endpoint, 'mcconf', layouts);
      bench.controller.interference = ({ direction, payload }) =>
        direction === 'to-controller' && payload[0] === CommandId.SET_MCCONF
          ? { replace: setConfiguration('mcconf', encodeSettings(before.layout, before.values)).payload }
          : undefined;
      await assert.rejects(writeConfiguration(access, before, new Map([['l_watt_max', 700]])), (error) =>
        isVescError(error, 'settings-not-taken'),
      );
    });
  });

  it('of a node are read back under its new CAN id', async () => {
    await talk(
      async (local) => {
        const node = (canId: number): Endpoint => local.node(canId);
        const access: ControllerAccess = { endpoint: node(20), node };
        const before = await readConfiguration(access.endpoint, 'appconf', layouts);
        const written = await writeConfiguration(access, before, new Map([['controller_id', 33]]));
        assert.deepEqual(written.changed.map(changeText), ['controller_id: 20 → 33']);
        assert.equal((await readConfiguration(node(33), 'appconf', layouts)).values.get('controller_id'), 33);
      },
      { canId: 10, canNodes: [{ canId: 20 }] },
    );
  });
});

describe('settings of an unknown layout', () => {
  it('are not guessed at', async () => {
    const blob = Uint8Array.of(0, 0, 0, 1, 5);
    await assert.rejects(understand('mcconf', blob, layouts), (error) =>
      isVescError(error, 'layout-unknown'),
    );
    await assert.rejects(understand('mcconf', Uint8Array.of(1), layouts), (error) =>
      isVescError(error, 'settings-damaged'),
    );
    const own = layoutSource((kind, signature, commit) =>
      Promise.resolve(
        commit === 'abc'
          ? {
              kind,
              signature,
              fields: [{ name: 'a', wire: 'u8', scale: 1, meaning: { kind: 'number' } }],
            }
          : undefined,
      ),
    );
    const found = await understand('mcconf', blob, own, 'abc');
    assert.deepEqual([...found.values], [['a', 5]]);
    await assert.rejects(understand('mcconf', new Uint8Array([...blob, 1]), own, 'abc'), (error) =>
      isVescError(error, 'settings-damaged'),
    );
    // A signature of the app configuration is none of the motor configuration.
    assert.equal(await layouts('mcconf', 982638166), undefined);
    assert.equal((await layouts('appconf', 982638166))?.kind, 'appconf');
  });
});
