// `npm test`: every test layer in order, and one plain line at the end that adds them up.
//   npm test               all layers
//   npm test -- unit links only these
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import {
  forgetResults,
  type LayerResults,
  readResults,
  RESULTS_VARIABLE,
} from '../test/support/layerResults';
import { findChromium } from './chromium';
import { startGroup, stopGroup } from './children';
import { Unavailable } from './unavailable';
import { acquireServer } from './vscodeServer';
import { packageExtension } from './vsix';

const root = join(__dirname, '..');
const underCI = process.env['CI'] === 'true';

interface Layer {
  readonly name: string;
  /** Commands that pass or fail as a whole; each counts as one test. */
  readonly checks?: readonly Command[];
  /** A command that writes results of its own. */
  readonly suite?: Command;
  /** What must be there; throws Unavailable when it is not. */
  readonly needs?: () => unknown;
  /** Looks at what the suite left behind; each finding counts as one failed test. */
  readonly review?: () => readonly string[];
  readonly limit_min: number;
  /** It is for those who ask for it: no part of the whole. */
  readonly asked?: () => boolean;
}

interface Command {
  readonly name: string;
  readonly args: readonly string[];
}

const mocha = (...args: string[]): Command => ({
  name: 'mocha',
  args: ['node_modules/mocha/bin/mocha.js', '--reporter', 'test/support/resultsReporter.ts', ...args],
});
/** Tests that wait for real programs. */
const specs = (folder: string): Command =>
  mocha('--config', 'test/.mocharc.layer.json', `test/${folder}/**/*.test.ts`);

const COVERED: Command = {
  name: 'unit',
  args: [
    'node_modules/c8/bin/c8.js',
    ...[
      '--all',
      '--src=src',
      '--include=src/**/*.ts',
      '--exclude=src/emulator/core/**',
      '--temp-directory=coverage/raw',
    ],
    ...['--reporter=json-summary', '--reporter=lcovonly', process.execPath],
    ...mocha('test/unit/**/*.test.ts').args,
  ],
};

/** Which share of its lines and branches the unit tests of a room must reach, in percent. */
const COVERAGE: readonly { readonly room: string; readonly required: number }[] = [
  { room: 'src/protocol', required: 100 },
  { room: 'src/image', required: 100 },
  { room: 'src/update', required: 100 },
];

const LAYERS: readonly Layer[] = [
  {
    name: 'lint',
    checks: [
      { name: 'eslint', args: ['node_modules/eslint/bin/eslint.js', '.'] },
      { name: 'prettier', args: ['node_modules/prettier/bin/prettier.cjs', '--check', '.'] },
      { name: 'typecheck', args: ['node_modules/typescript/bin/tsc', '--noEmit'] },
      {
        name: 'typecheck of the live view',
        args: ['node_modules/typescript/bin/tsc', '-p', 'src/views/liveData/browser'],
      },
      {
        name: 'typecheck of the emulator view',
        args: ['node_modules/typescript/bin/tsc', '-p', 'src/views/emulator/browser'],
      },
    ],
    limit_min: 5,
  },
  { name: 'unit', suite: COVERED, review: reviewCoverage, limit_min: 10 },
  { name: 'links', suite: specs('links'), needs: () => program('socat', '-V'), limit_min: 5 },
  { name: 'faults', suite: specs('faults'), needs: () => program('socat', '-V'), limit_min: 8 },
  { name: 'build', suite: specs('build'), needs: needsToolchain, limit_min: 5 },
  {
    name: 'openocd',
    suite: specs('openocd'),
    needs: () => program('openocd', '--version'),
    limit_min: 3,
  },
  { name: 'cli', suite: specs('cli'), needs: () => program('socat', '-V'), limit_min: 8 },
  { name: 'package', suite: specs('package'), needs: packageExtension, limit_min: 3 },
  {
    name: 'editor',
    suite: { name: 'editor', args: ['--import', 'tsx', 'test/editor/run.ts'] },
    limit_min: 10,
  },
  {
    name: 'window',
    suite: mocha('--config', 'test/window/.mocharc.json'),
    needs: needsWindow,
    limit_min: 14,
  },
  {
    name: 'hardware',
    suite: specs('hardware'),
    needs: needsController,
    limit_min: 20,
    asked: () => process.env['VESC_TEST_PORT'] !== undefined,
  },
];

function program(name: string, versionFlag: string): void {
  try {
    execFileSync(name, [versionFlag], { stdio: 'ignore' });
  } catch {
    throw new Unavailable(`${name} is not installed`);
  }
}

function needsToolchain(): void {
  program('make', '--version');
  program('arm-none-eabi-gcc', '--version');
}

async function needsWindow(): Promise<void> {
  findChromium();
  await acquireServer();
  await packageExtension();
}

function needsController(): void {
  for (const name of ['VESC_TEST_PORT', 'VESC_TEST_IMAGE']) {
    if (!process.env[name]) throw new Unavailable(`${name} is not set`);
  }
}

type Counts = Readonly<Record<'total' | 'covered', number>>;
type CoverageSummary = Readonly<Record<string, Readonly<Record<'lines' | 'branches', Counts>>>>;

