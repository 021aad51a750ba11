import assert from 'node:assert/strict';
import { parseFaultListing, type FaultRecord } from '../../../src/protocol/faultListing';
import type { CrashDiag } from '../../../src/protocol/crashDiag';
import { FaultHistory, keptCrashOf, type Moment } from '../../../src/settings/faultHistory';
import { MemoryFiles } from '../../support/memoryFiles';

const UUID = '00112233445566778899aabb';
const START_MS = Date.parse('2026-01-01T10:00:00Z');
const FILE = `faults/${UUID}.json`;

/** A fault as it is listed; `tacho` tells one from the other. */
function record(fault: string, tacho: number): FaultRecord {
  return parseFaultListing([`Fault            : FAULT_CODE_${fault}`, `Tacho            : ${tacho}`])
    .history[0]!;
}
/** `seconds` after a boot that began `boot_s` after the start. */
function moment(seconds: number, boot_s = 0): Moment {
  const boot_ms = START_MS + boot_s * 1000;
  return { now_ms: boot_ms + seconds * 1000, boot_ms };
}

describe('faults that are kept', () => {
  let files: MemoryFiles;
  let history: FaultHistory;
  beforeEach(() => {
    files = new MemoryFiles();
    history = new FaultHistory(files);
  });
  const kept = async (at: Moment): Promise<[string[], string[]]> => {
    // Another window reads what this one wrote.
    const { thisBoot, earlier } = await new FaultHistory(files).of(UUID, at);
    const words = (all: typeof thisBoot): string[] =>
      all.map(({ fault, seen, record: known }) =>
        [fault.slice('FAULT_CODE_'.length), seen ? 'seen' : 'found', known?.tacho ?? '-'].join(' '),
      );
    return [words(thisBoot), words(earlier)];
  };

  it('are kept once, however often they are listed', async () => {
    const first = [record('DRV', 1), record('BRK', 2)];
    await history.noteListing(UUID, first, moment(10));
    await history.noteListing(UUID, [...first, record('DRV', 3)], moment(20.4));
    await history.noteListing(UUID, [...first, record('DRV', 3)], moment(30));
    assert.deepEqual(await kept(moment(31)), [['DRV found 1', 'BRK found 2', 'DRV found 3'], []]);
  });

  it('may be alike in every figure and still be two', async () => {
    await history.noteListing(UUID, [record('DRV', 1)], moment(10));
    await history.noteListing(UUID, [record('DRV', 1), record('DRV', 1)], moment(20));
    assert.deepEqual(await kept(moment(21)), [['DRV found 1', 'DRV found 1'], []]);
  });

  it('have the time at which they were seen, and the record that is read afterwards', async () => {
    await history.noteSighting(UUID, 'FAULT_CODE_DRV', moment(10));
    await history.noteListing(UUID, [record('BRK', 1), record('DRV', 2)], moment(11));
    const { thisBoot } = await history.of(UUID, moment(12));
    assert.deepEqual(
      thisBoot.map(({ fault, at, boot }) => [fault, at, boot]),
      [
        ['FAULT_CODE_DRV', '2026-01-01T10:00:10.000Z', '2026-01-01T10:00:00.000Z'],
        ['FAULT_CODE_BRK', '2026-01-01T10:00:11.000Z', '2026-01-01T10:00:00.000Z'],
      ],
    );
    assert.equal(thisBoot[0]?.record?.tacho, 2);
    // What did not arrive is not a number, also after it was kept.
    assert.ok(Number.isNaN(thisBoot[0].record.current_A));
  });

  it('are not doubled when the list was quicker than the eye', async () => {
    await history.noteListing(UUID, [record('DRV', 1)], moment(10));
    await history.noteSighting(UUID, 'FAULT_CODE_DRV', moment(10.2));
    assert.deepEqual(await kept(moment(11)), [['DRV seen 1'], []]);
    await history.noteSighting(UUID, 'FAULT_CODE_DRV', moment(15));
    assert.deepEqual(await kept(moment(16)), [['DRV seen 1', 'DRV seen -'], []]);
  });

  it('stay when the controller restarts and forgets them', async () => {
    await history.noteListing(UUID, [record('DRV', 1)], moment(10));
    await history.noteListing(UUID, [], moment(6, 20));
    assert.deepEqual(await kept(moment(7, 20)), [[], ['DRV found 1']]);
    // The same figures after a restart are another fault.
    await history.noteListing(UUID, [record('DRV', 1)], moment(8, 20));
    assert.deepEqual(await kept(moment(9, 20)), [['DRV found 1'], ['DRV found 1']]);
  });

  it('stay when the list starts anew at the 25th', async () => {
    const list = Array.from({ length: 24 }, (_, index) => record('DRV', index));
    await history.noteListing(UUID, list, moment(10));
    await history.noteListing(UUID, [record('BRK', 30)], moment(20));
    const [thisBoot] = await kept(moment(21));
    assert.equal(thisBoot.length, 25);
    assert.equal(thisBoot.at(-1), 'BRK found 30');
  });

  it('know a long boot again by clocks that drift apart', async () => {
    const day_s = 24 * 3600;
    await history.noteListing(UUID, [record('DRV', 1)], moment(10));
    const drifted = { now_ms: START_MS + day_s * 1000, boot_ms: START_MS + 10_000 };
    await history.noteListing(UUID, [record('DRV', 1)], drifted);
    assert.deepEqual(await kept(drifted), [['DRV found 1'], []]);
  });

  it('belong together where the firmware does not tell its uptime', async () => {
    const unknown = { now_ms: START_MS, boot_ms: undefined };
    await history.noteListing(UUID, [record('DRV', 1)], unknown);
    await history.noteListing(UUID, [record('DRV', 1), record('BRK', 2)], unknown);
    assert.deepEqual(await kept(unknown), [['DRV found 1', 'BRK found 2'], []]);
    assert.deepEqual(await kept(moment(1)), [[], ['DRV found 1', 'BRK found 2']]);
  });

  it('are not more than 200', async () => {
    for (let round = 0; round < 11; round++) {
      const list = Array.from({ length: 20 }, (_, index) => record('DRV', 100 * round + index));
      await history.noteListing(UUID, list, moment(10 + round));
    }
    const [thisBoot] = await kept(moment(40));
    assert.equal(thisBoot.length, 200);
    assert.equal(thisBoot[0], 'DRV found 100');
  });

  it('are written only when something is new, one change after the other', async () => {
    class CountedFiles extends MemoryFiles {
      writes = 0;
      override write(path: string, text: string): Promise<void> {
        this.writes++;
        return super.write(path, text);
      }
    }
    const counted = new CountedFiles();
    files = counted;
    history = new FaultHistory(counted);
    await Promise.all([
      history.noteSighting(UUID, 'FAULT_CODE_DRV', moment(1)),
      history.noteSighting(UUID, 'FAULT_CODE_BRK', moment(2)),
      history.noteListing(UUID, [], moment(3)),
    ]);
    assert.equal(counted.writes, 2);
    assert.deepEqual(await kept(moment(4)), [['DRV seen -', 'BRK seen -'], []]);
  });

  it('are none where their file is damaged, and only the sound ones are taken', async () => {
    for (const text of ['{', 'null', '{"faults":7}']) {
      files.content.set(FILE, text);
      assert.deepEqual(await kept(moment(1)), [[], []], text);
    }
    const at = '2026-01-01T10:00:00Z';
    const sound = { fault: 'FAULT_CODE_DRV', at, seen: true };
    files.content.set(
      FILE,
      JSON.stringify({
        faults: [7, null, {}, { ...sound, at: 'x' }, { ...sound, boot: 5 }, { ...sound, record: {} }, sound],
        crashes: [7, { at, bootNumber: 1 }, { at, bootNumber: 1, crash: { kind: 'other' } }],
      }),
    );
    const { earlier, crashes } = await history.of(UUID, moment(1));
    assert.deepEqual([earlier.length, crashes.length], [1, 0]);
  });
});

