import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/clock';
import { nodeProcesses } from '../../../src/build/processes';

const node = process.execPath;

describe('nodeProcesses', () => {
  const processes = nodeProcesses();

  it('runs a program with its arguments as they are and hands out its lines', async () => {
    const lines: string[] = [];
    const result = await processes.run(
      node,
      ['-e', 'console.log(process.argv[1]); console.error("e\\nf")', '$(id) *'],
      {
        onLine: (line, stream) => lines.push(`${stream} ${line}`),
      },
    );
    assert.deepEqual(lines.sort(), ['stderr e', 'stderr f', 'stdout $(id) *']);
    assert.deepEqual(result, { status: 0, stdout: '$(id) *\n', stderr: 'e\nf\n' });
  });

  it('tells how it ended, and when it cannot be started', async () => {
    assert.equal((await processes.run(node, ['-e', 'process.exit(3)'])).status, 3);
    await assert.rejects(processes.run('/nowhere/program', []), { code: 'ENOENT' });
  });

  it('ends the program and its children when the signal aborts', async () => {
    const controller = new AbortController();
    // The child holds the output open: the run is not over before it is gone, too.
    const script =
      'require("child_process").spawn(process.execPath, ["-e", "console.log(1); setInterval(() => 0, 1000)"],' +
      '{ stdio: "inherit" }); setInterval(() => 0, 1000);';
    const result = await processes.run(node, ['-e', script], {
      signal: controller.signal,
      onLine: () => controller.abort(),
    });
    assert.equal(result.status, undefined);
  });

  it('does not wait for a program that ignores being asked', async () => {
    // Its grace period is over at once.
    const impatient = nodeProcesses({
      ...systemClock,
      schedule: (_delay, action) => systemClock.schedule(0, action),
    });
    const controller = new AbortController();
    const script = 'process.on("SIGTERM", () => 0); console.log("ready"); setInterval(() => 0, 1000);';
    const result = await impatient.run(node, ['-e', script], {
      signal: controller.signal,
      onLine: () => controller.abort(),
    });
    assert.equal(result.status, undefined);
  });

  it('ends a program at once when it is cancelled already', async () => {
    const result = await processes.run(node, ['-e', 'setInterval(() => 0, 1000)'], {
      signal: AbortSignal.abort(),
    });
    assert.equal(result.status, undefined);
  });

  it('knows which processes run', () => {
    assert.equal(processes.isRunning(processes.own), true);
    assert.equal(processes.isRunning(99_999_999), false);
  });
});
