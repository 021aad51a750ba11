import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import { type Bench, type Family, rounded } from './figure';
import type { LiveReading } from './liveReader';

const ROOT = join(__dirname, '../..');
const LIMIT_PERCENT = 3;

/** Controller and reader in processes of their own, so that only what the reader costs is counted. */
async function measure({ report }: Bench): Promise<void> {
  execFileSync(process.execPath, [join(ROOT, 'esbuild.js')], { stdio: 'inherit' });
  const folder = mkdtempSync(join(tmpdir(), 'vesc-bench-'));
  const controller = spawn(
    process.execPath,
    [join(ROOT, 'dist/cli.js'), 'simulate', '--tcp', '0', '--json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  try {
    const outfile = join(folder, 'liveReader.js');
    const entryPoints = [join(__dirname, 'liveReader.ts')];
    buildSync({ entryPoints, outfile, bundle: true, platform: 'node', packages: 'external', minify: true });
    const [line] = (await once(createInterface(controller.stdout), 'line')) as [string];
    const { host, port } = JSON.parse(line) as { host: string; port: number };
    const { stdout } = await promisify(execFile)(process.execPath, [outfile, host, `${port}`]);
    const { readings, lost, percent, timer_percent } = JSON.parse(stdout) as LiveReading;
    report({
      figure: 'live values: CPU for all values 50 times a second over TCP',
      value: rounded(percent),
      unit: '% of a core',
      ratio: rounded(percent / timer_percent),
      against: `the timer alone, ${rounded(timer_percent)} %`,
      limit: `< ${LIMIT_PERCENT}`,
      ok: percent < LIMIT_PERCENT,
    });
    report({
      figure: `live values: lost of ${readings} readings`,
      value: lost,
      unit: 'readings',
      limit: '0',
      ok: lost === 0,
    });
  } finally {
    controller.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

export const live: Family = { name: 'live', run: measure };
