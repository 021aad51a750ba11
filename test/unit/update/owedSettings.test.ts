import assert from 'node:assert/strict';
import { CommandId } from '../../../src/protocol/commandId';
import type { ControllerAccess } from '../../../src/settings/controllerAccess';
import { type MotorSettings, type Snapshot, SnapshotStore } from '../../../src/settings/snapshot';
import { type JournalEntry, UpdateJournal } from '../../../src/update/journal';
import { addOwed, findOwed, lookForOwed, type Owed, owedPart } from '../../../src/update/owedSettings';
import { fakeEndpoint } from '../../support/fakeEndpoint';
import { MemoryFiles } from '../../support/memoryFiles';

const UUID = '3a0041001850563039373220';
const SECOND = '3a0041001850563039373221';
const SIGNATURE = [1, 2, 3, 4];
const blob = (...bytes: number[]): Uint8Array => Uint8Array.of(...SIGNATURE, ...bytes);
const RESET = blob(0, 0, 0, 0);
const OWED = blob(9, 9, 9, 9);

function motor(settings: Partial<MotorSettings> = {}): MotorSettings {
  return { uuid: UUID, canId: undefined, mcconf: RESET, appconf: RESET, ...settings };
}

function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return {
    uuid: UUID,
    hardware: '60',
    firmware: { major: 7, minor: 1, test: 0 },
    takenAt: '2026-01-01T00:00:00.000Z',
    motors: [motor()],
    ...change,
  };
}

const owing = (saved: Snapshot, settings: boolean): Owed => ({
  snapshot: saved,
  path: '/data/s.json',
  since: '2026-01-01T00:00:00.000Z',
  settings,
});