function reviewCoverage(): string[] {
  const file = join(root, 'coverage/coverage-summary.json');
  if (!existsSync(file)) return ['there is no coverage report'];
  const summary = JSON.parse(readFileSync(file, 'utf8')) as CoverageSummary;
  return COVERAGE.flatMap(({ room, required }) => {
    const files = Object.entries(summary).filter(([path]) => path.startsWith(join(root, room)));
    return (['lines', 'branches'] as const).flatMap((kind) => {
      const total = files.reduce((sum, [, counts]) => sum + counts[kind].total, 0);
      const covered = files.reduce((sum, [, counts]) => sum + counts[kind].covered, 0);
      const share = total === 0 ? 100 : (100 * covered) / total;
      const finding = `${room}: ${share.toFixed(2)} % of ${kind} covered, ${required} % required`;
      console.log(finding);
      return share < required ? [finding] : [];
    });
  });
}

/** Runs one command to its end, or to its time limit; its exit status. */
async function execute(
  command: Command,
  limit_min: number,
  env: Record<string, string> = {},
): Promise<number> {
  const child = startGroup(process.execPath, command.args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  });
  let timer: NodeJS.Timeout | undefined;
  const status = await new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    timer = setTimeout(() => {
      console.log(`${command.name} did not end within ${limit_min} minutes.`);
      void stopGroup(child);
    }, limit_min * 60_000);
  });
  clearTimeout(timer);
  return status;
}

const NOTHING: LayerResults = { passed: 0, failed: [], skipped: [] };

async function runLayer(layer: Layer): Promise<LayerResults> {
  try {
    await layer.needs?.();
  } catch (error) {
    if (error instanceof Unavailable) return { ...NOTHING, unavailable: error.message };
    console.log(error);
    return { ...NOTHING, failed: [`what the ${layer.name} tests need could not be made ready`] };
  }
  if (layer.suite !== undefined) return runSuite(layer, layer.suite);
  let passed = 0;
  const failed: string[] = [];
  for (const { name, args } of layer.checks ?? []) {
    const isGood = (await execute({ name, args }, layer.limit_min)) === 0;
    console.log(`${isGood ? '✔' : '✘'} ${name}`);
    if (isGood) passed += 1;
    else failed.push(name);
  }
  return { passed, failed, skipped: [] };
}

async function runSuite(layer: Layer, suite: Command): Promise<LayerResults> {
  const file = join(root, 'test-results', `${layer.name}.json`);
  forgetResults(file);
  const status = await execute(suite, layer.limit_min, { [RESULTS_VARIABLE]: file });
  const results = readResults(file);
  if (results === undefined) {
    return { ...NOTHING, failed: [`the ${layer.name} tests ended (status ${status}) without a result`] };
  }
  const findings = [...(layer.review?.() ?? [])];
  if (status !== 0 && results.failed.length === 0)
    findings.push(`the ${layer.name} tests ended with status ${status}`);
  if (
    results.passed + results.failed.length + results.skipped.length === 0 &&
    results.unavailable === undefined
  ) {
    findings.push(`there are no ${layer.name} tests`);
  }
  return { ...results, failed: [...results.failed, ...findings] };
}

function chooseLayers(names: readonly string[]): readonly Layer[] {
  const unknown = names.filter((name) => !LAYERS.some((layer) => layer.name === name));
  if (unknown.length > 0) {
    console.error(
      `No such layer: ${unknown.join(', ')}. Layers: ${LAYERS.map(({ name }) => name).join(', ')}`,
    );
    process.exit(2);
  }
  return LAYERS.filter(({ name, asked }) =>
    names.length === 0 ? (asked?.() ?? true) : names.includes(name),
  );
}

async function main(): Promise<void> {
  const layers = chooseLayers(process.argv.slice(2));
  rmSync(join(root, 'coverage'), { recursive: true, force: true });
  mkdirSync(join(root, 'test-results'), { recursive: true });
  if (layers.some(({ name }) => name === 'window')) {
    rmSync(join(root, 'test-results/screenshots'), { recursive: true, force: true });
  }
  const bundle: Layer = {
    name: 'bundle',
    checks: [{ name: 'esbuild', args: ['esbuild.js', '--tests'] }],
    limit_min: 2,
  };
  const rows: string[] = [];
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const layer of [bundle, ...layers]) {
    console.log(`\n── ${layer.name} ${'─'.repeat(60 - layer.name.length)}`);
    const start = performance.now();
    const results = await runLayer(layer);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const reasons = [...(results.unavailable === undefined ? [] : [results.unavailable]), ...results.skipped];
    // On the machine that is there to run everything, what does not run has failed.
    const failed = results.failed.length + (underCI ? reasons.length : 0);
    const skipped = underCI ? 0 : reasons.length;
    sum.passed += results.passed;
    sum.failed += failed;
    sum.skipped += skipped;
    rows.push(
      `${layer.name.padEnd(10)}${results.passed} passed, ${failed} failed, ${skipped} skipped  (${seconds} s)`,
    );
    rows.push(...results.failed.map((title) => `${' '.repeat(10)}✘ ${title}`));
    rows.push(...reasons.map((reason) => `${' '.repeat(10)}did not run: ${reason}`));
  }
  console.log(`\n${rows.join('\n')}\n`);
  console.log(`${sum.passed} passed, ${sum.failed} failed, ${sum.skipped} skipped`);
  process.exitCode = sum.failed > 0 ? 1 : 0;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
