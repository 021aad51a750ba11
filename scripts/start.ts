// `npm start`: the extension in a real VS Code, with a scratch copy of the test firmware to flash.
//   npm start                in desktop VS Code where there is one, else in the browser
//   npm start -- --headless  no editor: build and flash in this terminal, on the embedded simulated controller
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { runHeadless } from './headless';
import { createRunFolder } from './runFolder';
import { createScratchWorkspace } from './scratchWorkspace';
import { acquireServer, startServer } from './vscodeServer';
import { packageExtension } from './vsix';

const root = join(__dirname, '..');

/** Desktop VS Code, when it is installed and has a display to appear on. */
function findDesktop(): string | undefined {
  const { platform } = process;
  if (platform === 'linux' && !process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return undefined;
  const name = platform === 'win32' ? 'code.cmd' : 'code';
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

function runDesktop(executable: string, workspace: string): number {
  console.log('Opening desktop VS Code; this ends when its window is closed.');
  const args = ['--new-window', '--wait', `--extensionDevelopmentPath=${root}`, workspace];
  return spawnSync(executable, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status ?? 1;
}

async function serve(workspace: string): Promise<void> {
  const server = await startServer({
    installation: await acquireServer(),
    extensions: [await packageExtension()],
    connectionToken: randomBytes(16).toString('hex'),
    ownHome: true,
  });
  console.log(`\nVS Code with VESC Firmware runs here; open it in a browser on this machine:\n`);
  console.log(`  ${server.address(workspace)}\n`);
  console.log('In it: F1, "VESC: Start simulated controller", then F1, "VESC: Flash current build".');
  console.log(
    `The firmware in it is a scratch copy in ${workspace}. Ctrl-C ends VS Code and removes the copy.`,
  );
}

async function main(): Promise<void> {
  execFileSync(process.execPath, ['esbuild.js'], { cwd: root, stdio: 'inherit' });
  const folder = createRunFolder('vesc-start-');
  const workspace = createScratchWorkspace(join(folder, 'firmware'));
  const desktop = findDesktop();
  if (process.argv.includes('--headless')) process.exitCode = await runHeadless(workspace, folder);
  else if (desktop !== undefined) process.exitCode = runDesktop(desktop, workspace);
  else await serve(workspace);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
