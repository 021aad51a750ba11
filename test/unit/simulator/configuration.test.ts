import assert from 'node:assert/strict';
import { SECTORS } from '../../../src/image/flashMap';
import {
  setAppconfNoStore,
  getConfiguration,
  getDefaultConfiguration,
  setConfiguration,
} from '../../../src/protocol/messages/configuration';
import { reboot } from '../../../src/protocol/messages/identity';
import { setBatteryCut, setMcconfTemp } from '../../../src/protocol/messages/motor';
import { getBatteryCut, getMcconfTemp, getValues } from '../../../src/protocol/messages/telemetry';
import { terminalCommand } from '../../../src/protocol/messages/terminal';
import { SimulatedController } from '../../../src/simulator/simulatedController';
import layouts from '../../data/vesc-config-layouts.json';
import { prints, TestHost } from './testHost';
import { bench, jump, otherText, staged, upload } from './upload';

const STORE_MS = 500;

describe('the configurations of the simulated controller', () => {
  for (const [version, { mcconf, appconf }] of Object.entries(layouts.layouts)) {
    it(`of ${version} have its signatures and lengths, and survive a restart`, async () => {
      const [major, minor] = version.split('.').map(Number);
      const { clock, controller, host } = bench({ version: { major: major!, minor: minor! } });
      for (const [kind, layout] of [
        ['mcconf', mcconf],
        ['appconf', appconf],
      ] as const) {
        const blob = (await host.ask(getConfiguration(kind)))!;
        assert.equal(new DataView(blob.buffer).getUint32(0), layout.signature);
        assert.equal(blob.length, layout.bytes);
        assert.deepEqual(blob, await host.ask(getDefaultConfiguration(kind)));
        blob[100]! ^= 0x55;
        assert.equal(await host.ask(setConfiguration(kind, blob), STORE_MS), true);
        assert.deepEqual(await host.ask(getConfiguration(kind)), blob);
      }
      const changed = await host.ask(getConfiguration('mcconf'));
      await host.exchange(reboot(), 10_000);
      const again = new TestHost(controller.connect(), clock);
      assert.deepEqual(await again.ask(getConfiguration('mcconf')), changed);
      assert.notDeepEqual(await again.ask(getDefaultConfiguration('mcconf')), changed);
    });
  }

  it('take a while to be stored', async () => {
    const { host } = bench();
    const blob = (await host.ask(getConfiguration('mcconf')))!;
    assert.equal(await host.ask(setConfiguration('mcconf', blob), 150), undefined);
  });

  it('with another signature are dropped without an answer, but with a print', async () => {
    const { host } = bench();
    await host.exchange(terminalCommand('uptime'));
    const blob = (await host.ask(getConfiguration('mcconf')))!;
    blob[0]! ^= 1;
    const came = await host.exchange(setConfiguration('mcconf', blob).payload, STORE_MS);
    assert.deepEqual(prints(came), ['Warning: Could not set mcconf due to wrong signature']);
    assert.equal(came.length, 1);
  });

  it('are in force without being stored when asked so', async () => {
    const { clock, controller, host } = bench({ canId: 20 });
    const blob = (await host.ask(getConfiguration('appconf')))!;
    blob[4] = 77;
    assert.equal(await host.ask(setAppconfNoStore(blob)), true);
    assert.equal((await host.ask(getValues()))?.controllerId, 77);
    await host.exchange(reboot(), 10_000);
    assert.equal((await new TestHost(controller.connect(), clock).ask(getValues()))?.controllerId, 20);
  });

  it('are lost by an update, but from 6.06 on not the CAN id', async () => {
    for (const [version, kept] of [
      [{ major: 6, minor: 6 }, true],
      [{ major: 6, minor: 5 }, false],
    ] as const) {
      const { clock, controller, host } = bench({ version, canId: 33 });
      const blob = (await host.ask(getConfiguration('mcconf')))!;
      blob[100]! ^= 0x55;
      await host.ask(setConfiguration('mcconf', blob), STORE_MS);
      await upload(host, staged({ ...otherText, version }));
      await jump(host);
      const again = new TestHost(controller.connect(), clock);
      assert.deepEqual(
        await again.ask(getConfiguration('mcconf')),
        await again.ask(getDefaultConfiguration('mcconf')),
      );
      assert.equal((await again.ask(getValues()))?.controllerId === 33, kept);
    }
  });

  it('lie in the flash, and are there again in another controller with the same flash', async () => {
    const { controller, host, clock } = bench({ canId: 5 });
    const blob = (await host.ask(getConfiguration('appconf')))!;
    blob[4] = 99;
    await host.ask(setConfiguration('appconf', blob), STORE_MS);
    const page = controller.flash.read(SECTORS[1]!.address, 0x8000);
    assert.ok(page.some((byte) => byte === 99));
    const heir = new SimulatedController({ flash: controller.flash.content }, clock);
    assert.equal((await new TestHost(heir.connect(), clock).ask(getValues()))?.controllerId, 99);
  });

  it('hold the battery cut, which has a command of its own', async () => {
    for (const minor of [2, 6]) {
      const { host } = bench({ version: { major: 6, minor } });
      assert.deepEqual(await host.ask(getBatteryCut()), { start_V: 10, end_V: 8 });
      const cut = { start_V: 42.5, end_V: 38, store: true, forwardCan: false };
      assert.equal(await host.ask(setBatteryCut(cut), 100), true);
      assert.deepEqual(await host.ask(getBatteryCut()), { start_V: 42.5, end_V: 38 });
    }
  });

  it('are overridden by temporary limits until the next start', async () => {
    const { clock, controller, host } = bench();
    const limits = (await host.ask(getMcconfTemp()))!;
    assert.equal(limits.maxDuty, Math.fround(0.95));
    const options = { store: false, forwardCan: false, divide: false };
    assert.equal(await host.ask(setMcconfTemp({ ...limits, maxDuty: 0.5 }, options)), true);
    assert.equal((await host.ask(getMcconfTemp()))?.maxDuty, 0.5);
    controller.reset();
    await clock.advance(6000);
    const again = new TestHost(controller.connect(), clock);
    assert.equal((await again.ask(getMcconfTemp()))?.maxDuty, Math.fround(0.95));
  });
});
