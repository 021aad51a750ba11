import { systemClock } from '../../src/base/clock';
import { DisposableStore } from '../../src/base/disposable';
import { formatLinkAddress } from '../../src/links/linkAddress';
import { SimulatedController } from '../../src/simulator/simulatedController';
import { serveTcp } from '../../src/simulator/tcpServer';
import { type Workbench } from '../support/workbench';
import { clearedWindow } from './window';

/** The same controller before and after an update, so that its settings have to get from one layout to the other. */
const CONTROLLER = { uuid: '3a0041001850563039990001', hardware: '75_300', speedFactor: 10 };

/** Settings of a controller as a person reads, changes, compares and keeps them. */
describe('settings in the window', () => {
  const owned = new DisposableStore();
  let window: Workbench;

  before(async () => {
    window = await clearedWindow();
    await connect(5);
  });
  after(() => owned.dispose());

  /** Connects to the controller with a firmware of 6.05 or 7.01 on it. */
  async function connect(minor: 5 | 1): Promise<void> {
    const version = { major: minor === 5 ? 6 : 7, minor };
    const controller = owned.add(new SimulatedController({ ...CONTROLLER, version }, systemClock));
    const server = owned.add(await serveTcp(controller, { port: 0 }));
    await window.command('VESC: Connect…');
    await window.quickInputRow('Type a port…').waitFor();
    await window.answer(formatLinkAddress(server.address));
    await window.treeRow(minor === 5 ? /Firmware\s*6\.05/ : /Firmware\s*7\.01/).waitFor();
  }

  const line = (text: string | RegExp) => window.page.locator('.view-line', { hasText: text }).first();

  it('open as a document that can be changed and saved', async () => {
    await window.command('VESC: Open settings');
    await window.quickInputRow('Motor configuration').waitFor();
    await window.screenshot('settings 1 which');
    await window.pick('Motor configuration');
    await line('l_current_max').click();
    await window.page.keyboard.press('End');
    await window.page.keyboard.press('Shift+Home');
    await window.page.keyboard.type('l_current_max = 500 A');
    await window.page.keyboard.press('Escape');
    await window.page.keyboard.press('Control+S');
    await line(/l_current_max\s*=\s*120/).waitFor();
    await window.page.locator('.squiggly-warning').first().waitFor();
    await window.screenshot('settings 2 saved');
  });

  it('are compared side by side', async () => {
    await window.command('VESC: Compare settings…');
    await window.pick('Motor configuration');
    await window.quickInputRow(/Defaults of its firmware/).waitFor();
    await window.screenshot('settings 3 with what');
    await window.pick(/Defaults of its firmware/);
    await window.page.locator('.monaco-diff-editor').first().waitFor();
    await line(/l_current_max\s*=\s*60/).waitFor();
    await window.screenshot('settings 4 compared');
    await window.command('View: Close All Editors');
  });

  it('are carried over to firmware with another layout, as chosen', async () => {
    await window.command('VESC: Save settings');
    await window.notification(/75_300: motor and app settings saved/).waitFor();
    await window.command('VESC: Disconnect');
    await connect(1);
    await window.command('VESC: Restore settings…');
    await window.pick(/\d{4}-\d\d-\d\d/);
    await window.quickInputRow('l_current_max').waitFor();
    await window.screenshot('settings 5 what is carried over');
    await window.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click();
    const dialog = window.dialog(/Restore the settings of 75_300/);
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await window
      .notification(/Carried over: motor configuration \(190 kept, 3 changed, 9 new, 3 dropped/)
      .waitFor();
    await window.screenshot('settings 6 carried over');
  });
});
