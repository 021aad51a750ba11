import assert from 'node:assert/strict';
import { BOOTLOADER_ADDRESS } from '../../../src/image/flashMap';
import { CommandId } from '../../../src/protocol/commandId';
import { installBootloader, type BootloaderHooks } from '../../../src/update/bootloaderInstaller';
import type { JournalEntry } from '../../../src/update/journal';
import { syntheticBootloader, syntheticImage } from '../../support/syntheticImage';
import { ADDRESS, UpdateBench } from '../../support/updateBench';

const BOOTLOADER = syntheticBootloader();

describe('installing a bootloader', () => {
  let bench: UpdateBench;
  afterEach(() => bench.dispose());

  const install = (bootloader: Uint8Array = BOOTLOADER, hooks: BootloaderHooks = {}) =>
    bench.clock.run(
      installBootloader(
        bench.dependencies,
        { target: { address: ADDRESS }, bootloader, name: 'generic.bin' },
        hooks,
      ),
    );
  const sector = () => bench.controller.flash.read(BOOTLOADER_ADDRESS, BOOTLOADER.length);

  it('makes a controller without one able to take updates', async () => {
    bench = new UpdateBench({ bootloader: 'none' });
    assert.equal((await bench.flash()).error?.code, 'bootloader-missing');
    const result = await install();
    assert.equal(result.verdict, 'installed');
    assert.deepEqual(sector(), BOOTLOADER);
    assert.equal((await bench.memory.recall(bench.uuid)).bootloader?.state, 'answers');
    assert.deepEqual(await bench.journal.pending(), []);
    assert.equal((await bench.flash()).verdict, 'updated');
  });

  it('replaces an old one, and the next update goes through', async () => {
    bench = new UpdateBench({ bootloader: 'old' });
    assert.equal((await bench.flash()).verdict, 'not-taken');
    assert.equal((await install()).verdict, 'installed');
    assert.equal((await bench.flash()).verdict, 'updated');
  });

  it('does not install what an earlier upload left in the staging area', async () => {
    bench = new UpdateBench({ bootloader: 'none' });
    await bench.trustBootloader();
    assert.equal((await bench.flash()).verdict, 'not-taken');
    assert.equal((await install()).verdict, 'installed');
    assert.equal(bench.controller.firmware?.identity.userCommit, '', 'the old firmware still runs');
  });

  it('refuses what is no bootloader, and erases nothing', async () => {
    bench = new UpdateBench();
    const operations = bench.controller.flash.operations;
    for (const [file, code] of [
      [syntheticImage(), 'bootloader-too-long'],
      [syntheticImage().slice(0, 6000), 'bootloader-is-app'],
      [new Uint8Array(3), 'bootloader-empty'],
    ] as const) {
      const result = await install(file);
      assert.deepEqual([result.verdict, result.error?.code], ['refused', code]);
    }
    assert.equal(bench.controller.flash.operations, operations);
  });

  it('refuses while the motor turns, and for other kinds of controllers', async () => {
    bench = new UpdateBench();
    bench.controller.firmware!.motor(0).command('duty', 0.3);
    await bench.clock.advance(500);
    assert.equal((await install()).error?.code, 'motor-turning');
    bench.dispose();
    bench = new UpdateBench({ hardwareType: 'bms' });
    assert.equal((await install()).error?.code, 'not-a-vesc');
  });

  it('goes on when it is cancelled after the erase: no bootloader is the one state to get out of', async () => {
    bench = new UpdateBench({ bootloader: 'old' });
    const cancel = new AbortController();
    const result = await install(BOOTLOADER, { signal: cancel.signal, onProgress: () => cancel.abort() });
    assert.equal(result.verdict, 'installed');
    assert.deepEqual(sector(), BOOTLOADER);
  });

  it('does not begin when it is cancelled while the controller is looked at', async () => {
    bench = new UpdateBench();
    const operations = bench.controller.flash.operations;
    for (const nth of [1, 2]) {
      const cancel = new AbortController();
      let seen = 0;
      // The values are asked twice: for its CAN id, and whether the motor turns.
      bench.controller.interference = ({ direction, payload }) => {
        const asked = direction === 'to-controller' && payload[0] === CommandId.GET_VALUES_SELECTIVE;
        if (asked && ++seen === nth) cancel.abort();
        return undefined;
      };
      await assert.rejects(install(BOOTLOADER, { signal: cancel.signal }), { code: 'cancelled' });
    }
    assert.equal(bench.controller.flash.operations, operations);
    assert.deepEqual(await bench.journal.pending(), []);
  });

  it('says so when the controller refuses the erase, and must be repeated', async () => {
    bench = new UpdateBench();
    bench.controller.interference = ({ direction, payload }) =>
      direction === 'from-controller' && payload[0] === CommandId.ERASE_BOOTLOADER
        ? { replace: Uint8Array.of(CommandId.ERASE_BOOTLOADER, 0) }
        : undefined;
    const result = await install();
    assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'bootloader-erase-refused']);
    assert.equal((await bench.journal.pending())[0]?.state, 'bootloader');
  });

  it('does not hide a bug of ours behind a verdict', async () => {
    bench = new UpdateBench();
    const onProgress = (): never => {
      throw new TypeError('a bug');
    };
    await assert.rejects(install(BOOTLOADER, { onProgress }), TypeError);
  });

  it('forgets nothing that an update before it owes', async () => {
    bench = new UpdateBench();
    const owing: JournalEntry = {
      uuid: bench.uuid,
      hardware: '60',
      state: 'restoring',
      since: '2026-01-01T00:00:00.000Z',
      image: '60.bin',
      snapshotPath: '/data/s.json',
      address: 'sim:',
    };
    await bench.journal.write(owing);
    let writes = 0;
    bench.controller.interference = ({ payload }) =>
      payload[0] === CommandId.WRITE_NEW_APP_DATA && ++writes === 4 ? 'unplug' : undefined;
    assert.equal((await install()).verdict, 'interrupted');
    assert.deepEqual(await bench.journal.unfinishedUpdate(bench.uuid), owing);
    bench.controller.interference = undefined;
    assert.equal((await install()).verdict, 'installed');
    assert.deepEqual(await bench.journal.pending(), [owing]);
  });

  it('is offered through the updater as well', async () => {
    bench = new UpdateBench({ bootloader: 'none' });
    const request = { target: { address: ADDRESS }, bootloader: BOOTLOADER, name: 'generic.bin' };
    assert.equal((await bench.clock.run(bench.updater.installBootloader(request))).verdict, 'installed');
  });

  it('says that there is none when the cable is pulled in the middle, and remembers it', async () => {
    bench = new UpdateBench();
    let writes = 0;
    bench.controller.interference = ({ payload }) =>
      payload[0] === CommandId.WRITE_NEW_APP_DATA && ++writes === 4 ? 'unplug' : undefined;
    const result = await install();
    assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'bootloader-half-written']);
    assert.equal((await bench.journal.pending())[0]?.state, 'bootloader');
    assert.equal((await bench.memory.recall(bench.uuid)).bootloader?.state, 'unknown');
    bench.controller.interference = undefined;
    assert.equal((await install()).verdict, 'installed');
    assert.deepEqual(await bench.journal.pending(), []);
  });

  it('does not begin when this computer cannot keep what it must', async () => {
    bench = new UpdateBench();
    bench.files.write = () => Promise.reject(new Error('ENOSPC'));
    await assert.rejects(install(), { code: 'data-unwritable' });
    assert.notDeepEqual(sector(), BOOTLOADER);
  });

  it('makes both motors of a dual board safe', async () => {
    bench = new UpdateBench({ bootloader: 'none', dualMotor: true });
    const released: number[] = [];
    bench.controller.interference = ({ direction, payload }) => {
      const forwarded = direction === 'to-controller' && payload[0] === CommandId.FORWARD_CAN;
      if (forwarded && payload[2] === CommandId.SET_CURRENT) released.push(payload[1]!);
      return undefined;
    };
    assert.equal((await install()).verdict, 'installed');
    assert.deepEqual(new Set(released), new Set([bench.controller.firmware!.canIds[1]]));
  });

  it('says so when what was written does not answer', async () => {
    bench = new UpdateBench({ bootloader: 'none' });
    bench.controller.interference = ({ direction, payload }) =>
      direction === 'to-controller' && payload[0] === CommandId.WRITE_NEW_APP_DATA
        ? { replace: Uint8Array.of(...payload.subarray(0, 5), ...payload.subarray(5).fill(0xff)) }
        : undefined;
    const result = await install();
    assert.deepEqual([result.verdict, result.error?.code], ['not-taken', 'bootloader-silent']);
  });
});
