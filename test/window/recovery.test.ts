import { type Workbench } from '../support/workbench';
import { clearedWindow } from './window';

const DEAD = 'sim:60?brick=1&swd=dead&speed=0';
const HEALTHY = 'sim:75_300_R2?swd-to=dead&speed=0';

/** A controller without firmware, and the way back. */
describe('recovering a controller', () => {
  let window: Workbench;

  before(async () => {
    window = await clearedWindow();
    await window.command('Notifications: Clear All Notifications');
  });

  async function connect(address: string): Promise<void> {
    await window.command('VESC: Connect…');
    await window.quickInputRow('Type a port…').waitFor();
    await window.answer(address);
  }

  it('begins with one that does not answer, and a healthy one', async () => {
    await connect(DEAD);
    await window.notification('There is no port sim:60').waitFor();
    await window.command('Notifications: Clear All Notifications');
    await connect(HEALTHY);
    await window.treeRow(/75_300_R2/).waitFor();
    await window.command('VESC: Select board');
    await window.pick('60');
    await window.command('VESC: Build');
    await window.statusItem('board').locator('.codicon-check').waitFor();
  });

  it('asks what can be seen, and tries what needs no tools', async () => {
    await window.command('VESC: Recover controller…');
    await window.quickInputRow(/Red flashes fast/).waitFor();
    await window.screenshot('20 what can be seen');
    await window.pick(/Dark: no LED/);
    // Where this computer has ports, somebody may answer there.
    await window.quickInputRow(/With an ST-Link|It is none of these/).waitFor();
    const none = window.quickInputRow(/It is none of these/);
    if (await none.isVisible()) await none.click();
    await window.quickInputRow(/With an ST-Link/).waitFor();
    await window.screenshot('21 ways to program it');
  });

  it('shows the wiring', async () => {
    await window.pick(/Show the wiring/);
    await window.webview().getByRole('heading', { name: 'SWD wiring' }).waitFor();
    await window.webview().getByText('SWDIO to SWDIO').first().waitFor();
    await window.quickInputRow(/With another VESC/).waitFor();
    await window.screenshot('22 wiring');
  });

  it('programs it through the healthy one, and proves what runs', async () => {
    await window.pick(/With another VESC/);
    await window.pick(/75_300_R2/);
    await window.quickInputRow(/The build of 60/).waitFor();
    await window.screenshot('23 which firmware');
    await window.pick(/The build of 60/);
    await window.quickInputRow(/Keep the bootloader/).waitFor();
    await window.screenshot('24 which bootloader');
    await window.pick(/Keep the bootloader/);
    const dialog = window.dialog('Program the controller over SWD?');
    await dialog.waitFor();
    await window.screenshot('25 confirm');
    await dialog.getByRole('button', { name: 'Program', exact: true }).click();
    await window.notification(/60 now runs firmware 7\.01.*Proven by its build identity/).waitFor();
    await window.treeRow(/60\s*running this build/).waitFor();
    await window.screenshot('26 recovered');
    await window.command('View: Close All Editors');
  });
});
