// A program of its own, bundled as the product is: reads all values of the controller at tcp://HOST:PORT 50 times a
// second and prints what that took. node liveReader.js HOST PORT
import { createCore } from '../../src/controllers/core';
import { getValues } from '../../src/protocol/messages/telemetry';

const PERIOD_MS = 20;
/** Three seconds, in which Node compiles what runs again and again. */
const WARM_UP = 150;
const READINGS = 250;

export interface LiveReading {
  readonly readings: number;
  readonly lost: number;
  /** CPU in percent of a core, and what the timer alone takes of it. */
  readonly percent: number;
  readonly timer_percent: number;
}

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

async function main([host, port]: readonly string[]): Promise<void> {
  const core = createCore();
  const { session } = await core.pool.acquire({ kind: 'tcp', host: host!, port: Number(port) });
  const ask = (): Promise<unknown> => session.request(getValues(), { timeout_ms: 1000 });
  await pace(ask, WARM_UP);
  const { lost, percent } = await pace(ask, READINGS);
  const timer = await pace(() => Promise.resolve(), READINGS);
  core.dispose();
  const reading: LiveReading = { readings: READINGS, lost, percent, timer_percent: timer.percent };
  console.log(JSON.stringify(reading));
}

void main(process.argv.slice(2));
