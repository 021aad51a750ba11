import { type ChildProcess, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { gunzipSync } from 'node:zlib';
import { startGroup, stopGroup } from './children';

const root = join(__dirname, '..');
const CLI = join(root, 'dist/cli.js');
/** What the test firmware's board 60 came to where there was a compiler. */
const PREBUILT = join(root, 'test/fixtures/prebuilt/60.bin.gz');
/** How many times as fast as a real controller the simulated one lives. */
const SPEED = 5;

/**
 * The main job without an editor: builds the firmware in `workspace`, brings it onto a simulated controller, and
 * reads back what runs there and its faults. Everything that is kept goes to `folder`. The exit status of the
 * first command that failed.
 */
export async function runHeadless(workspace: string, folder: string): Promise<number> {
  // What is learnt of simulated controllers does not belong among the user's own.
  const env = { ...process.env, VESC_DATA_DIR: join(folder, 'data') };
  const args = ['simulate', '--tcp', '0', '--speed', `${SPEED}`, '--json'];
  const simulator = startGroup(process.execPath, [CLI, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const port = ['--port', await listening(simulator)];
    console.log(`A simulated controller, ${SPEED} times as fast as a real one, listens at ${port[1]}.`);
    for (const command of [['flash', ...firmware(workspace, folder)], ['info'], ['faults']]) {
      console.log(`\n$ vesc ${[...command, ...port].join(' ')}\n`);
      const { status } = spawnSync(process.execPath, [CLI, ...command, ...port], {
        env,
        stdio: ['ignore', 'inherit', 'inherit'],
      });
      if (status !== 0) return status ?? 1;
    }
    return 0;
  } finally {
    await stopGroup(simulator);
  }
}

/** What to flash: the workspace where it can be built, else the image that was built before. */
function firmware(workspace: string, folder: string): string[] {
  const missing = ['make', 'arm-none-eabi-gcc'].filter((program) => !isOnPath(program));
  if (missing.length === 0) return ['--workspace', workspace];
  console.log(
    `\nNot installed: ${missing.join(' and ')}. Nothing is built; an image built earlier is flashed.`,
  );
  const file = join(folder, '60.bin');
  writeFileSync(file, gunzipSync(readFileSync(PREBUILT)));
  return [file];
}

function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => ['', '.exe'].some((end) => existsSync(join(folder, program + end))));
}

/** The address at which the simulated controller can be reached, as soon as it can. */
async function listening(simulator: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: simulator.stdout! })) {
    const { type, address } = JSON.parse(line) as { type: string; address?: string };
    if (type === 'listening' && address !== undefined) return address;
  }
  throw new Error('The simulated controller did not start.');
}
