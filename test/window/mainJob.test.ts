import assert from 'node:assert/strict';
import { systemClock } from '../../src/base/clock';
import { DisposableStore } from '../../src/base/disposable';
import { formatLinkAddress } from '../../src/links/linkAddress';
import { SimulatedController } from '../../src/simulator/simulatedController';
import { serveTcp } from '../../src/simulator/tcpServer';
import { type Workbench } from '../support/workbench';
import { sharedWindow } from './window';

/** A controller in the test's own hands, so that a fault can strike it while somebody looks. */
const BENCH = { uuid: '3a0041001850563039990000', faults: ['OVER_VOLTAGE'], speedFactor: 5 };

/** From an empty side bar to proven firmware and a read fault, with mouse and keyboard. */
describe('the whole job', () => {
  const owned = new DisposableStore();
  let window: Workbench;
  let bench: SimulatedController;
  let benchAddress: string;

  before(async () => {
    bench = owned.add(new SimulatedController(BENCH, systemClock));
    const server = owned.add(await serveTcp(bench, { port: 0 }));
    benchAddress = formatLinkAddress(server.address);
    window = await sharedWindow();
    await window.openView('VESC');
  });
  after(() => owned.dispose());

  /** Types an address where ports are offered. */
  async function connect(address: string): Promise<void> {
    await window.command('VESC: Connect…');
    await window.quickInputRow('Type a port…').waitFor();
    await window.answer(address);
  }

  async function selectBoard(name: string): Promise<void> {
    await window.command('VESC: Select board');
    await window.pick(name);
    await window.statusItem('board').getByText(name, { exact: true }).waitFor();
  }

  async function clearNotifications(): Promise<void> {
    await window.command('Notifications: Clear All Notifications');
    await window.page.locator('.notification-toast').first().waitFor({ state: 'hidden' });
  }

  it('begins with an invitation to connect', async () => {
    await window.page.getByRole('button', { name: 'Connect a controller' }).waitFor();
    await window.statusItem('controller').getByText('No controller').waitFor();
    await window.statusItem('board').getByText('Select board').waitFor();
    await window.screenshot('01 welcome');
  });

  it('starts a simulated controller and shows firmware, faults and values', async () => {
    await window.command('VESC: Start simulated controller');
    await window.quickInputRow(/Hardware 60$/).waitFor();
    await window.screenshot('02 simulated controllers');
    await window.pick(/Hardware 60$/);
    await window.treeRow(/Firmware\s*7\.01/).waitFor();
    await window.treeRow(/Fault\s*none/).waitFor();
    await window.treeRow(/48\.0 V\s*Input voltage/).waitFor();
    await window.statusItem('controller').getByText('60 · 7.01').waitFor();
    await window.screenshot('03 controller');
  });

  it('lists the boards, those that fit on top', async () => {
    await window.command('VESC: Select board');
    await window.quickInputRow('60').waitFor();
    const [first] = await window.quickInputRows.allInnerTexts();
    assert.match(first ?? '', /^60[\s\S]*For the connected controller/);
    await window.screenshot('04 boards');
    await window.pick('60');
    await window.statusItem('board').getByText('60').waitFor();
  });

  it('builds, flashes and proves with one command', async () => {
    await window.openFile('main.c', 1);
    await window.command('VESC: Flash current build');
    await window.notification('Building 60').getByRole('button', { name: 'Cancel' }).waitFor();
    // First what can be cancelled, then what must not be; each also in the status bar.
    const early = window.notification(/Flashing 60: (Erasing|Uploading)/);
    await early.getByRole('button', { name: 'Cancel' }).waitFor();
    await window
      .statusItem('flash')
      .getByText(/Erasing|Uploading/)
      .waitFor();
    await window.screenshot('05 flashing');
    const late = window.notification('Keep the power on');
    await late.waitFor();
    assert.equal(await late.getByRole('button', { name: 'Cancel' }).count(), 0);
    await window.statusItem('flash').getByText('Keep the power on').waitFor();
    await window.screenshot('06 keep the power on');
    await window
      .notification(
        /60 now runs firmware 7\.01, commit [0-9a-f]{8}, build [0-9a-f]{8}\. Proven by its build identity/,
      )
      .waitFor();
    await late.waitFor({ state: 'hidden' });
    await window.treeRow(/60\s*running this build/).waitFor();
    await window.treeRow(/Last update\s*updated/).waitFor();
    await window.screenshot('07 updated');
  });

  it('has built as a task, whose terminal tells how full the memory is', async () => {
    await window.command('Terminal: Focus Terminal');
    await window.terminal.getByText(/flash2\s+\d+\.\d of 464\.0 KiB/).waitFor();
    await window.terminal.getByText(/Built 60 7\.01 in/).waitFor();
    await window.screenshot('08 memory');
    await window.command('View: Hide Panel');
    await window.command('View: Close All Editors');
  });

  it('writes nothing when this build runs already', async () => {
    await clearNotifications();
    await window.command('VESC: Flash current build');
    await window.notification(/60 already runs this build .* Nothing was written/).waitFor();
    await window.notification('Flashing 60').waitFor({ state: 'hidden' });
    await window.screenshot('09 already running');
  });

  it('connects another controller from the status bar', async () => {
    await clearNotifications();
    await window.statusItem('controller').click();
    await window.quickInputRow(/60$/).waitFor();
    await window.screenshot('10 controllers');
    await window.pick('Connect another controller…');
    await window.quickInputRow('Type a port…').waitFor();
    await window.screenshot('11 ports');
    await window.answer(benchAddress);
    await window.treeRow(/60\s*127\.0\.0\.1:\d+ · another tree · selected/).waitFor();
  });

  it('shows a fault in the tree, in the status bar and in a message as it strikes', async () => {
    bench.setFault('ABS_OVER_CURRENT', { held: true, current_A: 132.5, duty: 0.87, rpm: 14_200 });
    await window.notification(/60: fault ABS OVER CURRENT/).waitFor();
    await window.treeRow(/Fault\s*ABS OVER CURRENT/).waitFor();
    await window.statusItem('controller').getByText('60: ABS OVER CURRENT').waitFor();
    await window.screenshot('12 fault');
    await window.command('VESC: Show faults');
    await window.quickInputRow('OVER VOLTAGE').waitFor();
    const rows = await window.quickInputRows.allInnerTexts();
    assert.match(rows[0] ?? '', /^ABS OVER CURRENT[\s\S]*active now · motor 1 · 132\.5 A/);
    assert.match(rows[1] ?? '', /^OVER VOLTAGE/);
    await window.screenshot('13 faults');
    await window.dismissQuickInput();
    bench.clearFault();
    await window.statusItem('controller').getByText('60 · 7.01').waitFor();
  });

  it('runs commands of the firmware in its terminal', async () => {
    await window.command('VESC: Open terminal');
    await window.terminal.getByText('Type help').waitFor();
    await window.typeInTerminal('faults');
    await window.terminal.getByText(/Temperature\s*: \d/).waitFor();
    await window.screenshot('14 terminal');
    await window.command('VESC: Disconnect');
    await window.treeRow('127.0.0.1').waitFor({ state: 'hidden' });
    await window.command('View: Hide Panel');
  });

  it('leads from a broken file to its line', async () => {
    await window.openFile('terminal.c', 15);
    await window.page.keyboard.type('static int broken = undeclared;\n');
    // Not saved: building does that.
    await window.command('VESC: Build');
    const failed = window.notification(/Building 60 failed with 1 error: terminal\.c:15: .*undeclared/);
    await failed.waitFor();
    await window.statusItem('board').getByText('60: 1 error').waitFor();
    await window.answerNotification(/Building 60 failed/, 'Show problems');
    const problem = window.problems.filter({ hasText: 'undeclared' }).first();
    await problem.getByText('[Ln 15, Col 21]').waitFor();
    await problem.dblclick();
    await window.page.locator('[id="status.editor.selection"]', { hasText: 'Ln 15, Col 21' }).waitFor();
    await window.screenshot('15 problem');

    await window.page.keyboard.press('Control+Shift+K');
    await window.command('VESC: Build');
    await window.problems.first().waitFor({ state: 'hidden' });
    await window.statusItem('board').getByText('60', { exact: true }).waitFor();
    await window.command('View: Hide Panel');
    await window.command('View: Close All Editors');
  });

  it('flashes a whole CAN bus, with the progress of each and one message at the end', async () => {
    await clearNotifications();
    await connect('sim:60?can=2&speed=10');
    await window.treeRow(/60\s*sim:60\?can=2 · another tree · selected/).waitFor();
    await window.command('VESC: Flash all on the CAN bus');
    await window
      .notification(/Flashing the CAN bus of 60: .* \(CAN \d+ [1-9]\d* % · CAN \d+ [1-9]\d* %/)
      .waitFor();
    await window.statusItem('flash').getByText('3 controllers').waitFor();
    await window.screenshot('19 bus');
    const late = window.notification('Keep the power on');
    await late.getByRole('button', { name: 'Cancel' }).waitFor();
    await window
      .notification(/CAN bus of 60: 3 of 3 controllers run this firmware\. 60 \(CAN \d+\): updated;/)
      .waitFor();
    await late.waitFor({ state: 'hidden' });
    await window.screenshot('20 bus updated');
    await window.command('VESC: Disconnect');
    await window.treeRow('can=2').waitFor({ state: 'hidden' });
  });

  it('says what is wrong where there is no bootloader', async () => {
    await clearNotifications();
    await connect('sim:60?bootloader=none&speed=10');
    await window.treeRow(/60\s*sim:60\?bootloader=none · another tree · selected/).waitFor();
    await window.command('VESC: Flash current build');
    const verdict = window.notification(/no bootloader[\s\S]*Nothing was uploaded/);
    await verdict.getByRole('button', { name: 'Install bootloader…' }).waitFor();
    await window.treeRow(/Last update\s*not-taken/).waitFor();
    await window.screenshot('16 no bootloader');
  });

  it('refuses the firmware of other hardware', async () => {
    await selectBoard('410');
    await clearNotifications();
    await window.command('VESC: Flash current build');
    const refusal = window.notification(/The image is for hardware "410", the controller is a "60"/);
    for (const name of ['Select board', 'Type hardware name…'])
      await refusal.getByRole('button', { name }).waitFor();
    await window.notification('Flashing 60').waitFor({ state: 'hidden' });
    await window.treeRow(/other hardware than 410 · selected/).waitFor();
    await window.screenshot('17 refused');
    await window.answerNotification('was not flashed', 'Type hardware name…');
    await window.page.getByText('Wrong firmware can destroy the power stage').last().waitFor();
    await window.screenshot('18 override');
    await window.quickInput.fill('410');
    await window.page.getByText('This is not the hardware name of the controller (60)').waitFor();
    await window.dismissQuickInput();
    await clearNotifications();
  });
});
