import { readImage } from '../../src/image/imageFile';
import { stage } from '../../src/image/stagingHeader';
import type { LinkAddress } from '../../src/links/link';
import { SimulatedController } from '../../src/simulator/simulatedController';
import type { Verdict } from '../../src/update/verdict';
import { connectThrough, flashFloor_ms, LINK_MODELS } from '../../test/support/linkModels';
import { ADDRESS, UpdateBench } from '../../test/support/updateBench';
import { type Bench, type Family, rounded } from './figure';

const MODEL = LINK_MODELS.usb;
/** Unproven is what an image of one's own without a build stamp ends with. */
const TAKEN: readonly Verdict[] = ['updated', 'unproven'];
const MANY = 8;
const LOOK_MS = 5;
/** A stage that takes less is no part of what one waits for. */
const WORTH_TELLING_MS = 100;

/** Controllers behind links as USB is, all on one clock; `sim:0`, `sim:1`, … are the ones beside the first. */
class Desk {
  readonly bench: UpdateBench;
  private readonly others: readonly SimulatedController[];

  constructor(count: number) {
    this.bench = new UpdateBench(
      {},
      { open: (address) => connectThrough({ ...MODEL, address }, this.at(address), this.bench.clock) },
    );
    this.others = Array.from(
      { length: count - 1 },
      (_, i) =>
        new SimulatedController(
          { uuid: `3a00410018505630393732${(i + 0x30).toString(16)}`, canId: i + 1 },
          this.bench.clock,
        ),
    );
  }

  get addresses(): readonly LinkAddress[] {
    return [ADDRESS, ...this.others.map((_, i): LinkAddress => ({ kind: 'simulated', name: `${i}` }))];
  }

  /** Lets the procedure know all bootloaders already, so that none is looked for. */
  async trustBootloaders(): Promise<void> {
    for (const { firmware } of [this.bench.controller, ...this.others]) {
      const uuid = firmware?.board.traits.uuid;
      if (uuid !== undefined) await this.bench.memory.remember(uuid, { bootloader: { state: 'proven' } });
    }
  }

  private at(address: LinkAddress): SimulatedController {
    const name = address.kind === 'simulated' ? address.name : '';
    return name === '' ? this.bench.controller : this.others[Number(name)]!;
  }

  dispose(): void {
    this.bench.dispose();
    for (const other of this.others) other.dispose();
  }
}

/** Looks every few milliseconds whether the firmware runs; how long it did not, the last time it was away. */
function watchAbsence({ controller, clock }: UpdateBench): () => number {
  let left_ms = clock.now();
  let absence_ms = 0;
  const look = (): void => {
    if (controller.firmware !== undefined) left_ms = clock.now();
    else absence_ms = clock.now() - left_ms;
    clock.schedule(LOOK_MS, look);
  };
  look();
  return () => absence_ms;
}

async function measureOne(image: Uint8Array, known: boolean, report: Bench['report']): Promise<number> {
  const desk = new Desk(1);
  const { bench } = desk;
  if (known) await desk.trustBootloaders();
  const absence_ms = watchAbsence(bench);
  const began_ms = bench.clock.now();
  const { verdict, stages } = await bench.flash(image);
  const took_ms = bench.clock.now() - began_ms;
  desk.dispose();
  const { erase, program } = flashFloor_ms(stage(image).bytes.length);
  // What the bootloader does with the image cannot be hurried from here.
  const floor_ms = erase + program + absence_ms();
  const figure = `update: from key press to proof over USB, bootloader ${known ? 'known' : 'not known yet'}`;
  report({
    figure,
    value: rounded(took_ms / 1000),
    unit: 's',
    ratio: rounded(took_ms / floor_ms),
    against: `flash and bootloader alone, ${rounded(floor_ms / 1000)} s`,
    limit: 'the new firmware runs',
    ok: TAKEN.includes(verdict),
  });
  for (const { stage: name, duration_ms } of stages) {
    if (duration_ms < WORTH_TELLING_MS) continue;
    report({ figure: `${figure}: ${name}`, value: rounded(duration_ms / 1000), unit: 's' });
  }
  return took_ms;
}

async function measureMany(image: Uint8Array, one_ms: number, report: Bench['report']): Promise<void> {
  const desk = new Desk(MANY);
  const { bench, addresses } = desk;
  const source = readImage(image, 'bench.bin');
  await desk.trustBootloaders();
  const began_ms = bench.clock.now();
  const cpu = process.cpuUsage();
  const results = await bench.clock.run(
    Promise.all(addresses.map((address) => bench.updater.run({ target: { address }, image: source }))),
  );
  const { user, system } = process.cpuUsage(cpu);
  const took_ms = bench.clock.now() - began_ms;
  desk.dispose();
  report({
    figure: `update: ${MANY} controllers at the same time`,
    value: rounded(took_ms / 1000),
    unit: 's',
    ratio: rounded(took_ms / one_ms),
    against: `one of them alone, ${rounded(one_ms / 1000)} s`,
    limit: '≤ 1.05, the new firmware runs on all',
    ok: took_ms <= 1.05 * one_ms && results.every(({ verdict }) => TAKEN.includes(verdict)),
  });
  const cpu_ms = (user + system) / 1000;
  report({
    figure: `update: CPU for ${MANY} at the same time, the simulated controllers included`,
    value: rounded(cpu_ms / 1000),
    unit: 's',
    ratio: rounded(cpu_ms / took_ms),
    against: 'the time it takes',
  });
}

async function measure({ image, report }: Bench): Promise<void> {
  await measureOne(image, false, report);
  const one_ms = await measureOne(image, true, report);
  await measureMany(image, one_ms, report);
}

export const update: Family = { name: 'update', run: measure };