describe('crashes that are kept', () => {
  const diag = (bootNumber: number, bootsAgo: number, pc = 0x0800_c123): CrashDiag => ({
    bootNumber,
    uptime_s: 6,
    resetFlags: ['PIN', 'SFT'],
    briefPowerLoss: false,
    crashedBoots: 1,
    crash: { kind: 'registers', bootsAgo, registers: { pc } },
  });

  it('are news once, and remember which build crashed', async () => {
    const history = new FaultHistory(new MemoryFiles());
    assert.equal(await history.noteCrash(UUID, diag(2, 1), 'vb1-a', moment(6)), true);
    assert.equal(await history.noteCrash(UUID, diag(2, 1), 'vb1-a', moment(60)), false);
    // Some boots and another firmware later it is still that one.
    assert.equal(await history.noteCrash(UUID, diag(5, 4), 'vb1-b', moment(6, 90)), false);
    const { crashes } = await history.of(UUID, moment(1));
    assert.equal(keptCrashOf(crashes, diag(5, 4))?.buildId, 'vb1-a');
    assert.equal(keptCrashOf(crashes, diag(6, 1)), undefined);
    // The power was lost, and it crashed again just so: the count of boots started anew.
    assert.equal(await history.noteCrash(UUID, diag(2, 1), undefined, moment(6, 900)), true);
    // Which build an old crash came from is not known.
    assert.equal(await history.noteCrash(UUID, diag(9, 8, 0x0800_d000), 'vb1-b', moment(6, 950)), true);
    const all = (await history.of(UUID, moment(1))).crashes;
    assert.deepEqual(
      all.map(({ buildId }) => buildId),
      ['vb1-a', undefined, undefined],
    );
    const { crash: _, ...quiet } = diag(1, 1);
    assert.equal(await history.noteCrash(UUID, quiet, undefined, moment(1)), false);
    assert.equal(keptCrashOf(all, quiet), undefined);
  });
});
