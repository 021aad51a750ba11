import assert from 'node:assert/strict';
import {
  APP_ADDRESS,
  BOOTLOADER_ADDRESS,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  FLASH_SIZE,
} from '../../../src/image/flashMap';
import { CommandId } from '../../../src/protocol/commandId';
import { OtherChip } from '../../../src/simulator/swdPins';
import { syntheticBootloader, syntheticImage } from '../../support/syntheticImage';
import { DEAD, HEALTHY, RecoveryBench } from '../../support/recoveryBench';
import { readImage } from '../../../src/image/imageFile';

const BOOTLOADER = { bytes: syntheticBootloader(), name: 'generic.bin' };

describe('recovering a controller through another one', () => {
  let bench: RecoveryBench;
  afterEach(() => bench.dispose());

  it('brings it back, proves its identity, and keeps what was in its flash', async () => {
    bench = new RecoveryBench();
    const before = bench.dead.flash.content.slice();
    const result = await bench.recover({ bootloader: BOOTLOADER, backup: true });
    assert.deepEqual([result.verdict, result.proof, result.uuid], ['updated', 'build-identity', bench.uuid]);
    assert.equal(result.after?.firmware.buildId, result.buildId);
    assert.equal(bench.dead.phase, 'running');
    assert.equal(result.bootloader, 'written');
    assert.deepEqual(bench.dead.flash.read(BOOTLOADER_ADDRESS, BOOTLOADER.bytes.length), BOOTLOADER.bytes);
    const [[name, kept]] = [...bench.backups] as [[string, Uint8Array]];
    assert.match(name, new RegExp(`^${bench.uuid}-2026-01-01T.*\\.bin$`));
    assert.equal(result.backupPath, `/data/flash/${name}`);
    assert.deepEqual(kept, before);
    assert.equal(kept.length, FLASH_SIZE);
    const stages = result.stages.map(({ stage }) => stage);
    for (const stage of ['identify', 'snapshot', 'erase', 'upload', 'verify', 'commit', 'reconnect', 'prove'])
      assert.ok(stages.includes(stage as never), stage);
    // The healthy one answers as before, and its programmer is free again.
    assert.equal(bench.healthy.phase, 'running');
    assert.equal((await bench.recover({ reflash: true })).verdict, 'updated');
  });

  it('finds it by its number wherever it turns up', async () => {
    bench = new RecoveryBench();
    bench.candidates = [HEALTHY, DEAD];
    const image = readImage(syntheticImage(), 'test.bin');
    const result = await bench.clock.run(bench.recovery.run({ programmer: bench.programmer, image }));
    assert.equal(result.verdict, 'updated');
    assert.deepEqual(result.address, DEAD);
  });

  it('keeps the bootloader that is there, and says when there is none', async () => {
    bench = new RecoveryBench();
    const kept = bench.dead.flash.read(BOOTLOADER_ADDRESS, 6224).slice();
    const result = await bench.recover();
    assert.equal(result.bootloader, 'kept');
    assert.deepEqual(bench.dead.flash.read(BOOTLOADER_ADDRESS, 6224), kept);
    bench.dispose();
    bench = new RecoveryBench({ bricked: true, bootloader: 'none' });
    assert.equal((await bench.recover()).bootloader, 'none');
  });

  it('keeps the sectors of the settings when asked, where there are any', async () => {
    bench = new RecoveryBench({ canId: 77 });
    // It answers, so all its settings are read before and written back as well.
    const result = await bench.recover({ keepSettings: true, reflash: true });
    assert.deepEqual([result.verdict, result.settings], ['updated', 'kept']);
    assert.equal(bench.dead.firmware?.canIds[0], 77);
    assert.deepEqual(await bench.journal.pending(), []);
    bench.dispose();
    bench = new RecoveryBench();
    assert.equal((await bench.recover({ keepSettings: true })).settings, 'blank');
    const settings = bench.dead.flash.read(APP_ADDRESS + EEPROM_OFFSET, EEPROM_END_OFFSET - EEPROM_OFFSET);
    assert.ok(settings.some((byte) => byte !== 0xff));
  });

  it('gives back what an update owes that died in the bootloader', async () => {
    bench = new RecoveryBench({ canId: 99 });
    await bench.memory.remember(bench.uuid, { bootloader: { state: 'proven' } });
    const operations = bench.dead.flash;
    operations.cutPower = ({ kind, address }) => kind === 'program' && address === APP_ADDRESS;
    const image = readImage(syntheticImage({ hardware: '60' }), 'test.bin');
    const update = bench.clock.run(bench.updater.run({ target: { address: DEAD }, image }));
    assert.equal((await update).verdict, 'lost');
    operations.cutPower = undefined;
    bench.dead.powerOn();
    await bench.clock.advance(60_000);
    assert.equal(bench.dead.phase, 'broken');
    const result = await bench.recover();
    assert.equal(result.verdict, 'updated');
    assert.deepEqual(result.restored.map(({ what, outcome }) => [what, outcome]).slice(0, 2), [
      ['motor configuration', 'restored'],
      ['app configuration', 'restored'],
    ]);
    assert.equal(bench.dead.firmware?.canIds[0], 99);
    assert.deepEqual(await bench.journal.pending(), []);
  });

  it('proves an image without identity by its bytes, unless what answers contradicts them', async () => {
    bench = new RecoveryBench();
    const result = await bench.recover({}, { userCommit: '' });
    assert.deepEqual([result.verdict, result.proof], ['updated', 'read-back']);
  });

  it('does nothing when this very build runs there already', async () => {
    bench = new RecoveryBench();
    await bench.recover();
    const operations = bench.dead.flash.operations;
    const again = await bench.recover();
    assert.deepEqual([again.verdict, again.payload_B], ['already-running', 0]);
    assert.equal(bench.dead.flash.operations, operations);
  });

  it('refuses what an update refuses, before anything is erased', async () => {
    bench = new RecoveryBench({});
    const operations = bench.dead.flash.operations;
    const wrong = await bench.recover({}, { hardware: '75_300_R2' });
    assert.deepEqual([wrong.verdict, wrong.error?.code], ['refused', 'wrong-hardware']);
    bench.dead.firmware!.motor(0).command('duty', 0.3);
    await bench.clock.advance(500);
    assert.equal((await bench.recover()).error?.code, 'motor-turning');
    const altered = syntheticImage({ userCommit: `vb1-${'1'.repeat(40)}` });
    assert.equal((await bench.recover({}, altered)).error?.code, 'image-altered');
    const app = { bytes: syntheticImage().slice(0, 6000), name: 'app.bin' };
    assert.equal((await bench.recover({ bootloader: app })).error?.code, 'bootloader-is-app');
    assert.equal(bench.dead.flash.operations, operations);
  });

  it('sees by what is left of its firmware that an image is for other hardware', async () => {
    bench = new RecoveryBench();
    const wrong = await bench.recover({ backup: true }, { hardware: '75_300_R2' });
    assert.deepEqual([wrong.verdict, wrong.error?.code], ['refused', 'wrong-hardware']);
    const insisted = await bench.recover({ backup: true, overrideHardware: '60' }, { hardware: '75_300_R2' });
    assert.equal(insisted.verdict, 'updated');
  });

  it('programs no other controller than the one that answers there', async () => {
    bench = new RecoveryBench({});
    bench.healthy.wireSwdTo(new RecoveryBench({ uuid: '0'.repeat(24) }).dead.swd);
    const result = await bench.recover({ reflash: true });
    assert.deepEqual([result.verdict, result.error?.code], ['refused', 'swd-other-controller']);
  });

  it('goes on without a snapshot where the user overrides that', async () => {
    bench = new RecoveryBench({});
    bench.dead.interference = ({ payload }) => (payload[0] === CommandId.GET_MCCONF ? 'drop' : undefined);
    assert.equal((await bench.recover()).error?.code, 'snapshot-failed');
    assert.equal((await bench.recover({ override: ['snapshot-failed'] })).verdict, 'updated');
    assert.deepEqual(await bench.journal.pending(), [], 'nothing is left half-way');
  });

  it('is kept out by a chip that is read-protected', async () => {
    bench = new RecoveryBench({ bricked: true, readProtected: true });
    const locked = await bench.recover();
    assert.deepEqual([locked.verdict, locked.error?.code], ['refused', 'swd-locked']);
    const unlocked = await bench.recover({ unlock: true });
    assert.deepEqual([unlocked.verdict, unlocked.error?.code], ['refused', 'swd-cannot-unlock']);
  });

  it('says what is wrong with the way to the chip', async () => {
    bench = new RecoveryBench();
    const failsWith = (code: string) => assert.rejects(bench.recover(), { code });
    bench.healthy.wireSwdTo(undefined);
    await failsWith('swd-no-target');
    bench.healthy.wireSwdTo(new OtherChip(-2));
    assert.equal((await bench.recover()).error?.code, 'swd-unknown-chip');
    bench.healthy.wireSwdTo(new OtherChip(8));
    const other = await bench.recover();
    assert.deepEqual([other.verdict, other.error?.code], ['refused', 'swd-wrong-chip']);
    assert.match(other.error!.message, /nRF52840/);
    // A chip that answers once and then does not let itself be read.
    bench.healthy.wireSwdTo(new OtherChip(1));
    await failsWith('swd-no-target');
    bench.healthy.interference = ({ payload }) =>
      payload[0] === CommandId.BM_MAP_PINS_DEFAULT ? 'drop' : undefined;
    await failsWith('swd-not-a-programmer');
    bench.dispose();
    bench = new RecoveryBench({ bricked: true }, { hardwareType: 'bms' });
    await failsWith('swd-not-a-programmer');
    bench.healthy.unplug();
    bench.healthy.cutPower();
    await failsWith('port-not-found');
  });

  it('does not take a port away from somebody who has it', async () => {
    bench = new RecoveryBench({});
    const lease = await bench.pool.acquire(DEAD);
    const claim = lease.session.claim('somebody works there');
    await assert.rejects(bench.recover(), { code: 'link-in-use' });
    claim.dispose();
    lease.dispose();
  });

  it('can be cancelled until the erase, and not after it', async () => {
    bench = new RecoveryBench();
    const cancelAt = (stage: string) => {
      const cancel = new AbortController();
      return {
        signal: cancel.signal,
        onProgress: (progress: { stage: string; cancellable: boolean }) => {
          if (progress.stage !== stage) return;
          assert.equal(progress.cancellable, stage === 'snapshot');
          cancel.abort();
        },
      };
    };
    const operations = bench.dead.flash.operations;
    const early = await bench.recover({ backup: true }, {}, cancelAt('snapshot'));
    assert.deepEqual([early.verdict, early.error?.code], ['interrupted', 'cancelled']);
    assert.equal(bench.dead.flash.operations, operations);
    const late = await bench.recover({}, {}, cancelAt('upload'));
    assert.equal(late.verdict, 'updated');
  });

  it('cannot begin when the backup or the journal cannot be kept', async () => {
    bench = new RecoveryBench();
    bench.keepBackup = () => Promise.reject(new Error('ENOSPC'));
    const full = await bench.recover({ backup: true });
    assert.deepEqual([full.verdict, full.error?.code], ['refused', 'data-unwritable']);
    bench.dispose();
    bench = new RecoveryBench({});
    const write = bench.files.write.bind(bench.files);
    bench.files.write = (path, text) =>
      path.startsWith('journal') ? Promise.reject(new Error('ENOSPC')) : write(path, text);
    assert.equal((await bench.recover({ reflash: true })).error?.code, 'data-unwritable');
    assert.equal(bench.dead.phase, 'running');
  });
});
