import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import {
  APP_ADDRESS,
  BOOTLOADER_ADDRESS,
  EEPROM_END_OFFSET,
  EEPROM_OFFSET,
  FLASH_SIZE,
} from '../../../src/image/flashMap';
import { CommandId } from '../../../src/protocol/commandId';
import { fwVersion } from '../../../src/protocol/messages/identity';
import type { Programmer } from '../../../src/recovery/programmer';
import { takeSnapshot } from '../../../src/settings/settingsReader';
import { OtherChip } from '../../../src/simulator/swdPins';
import type { UpdateProgress } from '../../../src/update/updater';
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

describe('a recovery that breaks off', () => {
  let bench: RecoveryBench;
  afterEach(() => bench.dispose());

  /** Ends as lost with `code`; the next run brings the controller back. */
  async function breaksWith(code: string, mend: () => void): Promise<void> {
    const result = await bench.recover();
    assert.deepEqual([result.verdict, result.error?.code], ['lost', code]);
    mend();
    const again = await bench.recover({ bootloader: BOOTLOADER });
    assert.deepEqual([again.verdict, again.proof], ['updated', 'build-identity']);
  }

  it('in the erase, when the power fails', async () => {
    bench = new RecoveryBench();
    bench.dead.flash.cutPower = ({ kind }) => kind === 'erase';
    await breaksWith('swd-erase-failed', () => {
      bench.dead.flash.cutPower = undefined;
      bench.dead.powerOn();
    });
  });

  it('in a write, when the power fails', async () => {
    bench = new RecoveryBench();
    bench.dead.flash.cutPower = ({ kind, address }) => kind === 'program' && address > 0x0804_0000;
    await breaksWith('swd-write-failed', () => {
      bench.dead.flash.cutPower = undefined;
      bench.dead.powerOn();
    });
  });

  it('while it is read back, when the power fails', async () => {
    bench = new RecoveryBench();
    let reads = 0;
    bench.healthy.interference = ({ payload, direction }) => {
      const isRead = direction === 'to-controller' && payload[0] === CommandId.BM_MEM_READ;
      // One for each of the two words of the chip, 2,065 for the flash, and the bytes of the verification.
      if (isRead && ++reads === 2500) bench.dead.cutPower();
      return undefined;
    };
    await breaksWith('swd-interrupted', () => {
      bench.healthy.interference = undefined;
      bench.dead.powerOn();
    });
  });

  it('when the programmer is unplugged', async () => {
    bench = new RecoveryBench();
    let writes = 0;
    bench.healthy.interference = ({ payload }) =>
      payload[0] === CommandId.BM_WRITE_FLASH && ++writes === 50 ? 'unplug' : undefined;
    await breaksWith('swd-interrupted', () => (bench.healthy.interference = undefined));
  });

  it('when the programmer is unplugged at the very restart, or the chip does not take it', async () => {
    bench = new RecoveryBench();
    bench.healthy.interference = ({ payload, direction }) =>
      direction === 'to-controller' && payload[0] === CommandId.BM_REBOOT ? 'unplug' : undefined;
    await breaksWith('swd-interrupted', () => (bench.healthy.interference = undefined));
    bench.healthy.interference = ({ payload, direction }) => {
      if (direction === 'to-controller' && payload[0] === CommandId.BM_REBOOT) bench.dead.cutPower();
      return undefined;
    };
    const result = await bench.recover({ reflash: true });
    assert.deepEqual([result.verdict, result.error?.code], ['lost', 'swd-interrupted']);
  });

  it('when what is read back is not what was written', async () => {
    bench = new RecoveryBench();
    bench.healthy.interference = ({ payload, direction }) =>
      direction === 'to-controller' && payload[0] === CommandId.BM_WRITE_FLASH && payload[3] === 0x03
        ? { replace: payload.with(9, payload[9]! ^ 1) }
        : undefined;
    await breaksWith('swd-verify-failed', () => (bench.healthy.interference = undefined));
  });

  it('says so when it does not answer, although its flash is right', async () => {
    bench = new RecoveryBench();
    bench.dead.onPhase((phase) => phase === 'starting' && queueMicrotask(() => bench.dead.cutPower()));
    const result = await bench.recover();
    assert.deepEqual([result.verdict, result.error?.code], ['lost', 'recovered-silent']);
    assert.match(result.error!.message, /60 s/);
  });

  it('asks again when it leaves in the moment it is asked', async () => {
    bench = new RecoveryBench();
    let times = 0;
    bench.dead.interference = ({ payload, direction }) =>
      direction === 'to-controller' && payload[0] === CommandId.FW_INFO && ++times <= 2
        ? 'unplug'
        : undefined;
    assert.equal((await bench.recover()).verdict, 'updated');
    bench.dead.interference = ({ payload, direction }) =>
      direction === 'to-controller' && payload[0] === CommandId.GET_VALUES_SELECTIVE ? 'unplug' : undefined;
    const never = await bench.recover({ reflash: true });
    assert.equal(never.error?.code, 'recovered-silent');
  });

  it('asks again over a link that stayed open', async () => {
    bench = new RecoveryBench();
    let times = 0;
    // Before 6.06 the source is told by the terminal, and a controller that starts once more is silent there.
    bench.dead.interference = ({ payload, direction }) =>
      direction === 'to-controller' && payload[0] === CommandId.TERMINAL_CMD && ++times === 1
        ? 'drop'
        : undefined;
    const result = await bench.recover({}, { version: { major: 6, minor: 5 } });
    assert.deepEqual([result.verdict, result.error?.code, times], ['updated', undefined, 2]);
  });
});

