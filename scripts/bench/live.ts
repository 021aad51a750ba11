import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createCore } from '../../src/controllers/core';
import { getValues } from '../../src/protocol/messages/telemetry';
import { type Bench, type Family, rounded } from './figure';

const ROOT = join(__dirname, '../..');
const PERIOD_MS = 20;
/** Three seconds, in which Node compiles what runs again and again. */
const WARM_UP = 150;
const READINGS = 250;
const LIMIT_PERCENT = 3;

/** Asks every 20 ms, whatever the last answer does: how many answers never came, and the CPU that took, in percent. */
async function pace(ask: () => Promise<unknown>, count: number): Promise<{ lost: number; percent: number }> {
  const answers: Promise<unknown>[] = [];
  const cpu = process.cpuUsage();
  const began = performance.now();
  for (let i = 1; i <= count; i++) {
    answers.push(ask());
    const wait_ms = began + i * PERIOD_MS - performance.now();
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, wait_ms)));
  }
  const outcomes = await Promise.allSettled(answers);
  const { user, system } = process.cpuUsage(cpu);
  return {
    lost: outcomes.filter(({ status }) => status === 'rejected').length,
    percent: ((user + system) / 1000 / (performance.now() - began)) * 100,
  };
}

/** A simulated controller in a process of its own, so that what it costs is not counted. */
async function measure({ report }: Bench): Promise<void> {
  execFileSync(process.execPath, [join(ROOT, 'esbuild.js')], { stdio: 'inherit' });
  const controller = spawn(
    process.execPath,
    [join(ROOT, 'dist/cli.js'), 'simulate', '--tcp', '0', '--json'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const core = createCore();
  try {
    const [line] = (await once(createInterface(controller.stdout), 'line')) as [string];
    const { host, port } = JSON.parse(line) as { host: string; port: number };
    const { session } = await core.pool.acquire({ kind: 'tcp', host, port });
    const ask = (): Promise<unknown> => session.request(getValues(), { timeout_ms: 1000 });
    await pace(ask, WARM_UP);
    const { lost, percent } = await pace(ask, READINGS);
    const idle = await pace(() => Promise.resolve(), READINGS);
    report({
      figure: 'live values: CPU for all values 50 times a second over TCP',
      value: rounded(percent),
      unit: '% of a core',
      ratio: rounded(percent / idle.percent),
      against: `the timer alone, ${rounded(idle.percent)} %`,
      limit: `< ${LIMIT_PERCENT}`,
      ok: percent < LIMIT_PERCENT,
    });
    report({
      figure: `live values: lost of ${READINGS} readings`,
      value: lost,
      unit: 'readings',
      limit: '0',
      ok: lost === 0,
    });
  } finally {
    core.dispose();
    controller.kill();
  }
}

export const live: Family = { name: 'live', run: measure };
