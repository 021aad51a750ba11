import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { compress } from '../../src/image/heatshrink';
import { greedySize_B } from '../../test/support/greedyHeatshrink';
import { type Bench, type Family, rounded, shortest_ms } from './figure';
import type { StagingTimes } from './stagingTimes';

const ROOT = join(__dirname, '../..');
const RUNS = 7;
const LIMIT_MS = 700;

function measure(bench: Bench): void {
  const { image } = bench;
  let size_B = 0;
  const [packing, greedy] = shortest_ms(
    () => (size_B = compress(image).length),
    () => greedySize_B(image),
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

  measureThread(bench);
}

/** The least of several runs, each in a process of its own. */
function measureThread({ image, report }: Bench): void {
  const folder = mkdtempSync(join(tmpdir(), 'vesc-bench-'));
  try {
    const entryPoints = [join(__dirname, 'stagingTimes.ts'), join(ROOT, 'src/controllers/stageWorker.ts')];
    buildSync({
      entryPoints,
      outdir: folder,
      entryNames: '[name]',
      bundle: true,
      platform: 'node',
      minify: true,
    });
    const file = join(folder, 'image.bin');
    writeFileSync(file, image);
    const times = (...args: string[]): StagingTimes => {
      const runs = Array.from(
        { length: RUNS },
        () =>
          JSON.parse(
            execFileSync(process.execPath, [join(folder, 'stagingTimes.js'), file, ...args], {
              encoding: 'utf8',
            }),
          ) as StagingTimes,
      );
      return {
        took_ms: Math.min(...runs.map(({ took_ms }) => took_ms)),
        blocked_ms: Math.min(...runs.map(({ blocked_ms }) => blocked_ms)),
      };
    };
    const here = times();
    const thread = times(join(folder, 'stageWorker.js'));
    report({
      figure: 'heatshrink: the first image of a process, until staged by a thread of its own',
      value: rounded(thread.took_ms),
      unit: 'ms',
      ratio: rounded(thread.took_ms / here.took_ms),
      against: `on the calling thread, ${rounded(here.took_ms)} ms`,
      limit: `< ${LIMIT_MS}`,
      ok: thread.took_ms < LIMIT_MS,
    });
    report({
      figure: 'heatshrink: calling thread held up meanwhile',
      value: rounded(thread.blocked_ms),
      unit: 'ms',
      ratio: rounded(thread.blocked_ms / here.blocked_ms),
      against: `without a thread, ${rounded(here.blocked_ms)} ms`,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const heatshrink: Family = { name: 'heatshrink', run: measure };
