import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { packageExtension } from '../../scripts/vsix';
import { activate } from '../support/activation';

const SYSTEMS = ['darwin-x64+arm64', 'linux-arm', 'linux-arm64', 'linux-x64', 'win32-arm64', 'win32-x64'];
/** Everything that may be in the package; what nobody listed here stays out. */
const EXPECTED =
  /^(package\.json|readme\.md|changelog\.md|LICENSE\.txt|media\/.+|dist\/[a-zA-Z]+(-[a-zA-Z]+-[A-Z0-9]{8})?\.js|dist\/(liveData|emulatorView)\.css|dist\/emulator\.wasm|dist\/THIRD-PARTY-NOTICES\.txt|prebuilds\/.+\.node|bin\/vesc(\.cmd)?)$/i;

/** How large the bundles may grow before somebody has to think about it. */
const SIZE_LIMITS_B = {
  'extension.js': 120_000,
  'cli.js': 470_000,
  'errorCatalogue.js': 45_000,
  'serialport.js': 80_000,
  'stageWorker.js': 40_000,
  'liveData.js': 120_000,
  'emulatorView.js': 15_000,
  'emulatorWorker.js': 20_000,
};

/** Runs a Node of its own that knows nothing of this repository; what it printed. */
function inBareNode(extension: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: extension,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
  });
  assert.equal(status, 0, stderr);
  return stdout;
}

describe('the packaged extension', () => {
  let folder: string;
  let extension: string;
  let files: string[];

  before(async () => {
    const vsix = await packageExtension();
    folder = mkdtempSync(join(tmpdir(), 'vesc-vsix-'));
    // A .vsix is a zip; Python's unpacker is there wherever native modules are built.
    execFileSync('python3', ['-m', 'zipfile', '-e', vsix, folder]);
    extension = join(folder, 'extension');
    files = readdirSync(extension, { recursive: true, encoding: 'utf8' }).filter((file) =>
      statSync(join(extension, file)).isFile(),
    );
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('tells what it is without a file beside the text', () => {
    const text = readFileSync(join(extension, 'readme.md'), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!);
    assert.deepEqual(
      targets.filter((target) => !target.startsWith('https:')),
      [],
    );
    assert.doesNotMatch(text, /!\[/);
    assert.match(text, /the real image on an emulated processor with/);
  });

  it('holds what it needs and nothing else: no source, no packages, no tests', () => {
    assert.deepEqual(
      files.filter((file) => !EXPECTED.test(file)),
      [],
    );
    for (const needed of [
      'package.json',
      'LICENSE.txt',
      'dist/extension.js',
      'dist/cli.js',
      'dist/stageWorker.js',
      'dist/liveData.js',
      'dist/emulatorView.js',
      'dist/emulatorView.css',
      'dist/liveData.css',
      'dist/emulator.wasm',
      'dist/emulatorWorker.js',
    ]) {
      assert.ok(files.includes(needed), `${needed} is missing`);
    }
  });

  it('carries the serial binary of every system that VS Code runs on', () => {
    for (const system of SYSTEMS) {
      assert.ok(
        files.some((file) => file.startsWith(`prebuilds/${system}/`)),
        `no binary for ${system}`,
      );
    }
    assert.equal(files.filter((file) => file.includes('android')).length, 0);
  });

  it('names the licence of every package in its bundles', () => {
    const notices = readFileSync(join(extension, 'dist/THIRD-PARTY-NOTICES.txt'), 'utf8');
    assert.match(notices, /^serialport \d/m);
  });

  it('activates where there is nothing but Node and VS Code, and asks for no file, program or socket', () => {
    const { touched, parts } = activate(join(extension, 'dist/extension.js'));
    assert.deepEqual(touched, []);
    assert.ok(parts > 10, `${parts} parts were registered`);
  });

  for (const [file, limit_B] of Object.entries(SIZE_LIMITS_B)) {
    it(`keeps ${file} small`, () => {
      const size_B = statSync(join(extension, 'dist', file)).size;
      assert.ok(
        size_B <= limit_B,
        `dist/${file} has ${size_B} bytes, the limit is ${limit_B}. Every byte of it is read whenever it starts: ` +
          'put what is seldom needed behind an import(), or raise the limit knowingly.',
      );
    });
  }

  it('loads every part of itself, and has no piece twice', () => {
    const parts = readdirSync(join(extension, 'dist')).filter((file) => /^extension-.+\.js$/.test(file));
    assert.ok(parts.length > 5, parts.join(' '));
    const text = ['extension.js', ...parts]
      .map((file) => readFileSync(join(extension, 'dist', file), 'utf8'))
      .join('\n');
    // Whether an error is one of ours is asked of its class: a second class of that name would be another.
    assert.equal(text.match(/"VescError"/g)?.length, 1);
    const { loadedLater } = activate(join(extension, 'dist/extension.js'));
    assert.deepEqual([...loadedLater].sort(), parts.sort());
  });

  it('finds the native serial module from a bundle in dist/', () => {
    buildSync({
      stdin: { contents: "console.log(typeof require('serialport').SerialPort.list)", resolveDir: __dirname },
      outfile: join(extension, 'dist/probe.js'),
      bundle: true,
      platform: 'node',
    });
    assert.equal(inBareNode(extension, 'dist/probe.js').trim(), 'function');
  });

  it('compresses images on a thread of its own', () => {
    const output = inBareNode(
      extension,
      '-e',
      `const { Worker } = require('node:worker_threads');
       new Worker('./dist/stageWorker.js', { workerData: new Uint8Array(524280) })
         .on('message', ({ raw_B, compressed }) => console.log(raw_B, compressed));`,
    );
    assert.equal(output.trim(), '524280 true');
  });

  it('runs its command line', () => {
    const output = inBareNode(extension, 'dist/cli.js', 'ports', '--json');
    const lines = output.trim().split('\n');
    assert.equal((JSON.parse(lines.at(-1)!) as { ok: boolean }).ok, true);
  });
});