describe('what an earlier update owes', () => {
  const files = new MemoryFiles();
  const journal = new UpdateJournal(files);
  const snapshots = new SnapshotStore(files);

  const note = (state: JournalEntry['state'], snapshotPath?: string): Promise<void> =>
    journal.write({
      uuid: UUID,
      hardware: '60',
      state,
      since: '2026-01-01T00:00:00.000Z',
      image: '60.bin',
      address: 'sim:',
      ...(snapshotPath === undefined ? {} : { snapshotPath }),
    });

  it('is found by the journal, with the settings once the bootloader was started', async () => {
    assert.equal(await findOwed(journal, snapshots, UUID), undefined, 'nothing was left half-way');
    const path = await snapshots.save(snapshot({ lispCode: Uint8Array.of(1) }));
    const settings: Partial<Record<JournalEntry['state'], boolean>> = {};
    for (const state of ['staging', 'committed', 'restoring'] as const) {
      await note(state, path);
      const owed = await findOwed(journal, snapshots, UUID);
      settings[state] = owed!.settings;
      assert.deepEqual(owed!.snapshot.lispCode, Uint8Array.of(1));
    }
    assert.deepEqual(settings, { staging: false, committed: true, restoring: true });
    await note('bootloader', path);
    assert.equal(await findOwed(journal, snapshots, UUID), undefined, 'a bootloader takes nothing');
    await note('restoring');
    assert.equal(await findOwed(journal, snapshots, UUID), undefined, 'nothing had been saved');
    await note('restoring', path.replace('/data', '/elsewhere'));
    assert.equal((await findOwed(journal, snapshots, UUID))?.path, path, 'the folder was moved');
    await note('restoring', '/data/gone.json');
    await assert.rejects(findOwed(journal, snapshots, UUID), { code: 'settings-owed' });
    assert.equal((await lookForOwed(journal, snapshots, UUID)).unpaid?.code, 'settings-owed');
  });

  /** A controller whose default configurations are all zeros; it is asked for nothing else. */
  function controller(): ControllerAccess & { readonly asked: (number | undefined)[] } {
    const asked: (number | undefined)[] = [];
    const plain: readonly number[] = [CommandId.GET_MCCONF_DEFAULT, CommandId.GET_APPCONF_DEFAULT];
    const endpoint = (canId?: number) =>
      fakeEndpoint(
        ([id]) => {
          asked.push(canId);
          if (plain.includes(id!)) return Uint8Array.of(id!, ...RESET);
          assert.equal(id, CommandId.GET_CUSTOM_CONFIG_DEFAULT);
          return Uint8Array.of(id, 0, ...RESET);
        },
        canId === undefined ? {} : { canId },
      );
    return { asked, endpoint: endpoint(), node: endpoint };
  }

  const code = { lispCode: Uint8Array.of(1), qmlCode: Uint8Array.of(2), qmlFullscreen: true };

  it('is only the code when the old firmware is intact, and only what is not there', async () => {
    const access = controller();
    const owed = owing(snapshot({ ...code, motors: [motor({ mcconf: OWED })] }), false);
    const added = await addOwed(access, snapshot(), owed);
    assert.deepEqual(added, { snapshot: snapshot(code) });
    const own = { lispCode: Uint8Array.of(7), qmlCode: Uint8Array.of(8), qmlFullscreen: false };
    assert.deepEqual(await addOwed(access, snapshot(own), owed), { snapshot: snapshot(own) });
    assert.deepEqual(await addOwed(access, snapshot(), owing(snapshot(), false)), { snapshot: snapshot() });
    assert.deepEqual(access.asked, []);
  });

  it('is the settings only where they may be gone', () => {
    const saved = snapshot({ ...code, customConfig: OWED });
    assert.equal(owedPart(owing(saved, true)), saved);
    assert.deepEqual(owedPart(owing(saved, false)), snapshot({ ...code, motors: [] }));
  });

  it('takes the place of what a reset left, for each motor', async () => {
    const access = controller();
    const motors = [motor(), motor({ uuid: SECOND, canId: 8 })];
    const before = [
      motor({ mcconf: OWED, appconf: OWED }),
      motor({ uuid: SECOND, canId: 3, mcconf: OWED, appconf: OWED }),
    ];
    const present = snapshot({ motors, customConfig: RESET });
    const owed = owing(snapshot({ motors: before, customConfig: OWED }), true);
    const { snapshot: added, unpaid } = await addOwed(access, present, owed);
    assert.equal(unpaid, undefined);
    for (const each of added.motors) assert.deepEqual([each.mcconf, each.appconf], [OWED, OWED]);
    assert.deepEqual(added.customConfig, OWED);
    assert.deepEqual(
      added.motors.map(({ canId }) => canId),
      [undefined, 8],
      'each is reached where it is now',
    );
    assert.deepEqual(access.asked, [undefined, undefined, 8, 8, undefined]);
  });

  it('leaves what the user has set up anew, and what is the same', async () => {
    const anew = blob(9, 9, 9, 1);
    const measured = blob(0, 0, 0, 5);
    const choose = async (present: Uint8Array): Promise<Uint8Array> => {
      const owed = owing(snapshot({ motors: [motor({ mcconf: OWED })] }), true);
      const there = snapshot({ motors: [motor({ mcconf: present, appconf: RESET })] });
      const added = await addOwed(controller(), there, owed);
      assert.equal(added.unpaid, undefined);
      return added.snapshot.motors[0]!.mcconf;
    };
    assert.deepEqual(await choose(anew), anew);
    assert.deepEqual(await choose(OWED), OWED);
    assert.deepEqual(await choose(measured), OWED, 'a reset that measured a byte is still a reset');
  });

  it('tells what the firmware that runs lays out in another way, and where it lies', async () => {
    const foreign = Uint8Array.of(4, 3, 2, 1, 0, 0, 0, 0);
    const motors = [motor(), motor({ uuid: SECOND, canId: 8, appconf: foreign })];
    const present = snapshot({ motors, customConfig: foreign });
    const before = [motor({ mcconf: OWED }), motor({ uuid: SECOND, canId: 8, mcconf: OWED, appconf: OWED })];
    const owed = owing(snapshot({ motors: before, customConfig: OWED }), true);
    const { snapshot: added, unpaid } = await addOwed(controller(), present, owed);
    assert.deepEqual(
      added.motors.map(({ mcconf, appconf }) => [mcconf, appconf]),
      [
        [OWED, RESET],
        [OWED, foreign],
      ],
    );
    assert.deepEqual(added.customConfig, foreign);
    assert.deepEqual(unpaid?.details, {
      since: owed.since,
      snapshotPath: owed.path,
      what: 'app configuration of motor 2, custom configuration',
    });
    assert.match(unpaid.message, /another layout now .*\/data\/s\.json.*--migrate/s);
  });

  it('says nothing about a motor or a custom configuration that was not saved', async () => {
    const access = controller();
    const present = snapshot({ motors: [motor({ uuid: SECOND })], customConfig: RESET });
    const added = await addOwed(access, present, owing(snapshot(), true));
    assert.deepEqual(added, { snapshot: present });
    assert.deepEqual(access.asked, []);
  });
});
