import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Workbench } from '../support/workbench';

/** Google Test is compiled on the way. */
const SLOW_MS = 240_000;

/** A developer's round: edit, one key, look at the terminal, see what grew, go back; in a window of its own. */
describe('the build loop in front of a person', function () {
  let window: Workbench;

  before(async function () {
    this.timeout(SLOW_MS);
    window = await Workbench.open({
      settings: { 'terminal.integrated.gpuAcceleration': 'off', 'git.enabled': false },
    });
    await window.openView('VESC');
    await window.command('VESC: Connect…');
    await window.quickInputRow('Type a port…').waitFor();
    await window.answer('sim:60?speed=20&can=1');
    await window.treeRow(/Firmware\s*7\.01/).waitFor();
    await window.command('VESC: Select board');
    await window.pick('60');
  });
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await window.screenshot(`failed ${this.currentTest.title}`);
  });
  after(() => window.close());

  const edit = (file: string, change: (text: string) => string): void => {
    const at = join(window.folder, file);
    writeFileSync(at, change(readFileSync(at, 'utf8')));
  };
  const commit = (message: string): void => {
    const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@localhost', '-c', 'commit.gpgsign=false'];
    execFileSync('git', [
      ...identity,
      '-C',
      window.folder,
      'commit',
      '--quiet',
      '--all',
      '--message',
      message,
    ]);
  };
  const clearNotifications = async (): Promise<void> => {
    await window.command('Notifications: Clear All Notifications');
    await window.page.locator('.notification-toast').first().waitFor({ state: 'hidden' });
  };

  it('builds, flashes and opens the terminal with one key, and tells what grew', async () => {
    await window.command('VESC: Build');
    await window.statusItem('board').locator('.codicon-check').waitFor();
    edit('terminal.c', (text) =>
      text.replace(
        /\s*$/,
        '\n\nvolatile int grown[64];\nvoid terminal_grow(void);\nvoid terminal_grow(void) { int left_over; grown[1] = 2; }\n',
      ),
    );
    edit('main.c', (text) =>
      text.replace(
        '\tterminal_init();',
        '\tterminal_init();\n\textern void terminal_grow(void);\n\tterminal_grow();',
      ),
    );
    await window.openFile('main.c', 1);
    await window.page.keyboard.press('Control+Shift+F8');
    await window.notification(/60 now runs firmware 7\.01[\s\S]*Proven by its build identity/).waitFor();
    await window.terminal.getByText('Type help for the commands').waitFor();
    await window.screenshot('build loop 01 flash and terminal');
    await window.command('Terminal: Focus Previous Terminal in Terminal Group');
    await window.command('Terminal: Focus Next Terminal Group');
    await window.terminal
      .getByText(/\+\d+ B\s+terminal_grow|\+256 B\s+grown/)
      .first()
      .waitFor();
    await window.screenshot('build loop 02 growth');
    await clearNotifications();
  });

  it('completes what is typed, and keeps a second terminal apart', async () => {
    await window.command('VESC: Scan CAN bus');
    await window.treeRow(/CAN bus/).waitFor();
    await window.command('VESC: Open terminal');
    await window.command('Terminal: Focus Terminal');
    await window.page.keyboard.type('fau\t\t');
    await window.terminal.getByText(/^fault\s+faults/).waitFor();
    await window.page.keyboard.type('s\r');
    await window.terminal.getByText('No faults registered since startup').waitFor();
    await window.page.keyboard.type('hw_s\t\r');
    await window.terminal.getByText('Mempool appconf now').waitFor();
    await window.screenshot('build loop 03 completion');
    // That it is there: the server of these tests has no native log writer, so every log stays empty in it.
    await window.command('Output: Show Output Channels...');
    await window.quickInputRow('VESC Firmware Prints').waitFor();
    await window.screenshot('build loop 04 log of prints');
    await window.dismissQuickInput();
  });

  it('says how far the controller is behind, and lists the commits', async () => {
    commit('Let the terminal grow');
    edit('commands.c', (text) => `${text}\n/* A line more. */\n`);
    commit('Say so in the commands');
    await window.command('VESC: Build');
    await window.treeRow(/2 commits behind/).waitFor();
    await window.statusItem('controller').hover();
    await window.screenshot('build loop 05 behind');
    await window.command('VESC: Show commits between controller and workspace');
    await window.quickInputRow(/Say so in the commands/).waitFor();
    await window.screenshot('build loop 06 commits');
    await window.pick(/Let the terminal grow/);
    await window.page.locator('.editor-group-container .tab.active', { hasText: '.diff' }).waitFor();
    await window.page.getByText('terminal_grow').first().waitFor();
    await window.screenshot('build loop 07 commit');
  });

  it('goes back to a build that is kept', async () => {
    await window.command('VESC: Flash an earlier build…');
    await window.quickInputRow(/^\s*60 · /).waitFor();
    await window.screenshot('build loop 08 earlier builds');
    await window.page.keyboard.press('Enter');
    await window.notification(/60 now runs firmware 7\.01/).waitFor();
    await clearNotifications();
  });

  it('runs the unit tests of the firmware, and shows at which line they failed', async () => {
    edit('util/angle.c', (text) => text.replace('degrees += 360.0f', 'degrees += 180.0f'));
    await window.command('View: Close All Editors');
    await window.openView('Testing');
    await window.treeRow('angle').waitFor();
    await window.command('Test: Run All Tests');
    await window.page.getByText('2/3', { exact: true }).waitFor({ timeout: SLOW_MS });
    await window.openFile('unittest.cpp', 17);
    await window.page
      .locator('.editor-instance')
      .getByText(/Expected equality/)
      .first()
      .waitFor();
    await window.screenshot('build loop 09 unit tests');
  }).timeout(SLOW_MS);
});
