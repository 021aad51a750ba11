// Runs test/editor/suite in a real extension host: VSCODE_EXECUTABLE, else desktop VS Code, else the VS Code server.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadAndUnzipVSCode, runTests } from '@vscode/test-electron';
import { engines } from '../../package.json';
import { findChromium } from '../../scripts/chromium';
import { Unavailable } from '../../scripts/unavailable';
import { acquireServer } from '../../scripts/vscodeServer';
import { forgetResults, readResults, RESULTS_VARIABLE, writeResults } from '../support/layerResults';

const root = join(__dirname, '../..');
const resultsFile = process.env[RESULTS_VARIABLE] ?? join(root, 'test-results/editor.json');

interface Editor {
  readonly name: string;
  readonly executable: string;
}

/** Desktop VS Code in the oldest version that we say we run in. */
async function desktop(): Promise<Editor> {
  const needsDisplay = process.platform === 'linux';
  if (needsDisplay && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) {
    throw new Unavailable('there is no display');
  }
  const version = engines.vscode.replace('^', '');
  const options = { version, cachePath: join(root, '.cache/vscode-desktop'), timeout: 15_000 };
  try {
    return { name: `desktop VS Code ${version}`, executable: await downloadAndUnzipVSCode(options) };
  } catch (error) {
    throw new Unavailable(`it cannot be downloaded (${(error as Error).message})`, { cause: error });
  }
}

async function server(): Promise<Editor> {
  findChromium();
  await acquireServer();
  return { name: 'the VS Code server from npm', executable: join(root, 'test/editor/serverVscode') };
}

async function chooseEditor(): Promise<Editor> {
  const chosen = process.env['VSCODE_EXECUTABLE'];
  if (chosen !== undefined) return { name: chosen, executable: chosen };
  try {
    return await desktop();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`Not desktop VS Code: ${error.message}.`);
  }
  return server();
}

async function run(): Promise<void> {
  forgetResults(resultsFile);
  let editor;
  try {
    editor = await chooseEditor();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    console.log(`No VS Code to run in: ${error.message}.`);
    writeResults(resultsFile, { passed: 0, failed: [], skipped: [], unavailable: error.message });
    return;
  }
  console.log(`Editor tests run in ${editor.name}.`);
  const folder = mkdtempSync(join(tmpdir(), 'vesc-editor-'));
  try {
    await runTests({
      vscodeExecutablePath: editor.executable,
      extensionDevelopmentPath: root,
      extensionTestsPath: join(root, 'out/editor/index.js'),
      launchArgs: [
        folder,
        '--disable-extensions',
        `--user-data-dir=${join(folder, '.user')}`,
        `--extensions-dir=${join(folder, '.extensions')}`,
      ],
      extensionTestsEnv: { [RESULTS_VARIABLE]: resultsFile },
    });
    // An extension host that crashes, or that a test ends, is reported as a success.
    if (readResults(resultsFile) === undefined)
      throw new Error('The extension host died before its tests ended.');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

run().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
