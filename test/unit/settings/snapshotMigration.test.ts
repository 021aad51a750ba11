import assert from 'node:assert/strict';
import type { Endpoint } from '../../../src/links/endpoint';
import { fwVersion } from '../../../src/protocol/messages/identity';
import { encodeSettings } from '../../../src/protocol/settings/settingsLayout';
import { type Configuration } from '../../../src/settings/configuration';
import { layoutSource } from '../../../src/settings/layoutSource';
import { readConfiguration, writeConfiguration } from '../../../src/settings/configurationAccess';
import type { ControllerAccess } from '../../../src/settings/controllerAccess';
import { countFates } from '../../../src/settings/migration';
import { restoreSettings } from '../../../src/settings/settingsRestore';
import { takeSnapshot } from '../../../src/settings/settingsReader';
import { settingText } from '../../../src/settings/settingText';
import type { Snapshot } from '../../../src/settings/snapshot';
import { planSnapshot } from '../../../src/settings/snapshotMigration';
import type { SimulatedControllerOptions } from '../../../src/simulator/options';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

const layouts = layoutSource();

async function talk<T>(
  options: SimulatedControllerOptions,
  work: (access: ControllerAccess, bench: UpdateBench) => Promise<T>,
): Promise<T> {
  const bench = new UpdateBench(options);
  const { session } = await bench.clock.run(bench.pool.acquire(ADDRESS));
  const node = (canId: number): Endpoint => session.node(canId);
  try {
    return await bench.clock.run(work({ endpoint: session, node }, bench));
  } finally {
    bench.dispose();
  }
}

/** A snapshot of a controller of `minor` 6.x after somebody has set it up with `settings`. */
function snapshotOf(
  version: { major: number; minor: number },
  settings: Partial<Record<'mcconf' | 'appconf', Record<string, number>>>,
  options: SimulatedControllerOptions = {},
): Promise<Snapshot> {
  return talk({ ...options, version }, async (access, { clock }) => {
    for (const kind of ['mcconf', 'appconf'] as const) {
      const present = await readConfiguration(access.endpoint, kind, layouts);
      await writeConfiguration(access, present, new Map(Object.entries(settings[kind] ?? {})));
    }
    return takeSnapshot(access, await access.endpoint.request(fwVersion()), { clock });
  });
}

const text = ({ layout, values }: Configuration, name: string): string =>
  settingText(
    layout.fields.find((field) => field.name === name)!,
    values.get(name)!,
  );

