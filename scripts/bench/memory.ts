import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Session } from '../../src/links/session';
import { createMemoryDuplex } from '../../src/links/memoryDuplex';
import { stage } from '../../src/image/stagingHeader';
import { activate } from '../../test/support/activation';
import { ADDRESS } from '../../test/support/updateBench';
import { VirtualClock } from '../../test/support/virtualClock';
import { type Bench, type Family, rounded } from './figure';

const ROOT = join(__dirname, '../..');
const SESSIONS = 50;

/** Lets the collector take what nobody holds any more, and says how much is left. */
function used_B(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function measure({ image, report }: Bench): void {
  execFileSync(process.execPath, [join(ROOT, 'esbuild.js'), '--production'], { stdio: 'inherit' });
  report({
    figure: 'memory: the extension, activated',
    value: rounded(activate(join(ROOT, 'dist/extension.js')).memory_B / 1e6),
    unit: 'MB',
  });
  const clock = new VirtualClock();
  const open = (): Session => new Session(createMemoryDuplex(ADDRESS, clock).link, clock);
  // What the first of each costs in code is not theirs.
  open().dispose();
  stage(image);
  const before_B = used_B();
  const sessions = Array.from({ length: SESSIONS }, open);
  report({
    figure: 'memory: a session with a controller',
    value: rounded((used_B() - before_B) / SESSIONS / 1000),
    unit: 'kB',
  });
  for (const session of sessions) session.dispose();
  const unstaged_B = used_B();
  const staged = stage(image);
  report({
    figure: `memory: a staged image of ${staged.raw_B.toLocaleString('en-US')} B`,
    value: rounded((used_B() - unstaged_B) / 1000),
    unit: 'kB',
  });
}

export const memory: Family = { name: 'memory', run: measure };
