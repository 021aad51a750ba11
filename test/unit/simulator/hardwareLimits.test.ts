import assert from 'node:assert/strict';
import { getConfiguration, setConfiguration } from '../../../src/protocol/messages/configuration';
import { releaseLayout } from '../../../src/protocol/settings/releaseLayouts';
import { decodeSettings, encodeSettings } from '../../../src/protocol/settings/settingsLayout';
import type { SimulatedControllerOptions } from '../../../src/simulator/options';
import { bench } from './upload';

const STORE_MS = 500;

/** Sends a motor configuration with `changes` and tells what the controller then holds of them. */
async function send(
  changes: Readonly<Record<string, number>>,
  options: SimulatedControllerOptions = {},
): Promise<Record<string, number>> {
  const { host } = bench(options);
  const layout = releaseLayout('mcconf', options.version ?? { major: 7, minor: 1 })!;
  const values = new Map(decodeSettings(layout, (await host.ask(getConfiguration('mcconf')))!));
  for (const [name, value] of Object.entries(changes)) values.set(name, value);
  await host.ask(setConfiguration('mcconf', encodeSettings(layout, values)), STORE_MS);
  const taken = decodeSettings(layout, (await host.ask(getConfiguration('mcconf')))!)!;
  for (const [name, value] of values)
    if (!(name in changes)) assert.equal(taken.get(name), value, `${name} was not asked for`);
  return Object.fromEntries(Object.keys(changes).map((name) => [name, taken.get(name)!]));
}

describe('the hardware limits of the simulated controller', () => {
  it('clamp what is sent without a word', async () => {
    assert.deepEqual(
      await send({ l_current_max: 500, l_current_min: -500, l_max_vin: 90, l_max_duty: 1, l_erpm_start: 2 }),
      { l_current_max: 120, l_current_min: -120, l_max_vin: 57, l_max_duty: 0.99, l_erpm_start: 1 },
    );
    assert.deepEqual(await send({ l_current_max: 90 }), { l_current_max: 90 });
  });

  it('are off in a build without them, but for those that hold always', async () => {
    assert.deepEqual(
      await send({ l_current_max: 500, l_current_max_scale: 3 }, { firmwareName: 'no_hw_limits' }),
      { l_current_max: 500, l_current_max_scale: 1 },
    );
  });

  it('keep the measured offsets, unless the calibration mode says otherwise', async () => {
    const offset = { 'foc_offsets_current[0]': 2000 };
    assert.deepEqual(await send(offset), { 'foc_offsets_current[0]': 2048 });
    const taken = { ...offset, foc_offsets_cal_mode: 2 };
    assert.deepEqual(await send(taken), taken);
    assert.deepEqual(await send(offset, { version: { major: 6, minor: 5 } }), offset);
  });
});
