import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readImage } from '../../../src/image/imageFile';
import { stage } from '../../../src/image/stagingHeader';
import type { LinkAddress } from '../../../src/links/link';
import { SessionPool } from '../../../src/links/sessionPool';
import { ControllerMemory } from '../../../src/settings/controllerMemory';
import { SnapshotStore } from '../../../src/settings/snapshot';
import { SimulatedController } from '../../../src/simulator/simulatedController';
import { UpdateJournal } from '../../../src/update/journal';
import { Updater } from '../../../src/update/updater';
import type { UpdateResult } from '../../../src/update/verdict';
import { connectThrough, LINK_MODELS } from '../../support/linkModels';
import { MemoryFiles } from '../../support/memoryFiles';
import { syntheticImage } from '../../support/syntheticImage';
import { VirtualClock } from '../../support/virtualClock';

const COUNT = 8;
const IMAGE = readImage(syntheticImage({ hardware: '60' }), '60.bin');
const STAGED = new Map<number, ReturnType<typeof stage>>();

/** One updater and the ports of one computer, with `count` controllers at them. */
async function updateTogether(count: number): Promise<{ results: UpdateResult[]; duration_ms: number }> {
  const clock = new VirtualClock();
  const files = new MemoryFiles();
  const memory = new ControllerMemory(files);
  const ports = Array.from({ length: count }, (_, index) => {
    const address: LinkAddress = { kind: 'serial', path: `/dev/ttyACM${index}`, baudRate: 115_200 };
    const uuid = `3a004100185056303937320${index}`;
    return { address, uuid, controller: new SimulatedController({ uuid, canId: 10 + index }, clock) };
  });
  for (const { uuid } of ports) await memory.remember(uuid, { bootloader: { state: 'proven' } });
  const opener = {
    open: async (address: LinkAddress) => {
      await Promise.resolve();
      const port = ports.find((each) => each.address === address)!;
      return connectThrough({ ...LINK_MODELS.usb, address }, port.controller, clock);
    },
  };
  const pool = new SessionPool(opener, clock);
  const updater = new Updater({
    pool,
    clock,
    sha256: (bytes) => createHash('sha256').update(bytes).digest(),
    stageImage: (app) => {
      const known = STAGED.get(app.length) ?? stage(app);
      STAGED.set(app.length, known);
      return Promise.resolve(known);
    },
    candidates: () => Promise.resolve(ports.map(({ address }) => address)),
    carrierOf: () => Promise.resolve('usb'),
    journal: new UpdateJournal(files),
    snapshots: new SnapshotStore(files),
    memory,
  });
  const updates = ports.map(({ address }) => updater.run({ target: { address }, image: IMAGE }));
  const results = await clock.run(Promise.all(updates));
  const duration_ms = clock.now();
  pool.dispose();
  for (const { controller } of ports) controller.dispose();
  return { results, duration_ms };
}

describe('several updates at once', function () {
  this.timeout(60_000);

  it('take as long as one, and each ends with its own verdict', async () => {
    const alone = await updateTogether(1);
    const together = await updateTogether(COUNT);
    assert.deepEqual(
      together.results.map(({ verdict }) => verdict),
      Array.from({ length: COUNT }, () => 'updated'),
    );
    assert.equal(new Set(together.results.map(({ after }) => after?.uuid)).size, COUNT);
    const ratio = together.duration_ms / alone.duration_ms;
    assert.ok(ratio < 1.05, `${COUNT} take ${ratio} times as long as one`);
  });
});
