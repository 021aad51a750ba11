import assert from 'node:assert/strict';
import { readImage } from '../../src/image/imageFile';
import type { StagedImage } from '../../src/image/stagingHeader';
import type { SimulatedController } from '../../src/simulator/simulatedController';
import { type BusMember, findBusMembers, updateBus } from '../../src/update/busUpdate';
import { ADDRESS, UpdateBench } from '../support/updateBench';
import { Cable } from './cable';
import { seededRandom } from './sample';
import { sparseImage, stageSparsely } from './sparseImage';
import { DISTURBANCES, type Disturbance } from './trial';

/** Another seed draws other cases: FAULTS_SEED=7 npm test -- faults. */
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
const CASES_EACH = 6;
const NODES = 3;
const IMAGE = readImage(sparseImage(), 'sparse.bin');
let staged: StagedImage | undefined;

/** A bus of controllers with the old firmware, and who is on it. */
class BusStage {
  readonly bench: UpdateBench;
  readonly cable: Cable;

  private constructor() {
    const old = { image: sparseImage({ userCommit: '' }) };
    this.bench = new UpdateBench(
      { ...old, canId: 10, canNodes: Array.from({ length: NODES }, () => old) },
      {
        open: (address, controller) => this.cable.through(controller.connect(address)),
        stageImage: (app) => (staged ??= stageSparsely(app)),
      },
    );
    this.cable = new Cable(this.bench.clock, 1);
  }

  /** Every bootloader is known, but for those of `unknown`. */
  static async set(unknown: readonly number[] = []): Promise<BusStage> {
    const stage = new BusStage();
    for (const [index, controller] of stage.controllers.entries()) {
      if (unknown.includes(index)) continue;
      const { uuid } = controller.firmware!.board.traits;
      await stage.bench.memory.remember(uuid, { bootloader: { state: 'proven' } });
    }
    return stage;
  }

  /** The nodes, and the controller at the port. */
  get controllers(): SimulatedController[] {
    const { controller } = this.bench;
    return [...controller.nodes, controller];
  }

  update(onStaging?: () => void): Promise<BusMember[]> {
    const { clock, dependencies, updater } = this.bench;
    const work = async (): Promise<BusMember[]> => {
      const members = await findBusMembers(dependencies, ADDRESS);
      onStaging?.();
      return updateBus(updater, members, { image: IMAGE });
    };
    return clock.run(work());
  }

  /** What each runs, when all have settled. */
  async runs(): Promise<('old' | 'new' | 'nothing')[]> {
    await this.bench.clock.advance(120_000);
    return this.controllers.map(({ firmware }) => {
      if (!firmware) return 'nothing';
      return firmware.identity.userCommit === '' ? 'old' : 'new';
    });
  }
}

describe(`the update of a whole bus that is disturbed (seed ${SEED})`, function () {
  this.timeout(240_000);
  const random = seededRandom(SEED);

  /** Frames at the port from the first that is sent after the bus was looked at. */
  const frames = async (): Promise<number> => {
    const stage = await BusStage.set();
    let count = 0;
    await stage.update(() => {
      stage.bench.controller.interference = () => {
        count++;
        return undefined;
      };
    });
    stage.bench.dispose();
    return count;
  };

  const disturbed = async ({ fate, noise }: Disturbance, at: number) => {
    const stage = await BusStage.set();
    let seen = 0;
    const members = await stage.update(() => {
      stage.bench.controller.interference = () => {
        if (seen++ !== at) return undefined;
        if (noise) stage.cable.disturb(noise);
        return fate;
      };
    });
    stage.bench.controller.interference = undefined;
    const runs = await stage.runs();
    const pending = await stage.bench.journal.pending();
    stage.bench.dispose();
    return { verdicts: members.map(({ result }) => result?.verdict), runs, pending };
  };

  for (const disturbance of DISTURBANCES.filter(
    ({ fate, noise }) => fate !== undefined || noise !== undefined,
  )) {
    it(`${disturbance.name}: every verdict is true`, async () => {
      const count = await frames();
      for (let run = 0; run < CASES_EACH; run++) {
        const at = Math.floor(random() * count);
        const { verdicts, runs, pending } = await disturbed(disturbance, at);
        const claim = `frame ${at} of ${count}: ${verdicts.join(', ')} where ${runs.join(', ')} runs`;
        for (const [index, verdict] of verdicts.entries()) {
          if (verdict === 'lost') continue;
          assert.equal(runs[index], verdict === 'updated' ? 'new' : 'old', claim);
        }
        if (!disturbance.harmless) continue;
        assert.deepEqual(
          verdicts,
          Array.from({ length: NODES + 1 }, () => 'updated'),
          claim,
        );
        assert.deepEqual(pending, [], claim);
      }
    });
  }

  it('a node that loses its power while others are staged stops the rest, and nobody is worse off', async () => {
    for (const share of [0.2, 0.5, 0.8]) {
      const stage = await BusStage.set();
      const [, second] = stage.controllers;
      let programs = 0;
      second!.flash.onOperation(({ kind }) => {
        if (kind === 'program' && ++programs === Math.ceil(20 * share)) {
          second!.cutPower();
          stage.bench.clock.schedule(60_000, () => second!.powerOn());
        }
      });
      const members = await stage.update();
      const verdicts = members.map(({ result }) => result?.verdict);
      assert.deepEqual(verdicts, ['interrupted', 'interrupted', 'interrupted', undefined]);
      assert.deepEqual(
        members.map(({ result }) => result?.error?.code),
        ['bus-stopped', 'link-lost', 'bus-stopped', undefined],
      );
      assert.deepEqual(
        await stage.runs(),
        Array.from({ length: NODES + 1 }, () => 'old'),
      );
      stage.bench.dispose();
    }
  });

  it('looks for the bootloaders it does not know, side by side too', async () => {
    const stage = await BusStage.set([0, 1, 2, 3]);
    const members = await stage.update();
    assert.deepEqual(
      members.map(({ result }) => result?.verdict),
      Array.from({ length: NODES + 1 }, () => 'updated'),
    );
    stage.bench.dispose();
  });
});