describe('a snapshot that arrives on firmware with another layout', () => {
  it('of 6.05 is on a 7.01 controller afterwards, with every setting accounted for', async () => {
    const snapshot = await snapshotOf(
      { major: 6, minor: 5 },
      {
        mcconf: { l_current_max: 44.5, foc_motor_r: 0.0123, m_sensor_port_mode: 2 },
        appconf: { app_to_use: 9, timeout_msec: 777, 'imu_conf.rot_yaw': 12.5 },
      },
      { canId: 42 },
    );
    await talk({ version: { major: 7, minor: 1 }, canId: 42 }, async (access) => {
      const plans = await planSnapshot(access, snapshot, layouts);
      assert.deepEqual(
        plans.map(({ what, motor }) => [what, motor]),
        [
          ['motor configuration', 0],
          ['app configuration', 0],
        ],
      );
      assert.deepEqual(
        plans.map(({ plan }) => countFates(plan!)),
        [
          { kept: 190, changed: 3, new: 9, dropped: 3, stuck: 0 },
          { kept: 117, changed: 2, new: 2, dropped: 0, stuck: 0 },
        ],
      );
      const restored = await restoreSettings(access, snapshot, undefined, { layouts });
      assert.deepEqual(
        restored.map(({ what, outcome }) => [what, outcome]),
        [
          ['motor configuration', 'migrated'],
          ['app configuration', 'migrated'],
        ],
      );
      assert.match(restored[0]!.detail!, /^190 kept, 3 changed, 9 new, 3 dropped/);
      const mcconf = await readConfiguration(access.endpoint, 'mcconf', layouts);
      const appconf = await readConfiguration(access.endpoint, 'appconf', layouts);
      assert.equal(text(mcconf, 'l_current_max'), '44.5');
      assert.equal(text(mcconf, 'foc_motor_r'), '0.0123');
      assert.equal(text(mcconf, 'm_sensor_port_mode'), 'SENSOR_PORT_MODE_AS5047_SPI');
      assert.equal(text(appconf, 'app_to_use'), 'APP_PAS');
      assert.equal(text(appconf, 'timeout_msec'), '777');
      assert.equal(text(appconf, 'controller_id'), '42');
      assert.equal(text(appconf, 'imu_conf.rot_yaw'), '12.5');
      assert.deepEqual((await planSnapshot(access, snapshot, layouts)).length, 2, 'the layouts still differ');
    });
  });

  it('brings only what is wanted', async () => {
    const snapshot = await snapshotOf(
      { major: 6, minor: 5 },
      { mcconf: { l_current_max: 44, l_watt_max: 900 }, appconf: { timeout_msec: 777 } },
    );
    await talk({}, async (access) => {
      const wants = (what: string, name: string): boolean =>
        what === 'motor configuration' && name === 'l_watt_max';
      await restoreSettings(access, snapshot, undefined, { layouts, wants });
      const mcconf = await readConfiguration(access.endpoint, 'mcconf', layouts);
      assert.deepEqual([text(mcconf, 'l_current_max'), text(mcconf, 'l_watt_max')], ['60', '900']);
      const appconf = await readConfiguration(access.endpoint, 'appconf', layouts);
      assert.equal(text(appconf, 'timeout_msec'), '1000');
    });
  });

  it('says what the new firmware made of values beyond its limits', async () => {
    const snapshot = await snapshotOf(
      { major: 6, minor: 5 },
      { mcconf: { l_current_max: 300, l_watt_max: 900 } },
      { firmwareName: 'no_hw_limits' },
    );
    await talk({}, async (access) => {
      const [mcconf] = await restoreSettings(access, snapshot, undefined, { layouts });
      assert.equal(mcconf?.outcome, 'migrated');
      assert.match(mcconf.detail!, /; the firmware changed l_current_max: 300 A → 120 A$/);
    });
  });

  it('is kept where a layout is not known, or nobody asked for it', async () => {
    const snapshot = await snapshotOf({ major: 6, minor: 5 }, {});
    const [motor] = snapshot.motors;
    const appconf = Uint8Array.of(0, 0, 0, 7, ...motor!.appconf.subarray(4));
    const foreign: Snapshot = { ...snapshot, motors: [{ ...motor!, appconf }] };
    await talk({}, async (access) => {
      const plans = await planSnapshot(access, foreign, layouts);
      assert.deepEqual(
        plans.map(({ plan, problem }) => [plan !== undefined, problem?.code]),
        [
          [true, undefined],
          [false, 'layout-unknown'],
        ],
      );
      const parts = await restoreSettings(access, foreign, undefined, { layouts });
      assert.deepEqual(
        parts.map(({ outcome }) => outcome),
        ['migrated', 'kept'],
      );
      assert.match(parts[1]!.detail!, /its layout \(signature 7\) is of no release/);
      const unasked = await restoreSettings(access, foreign);
      assert.deepEqual(
        unasked.map(({ outcome }) => outcome),
        ['kept', 'kept'],
      );
    });
  });

  it('has nothing to carry over where the layouts are the same', async () => {
    const snapshot = await snapshotOf({ major: 7, minor: 1 }, { mcconf: { l_current_max: 44 } });
    await talk({}, async (access) => {
      assert.deepEqual(await planSnapshot(access, snapshot, layouts), []);
    });
  });

  it('is carried over for both motors, as far as they answer', async () => {
    const dual = { dualMotor: true, canId: 30 };
    const snapshot = await snapshotOf({ major: 6, minor: 5 }, { mcconf: { l_current_max: 44 } }, dual);
    assert.equal(snapshot.motors.length, 2);
    await talk(dual, async (access) => {
      const plans = await planSnapshot(access, snapshot, layouts);
      assert.deepEqual(
        plans.map(({ what }) => what),
        [
          'motor configuration',
          'app configuration',
          'motor configuration of motor 2',
          'app configuration of motor 2',
        ],
      );
    });
    await talk({ canId: 30 }, async (access) => {
      assert.equal((await planSnapshot(access, snapshot, layouts)).length, 2);
    });
  });
});