describe('a recovery of a chip that has to be unlocked', () => {
  let bench: RecoveryBench;
  afterEach(() => bench.dispose());

  /** A programmer that can: as an adapter does, it leaves a blank chip. */
  function unlocking(unlock: () => unknown): Programmer {
    return {
      name: 'an adapter',
      connect: async (signal) => {
        const chip = await bench.programmer.connect(signal);
        return {
          facts: { ...chip.facts, protection: 'level-1' },
          erasesAll: false,
          readFlash: () => Promise.reject(new Error('there is nothing to be read')),
          unlock: () => Promise.resolve(unlock()).then(() => undefined),
          program: (parts, hooks) => chip.program(parts, hooks),
          restart: () => chip.restart(),
          release: () => chip.release(),
        };
      },
    };
  }

  it('goes on to the end, whatever was cancelled meanwhile, and reads no blank flash', async () => {
    bench = new RecoveryBench();
    const cancel = new AbortController();
    const programmer = unlocking(() => cancel.abort());
    const result = await bench.recover(
      { programmer, unlock: true, backup: true },
      {},
      { signal: cancel.signal },
    );
    assert.deepEqual([result.verdict, result.error, bench.backups.size], ['updated', undefined, 0]);
  });

  it('can be cancelled before', async () => {
    bench = new RecoveryBench();
    const cancel = new AbortController();
    const programmer = unlocking(() => assert.fail('it was unlocked'));
    const onProgress = ({ stage, fraction }: UpdateProgress): void =>
      void (stage === 'identify' && fraction === 0.5 && cancel.abort());
    const options = { signal: cancel.signal, onProgress };
    const result = await bench.recover({ programmer, unlock: true }, {}, options);
    assert.deepEqual([result.verdict, result.error?.code], ['interrupted', 'cancelled']);
  });

  it('owes the settings of one that answers from then on, and is lost where it fails', async () => {
    bench = new RecoveryBench({ canId: 99 });
    const programmer = unlocking(() => Promise.reject(new VescError('swd-unlock-failed', { reason: 'x' })));
    const result = await bench.recover({ programmer, unlock: true });
    assert.deepEqual([result.verdict, result.error?.code], ['lost', 'swd-unlock-failed']);
    assert.equal((await bench.journal.pending())[0]?.snapshotPath, result.snapshotPath);
  });
});

describe('a recovery of a controller that is owed something', () => {
  let bench: RecoveryBench;
  afterEach(() => bench.dispose());

  /** A controller that answers, whose settings were lost in an earlier update. */
  async function leaveOwed(snapshot = true): Promise<string> {
    bench = new RecoveryBench({ canId: 99 });
    const saved = await bench.clock.run(
      (async () => {
        const lease = await bench.pool.acquire(DEAD);
        const version = await lease.session.request(fwVersion());
        const { session } = lease;
        const access = { endpoint: session, node: (canId: number) => session.node(canId) };
        const taken = await takeSnapshot(access, version, { clock: bench.clock, secondMotor: 'none' });
        lease.dispose();
        return taken;
      })(),
    );
    const path = snapshot ? await bench.snapshots.save(saved) : '/data/gone.json';
    await bench.journal.write({
      uuid: bench.uuid,
      hardware: '60',
      state: 'restoring',
      since: '2026-01-01T00:00:00.000Z',
      image: '60.bin',
      snapshotPath: path,
      address: 'sim:dead',
    });
    return path;
  }

  it('gives it back, also when what is there cannot be read', async () => {
    const path = await leaveOwed();
    let readable = false;
    bench.dead.interference = ({ payload }) =>
      !readable && payload[0] === CommandId.GET_MCCONF ? 'drop' : undefined;
    const result = await bench.recover(
      { override: ['snapshot-failed'], reflash: true },
      {},
      { onProgress: ({ stage }) => (readable ||= stage === 'erase') },
    );
    assert.deepEqual([result.verdict, result.snapshotPath], ['updated', path]);
    assert.equal(bench.dead.firmware?.canIds[0], 99);
    assert.deepEqual(await bench.journal.pending(), []);
  });

  it('ends an installation of a bootloader that was left half-way', async () => {
    bench = new RecoveryBench();
    await bench.journal.write({
      uuid: bench.uuid,
      hardware: '60',
      state: 'bootloader',
      since: '2026-01-01T00:00:00.000Z',
      image: 'generic.bin',
      address: 'sim:dead',
    });
    assert.equal((await bench.recover({ bootloader: BOOTLOADER })).verdict, 'updated');
    assert.deepEqual(await bench.journal.pending(), []);
  });

  it('tells that the snapshot is gone, and goes on', async () => {
    await leaveOwed(false);
    const result = await bench.recover({ reflash: true });
    assert.deepEqual([result.verdict, result.unpaid?.code], ['updated', 'settings-owed']);
    assert.equal(bench.dead.firmware?.canIds[0], 99, 'what is there goes back all the same');
    assert.deepEqual(await bench.journal.pending(), []);
  });
});
