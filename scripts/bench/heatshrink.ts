import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { startStageThread } from '../../src/controllers/stageThread';
import { compress } from '../../src/image/heatshrink';
import { stage } from '../../src/image/stagingHeader';
import { greedySize_B } from '../../test/support/greedyHeatshrink';
import { type Bench, type Family, rounded, shortest_ms } from './figure';

const TURNS = 7;
const LIMIT_MS = 700;

/** Until `work` is done: how long that took, and the longest time nothing else could be done on this thread, in ms. */
async function watched_ms(work: () => Promise<unknown>): Promise<{ took: number; blocked: number }> {
  const began = performance.now();
  let done = false;
  let blocked = 0;
  let last = began;
  const look = (): void => {
    const now = performance.now();
    blocked = Math.max(blocked, now - last);
    last = now;
    if (!done) setImmediate(look);
  };
  setImmediate(look);
  await work();
  done = true;
  look();
  return { took: last - began, blocked };
}

async function measure(bench: Bench): Promise<void> {
  const { image } = bench;
  let size_B = 0;
  const [packing, greedy] = shortest_ms(
    [() => (size_B = compress(image).length), () => greedySize_B(image)],
    TURNS,
  );
  bench.report({
    figure: 'heatshrink: time for an image',
    value: rounded(packing!),
    unit: 'ms',
    ratio: rounded(packing! / greedy!),
    against: 'greedy encoder with hash chains',
    limit: `< ${LIMIT_MS}`,
    ok: packing! < LIMIT_MS,
  });
  const reference_B = greedySize_B(image);
  bench.report({
    figure: `heatshrink: payload of ${image.length.toLocaleString('en-US')} B`,
    value: size_B,
    unit: 'B',
    ratio: Number((size_B / reference_B).toFixed(4)),
    against: `greedy encoder, ${reference_B.toLocaleString('en-US')} B`,
    limit: '≤ greedy',
    ok: size_B <= reference_B,
  });

  const folder = mkdtempSync(join(tmpdir(), 'vesc-bench-'));
  try {
    const outfile = join(folder, 'stageWorker.js');
    const entry = join(__dirname, '../../src/controllers/stageWorker.ts');
    buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', minify: true });
    let thread = { took: Number.POSITIVE_INFINITY, blocked: 0 };
    let here = thread;
    for (let turn = 0; turn < TURNS; turn++) {
      const there = await watched_ms(() => startStageThread(outfile, image).staged);
      if (there.took < thread.took) thread = there;
      const same = await watched_ms(() => Promise.resolve(stage(image)));
      if (same.took < here.took) here = same;
    }
    bench.report({
      figure: 'heatshrink: until staged by a thread of its own, its start included',
      value: rounded(thread.took),
      unit: 'ms',
      ratio: rounded(thread.took / here.took),
      against: `on the calling thread, ${rounded(here.took)} ms`,
    });
    bench.report({
      figure: 'heatshrink: calling thread held up meanwhile',
      value: rounded(thread.blocked),
      unit: 'ms',
      ratio: rounded(thread.blocked / here.blocked),
      against: `without a thread, ${rounded(here.blocked)} ms`,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const heatshrink: Family = { name: 'heatshrink', run: measure };