describe('a snapshot that arrives on firmware with the same layout', () => {
  it('leaves the settings that are skipped as the controller has them, and writes the rest', async () => {
    const snapshot = await snapshotOf(
      { major: 7, minor: 1 },
      { mcconf: { l_current_max: 44, l_watt_max: 900 }, appconf: { timeout_msec: 777 } },
    );
    await talk({}, async (access) => {
      const present = await readConfiguration(access.endpoint, 'mcconf', layouts);
      await writeConfiguration(access, present, new Map([['l_watt_max', 800]]));
      const names = ['l_watt_max'];
      const parts = await restoreSettings(access, snapshot, undefined, undefined, { names, layouts });
      assert.deepEqual(
        parts.map(({ outcome, detail }) => [outcome, detail]),
        [
          ['restored', 'left as it is: l_watt_max'],
          ['restored', undefined],
        ],
      );
      const mcconf = await readConfiguration(access.endpoint, 'mcconf', layouts);
      assert.deepEqual([text(mcconf, 'l_current_max'), text(mcconf, 'l_watt_max')], ['44', '800']);
      const appconf = await readConfiguration(access.endpoint, 'appconf', layouts);
      assert.equal(text(appconf, 'timeout_msec'), '777');
    });
  });

  it('writes nothing of a layout nobody knows when settings are skipped', async () => {
    const snapshot = await snapshotOf({ major: 7, minor: 1 }, { mcconf: { l_current_max: 44 } });
    await talk({}, async (access) => {
      const skip = { names: ['l_watt_max'], layouts: () => Promise.resolve(undefined) };
      const parts = await restoreSettings(access, snapshot, undefined, undefined, skip);
      assert.deepEqual(
        parts.map(({ outcome }) => outcome),
        ['kept', 'kept'],
      );
      const mcconf = await readConfiguration(access.endpoint, 'mcconf', layouts);
      assert.equal(text(mcconf, 'l_current_max'), '60');
    });
  });

  it('is planned like any other when that is asked for', async () => {
    const snapshot = await snapshotOf({ major: 7, minor: 1 }, { mcconf: { l_current_max: 44 } });
    await talk({}, async (access) => {
      const plans = await planSnapshot(access, snapshot, layouts, true);
      assert.deepEqual(
        plans.map(({ plan }) => countFates(plan!).kept),
        [202, 121],
      );
    });
  });

  it('says by name what the firmware changed, and that measured offsets stay', async () => {
    const limitless = { firmwareName: 'no_hw_limits' };
    const settings = {
      mcconf: { l_current_max: 300, foc_offsets_cal_mode: 2, 'foc_offsets_current[0]': 2000 },
    };
    const snapshot = await snapshotOf({ major: 7, minor: 1 }, settings, limitless);
    await talk({}, async (access) => {
      const [mcconf] = await restoreSettings(access, snapshot);
      assert.deepEqual(
        [mcconf?.outcome, mcconf?.detail],
        ['adjusted', 'the firmware changed l_current_max: 300 A → 120 A'],
      );
    });
    const measured = await snapshotOf(
      { major: 7, minor: 1 },
      { mcconf: { foc_offsets_cal_mode: 2, 'foc_offsets_current[0]': 2000 } },
    );
    // Somebody has switched the taking of offsets off again: they differ, and stay.
    const [motor] = measured.motors;
    await talk({}, async (access) => {
      const { layout, values } = await readConfiguration(access.endpoint, 'mcconf', layouts);
      const mcconf = encodeSettings(layout, new Map(values).set('foc_offsets_current[0]', 2000));
      const [part] = await restoreSettings(access, { ...measured, motors: [{ ...motor!, mcconf }] });
      assert.deepEqual(
        [part?.outcome, part?.detail],
        ['restored', 'the measured offsets stay as the controller has them'],
      );
    });
  });
});
