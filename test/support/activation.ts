import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const SCRIPT = join(__dirname, 'activate.cjs');

/** What activating the extension took in a process of its own. */
export interface Activation {
  /** CPU time to read and run its bundle, and to activate it then. */
  readonly load_ms: number;
  readonly activate_ms: number;
  /** What it holds afterwards. */
  readonly memory_B: number;
  /** Files, programs and sockets it asked for, as calls. */
  readonly touched: readonly string[];
  /** The parts beside its bundle, each of which could be loaded afterwards. */
  readonly loadedLater: readonly string[];
  /** How many things the editor was given to dispose of. */
  readonly parts: number;
}

/** Every name of the editor's API that exists at run time; copying them is a part of what a start costs. */
function apiNames(): readonly string[] {
  const types = join(dirname(require.resolve('@types/vscode/package.json')), 'index.d.ts');
  const declared = /^\texport (?:abstract )?(?:class|enum|namespace|function|const) (\w+)/gm;
  return [...new Set(Array.from(readFileSync(types, 'utf8').matchAll(declared), ([, name]) => name!))];
}

/** Activates the extension whose bundle is `file`, where there is nothing but Node and an editor that does nothing. */
export function activate(file: string): Activation {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', SCRIPT, file, apiNames().join(',')],
    {
      cwd: dirname(file),
      encoding: 'utf8',
      env: { PATH: process.env['PATH'] },
    },
  );
  if (status !== 0) throw new Error(`The extension could not be activated: ${stderr.slice(-2000)}`);
  return JSON.parse(stdout) as Activation;
}
