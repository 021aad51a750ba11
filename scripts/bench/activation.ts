import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { activate } from '../../test/support/activation';
import { type Bench, type Family, rounded } from './figure';

const ROOT = join(__dirname, '../..');
const RUNS = 10;
const LIMIT_MS = 30;

function measure({ report }: Bench): void {
  execFileSync(process.execPath, [join(ROOT, 'esbuild.js'), '--production'], { stdio: 'inherit' });
  const bundle = join(ROOT, 'dist/extension.js');
  const runs = Array.from({ length: RUNS }, () => activate(bundle));
  const least = (time: (run: (typeof runs)[number]) => number): number => Math.min(...runs.map(time));
  const whole_ms = least(({ load_ms, activate_ms }) => load_ms + activate_ms);
  report({
    figure: 'extension: CPU until activated, its bundle read and run included',
    value: rounded(whole_ms),
    unit: 'ms',
    limit: `< ${LIMIT_MS}`,
    ok: whole_ms < LIMIT_MS,
  });
  report({
    figure: 'extension: CPU of activate() alone',
    value: rounded(least(({ activate_ms }) => activate_ms)),
    unit: 'ms',
  });
  const touched = Math.max(...runs.map((run) => run.touched.length));
  report({
    figure: 'extension: files, programs and sockets asked for while it is activated',
    value: touched,
    unit: 'calls',
    limit: '0',
    ok: touched === 0,
  });
  report({ figure: 'extension: bundle', value: statSync(bundle).size, unit: 'B' });
}

export const activation: Family = { name: 'activation', run: measure };
