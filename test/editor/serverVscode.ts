// Accepts the arguments that @vscode/test-electron starts VS Code with, and runs the same tests in the extension
// host of the VS Code server, with Chromium as its window.
import { createWriteStream, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { format } from 'node:util';
import { launchChromium } from '../../scripts/chromium';
import { acquireServer, startServer } from '../../scripts/vscodeServer';
import { TEST_OUTPUT } from './testOutput';

/** Ends with code 0 are told by the missing results: the host also ends so, rightly, after its tests. */
const HOST_DIED = /Extension Host Process exited with code: (?!0, signal: null)/;
const TIMEOUT_MS = 8 * 60_000;
/** The server lacks a few native modules that it only logs with, and says so at length. */
const LOG = join(__dirname, '../../test-results/editor.log');

function argument(name: string): string | undefined {
  const start = `--${name}=`;
  return process.argv.find((each) => each.startsWith(start))?.slice(start.length);
}

async function run(): Promise<number> {
  const developmentPath = argument('extensionDevelopmentPath');
  const testsPath = argument('extensionTestsPath');
  const workspace = process.argv.slice(2).find((each) => !each.startsWith('-'));
  if (developmentPath === undefined || testsPath === undefined || workspace === undefined) {
    console.error('Usage: serverVscode FOLDER --extensionDevelopmentPath=DIR --extensionTestsPath=FILE');
    return 2;
  }
  mkdirSync(dirname(LOG), { recursive: true });
  const log = createWriteStream(LOG);
  let isOver = false;
  let hostDeath: string | undefined;
  const server = await startServer({
    installation: await acquireServer(),
    smokeTestDriver: true,
    onLine: (line) => {
      log.write(`${line}\n`);
      if (!isOver && HOST_DIED.test(line)) hostDeath = line;
    },
  });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    const exitCode = new Promise<number>((resolve, reject) => {
      void page.exposeFunction('codeAutomationExit', resolve);
      void page.exposeFunction('codeAutomationLog', (type: string, args: readonly unknown[]) => {
        const text = format(...args);
        log.write(`${type}: ${text}\n`);
        if (text.startsWith(TEST_OUTPUT)) console.log(text.slice(TEST_OUTPUT.length));
      });
      page.on('crash', () => reject(new Error('The page of the editor crashed.')));
      setTimeout(() => reject(new Error('The editor tests did not end.')), TIMEOUT_MS).unref();
    });
    const remote = (path: string): string => `vscode-remote://127.0.0.1:${server.port}${path}`;
    await page.goto(
      server.address(workspace, [
        ['extensionDevelopmentPath', remote(developmentPath)],
        ['extensionTestsPath', remote(testsPath)],
        ['skipWelcome', 'true'],
      ]),
    );
    const code = await exitCode;
    isOver = true;
    if (hostDeath !== undefined) {
      console.error(hostDeath);
      return 1;
    }
    return code;
  } finally {
    isOver = true;
    await browser.close();
    await server.stop();
  }
}

run().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
