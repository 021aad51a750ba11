import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FrameLocator, Locator } from 'playwright-core';
import { systemClock } from '../../src/base/clock';
import { type Disposable, DisposableStore } from '../../src/base/disposable';
import { formatLinkAddress } from '../../src/links/linkAddress';
import type { Motor } from '../../src/simulator/motor';
import { SimulatedController } from '../../src/simulator/simulatedController';
import { serveTcp } from '../../src/simulator/tcpServer';
import { type Workbench } from '../support/workbench';
import { clearedWindow } from './window';

const BENCH = { uuid: '3a0041001850563039990001' };

/** The extension hosts below this process: the server starts one for the window. */
function extensionHosts(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isBelow(pid, process.pid) && commandLine(pid).includes('--type=extensionHost'));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function isBelow(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1;) {
    if (at === ancestor) return true;
    try {
      at = Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${at}/status`, 'utf8'))?.[1] ?? 0);
    } catch {
      return false;
    }
  }
  return false;
}

async function comesAbout(condition: () => boolean | Promise<boolean>, within_ms: number): Promise<boolean> {
  const deadline = Date.now() + within_ms;
  while (!(await condition())) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return true;
}

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  if (!(await comesAbout(condition, 60_000))) throw new Error(`It did not come about that ${what}.`);
}

/** Live data and motor test, with eyes and hands. */
describe('live data', () => {
  const owned = new DisposableStore();
  let window: Workbench;
  let bench: SimulatedController;
  let server: Disposable;
  let address: string;
  let view: FrameLocator;

  before(async () => {
    bench = owned.add(new SimulatedController(BENCH, systemClock));
    const served = owned.add(await serveTcp(bench, { port: 0 }));
    server = served;
    address = formatLinkAddress(served.address);
    window = await clearedWindow();
  });
  after(() => owned.dispose());

  const motor = (): Motor => bench.firmware!.motors[0]!;
  const number = async (label: string, column = 0): Promise<number> => {
    const row = view.getByRole('row', { name: new RegExp(`^${label}`) });
    return Number((await row.getByRole('cell').nth(column).innerText()).replace('−', '-'));
  };
  const hold = (): Locator => view.getByRole('button', { name: 'Hold to run' });

  async function open(): Promise<void> {
    await window.command('VESC: Open live data');
    view = window.webview();
    await view.getByRole('row', { name: /^Input voltage/ }).waitFor();
  }

  async function openMotorTest(): Promise<void> {
    await view.getByRole('button', { name: 'Motor test' }).click();
    await view.getByLabel('Mode').selectOption('Duty');
    await view.getByRole('spinbutton', { name: 'Value' }).fill('20');
  }

  async function press(): Promise<void> {
    // On a machine that stalls it lets go by itself, as it should; then a person presses again.
    await until('the motor is driven', async () => {
      await window.page.mouse.up();
      await hold().hover();
      await window.page.mouse.down();
      // It may still be coasting from the press before.
      return comesAbout(() => !motor().isReleased && motor().values().erpm > 1000, 5000);
    });
  }

  /** The dialog suggests something first; what is typed before that is lost. */
  async function chooseFile(path: string): Promise<void> {
    await until('the dialog is there', async () => (await window.quickInput.inputValue()).includes('/'));
    // It may still put its own proposal over what is typed.
    await until('the path stays', async () => {
      await window.quickInput.fill(path);
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (await window.quickInput.inputValue()) === path;
    });
    await window.page.keyboard.press('Enter');
  }

  async function selectTheme(name: string): Promise<void> {
    await window.command('Preferences: Color Theme');
    await window.answer(name);
  }

  it('connects a controller', async () => {
    await window.openView('VESC');
    await window.command('VESC: Connect…');
    await window.quickInputRow('Type a port…').waitFor();
    await window.answer(address);
    await window.treeRow(/48\.0 V\s*Input voltage/).waitFor();
    await selectTheme('Dark Modern');
  });

  it('shows curves and a table of what is measured', async () => {
    await open();
    await until('the voltage is read', async () => (await number('Input voltage')) === 48);
    await view.locator('canvas').first().waitFor();
  });

  it('drives the motor while the button is held, and draws it', async () => {
    await openMotorTest();
    await view.getByText('Allowed: -95 to 95 %').waitFor();
    await press();
    await until('the table shows it', async () => (await number('Speed')) > 1000);
    await view.getByText('Sending 20 %').waitFor();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await window.page.screenshot({ path: 'test-results/screenshots/20-live-data-dark.png' });
    await window.page.mouse.up();
    await until('the motor is released', () => motor().isReleased);
    await view.getByText(/^Let go/).waitFor();
  });

  it('follows the theme', async () => {
    await selectTheme('Light Modern');
    await press().finally(() => window.page.mouse.up());
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await window.screenshot('21 live data light');
    await selectTheme('Dark High Contrast');
    await press().finally(() => window.page.mouse.up());
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await window.screenshot('22 live data high contrast');
    await selectTheme('Light Modern');
  });

  it('lets go when the focus goes elsewhere, though the button is held', async () => {
    await press();
    await window.page.keyboard.press('F1');
    await until('the motor is released', () => motor().isReleased);
    await window.page.mouse.up();
    await window.dismissQuickInput();
  });

  it('works with the keyboard alone', async () => {
    await hold().focus();
    await window.page.keyboard.down(' ');
    await until('the motor turns', () => motor().values().erpm > 1000);
    await window.page.keyboard.up(' ');
    await until('the motor is released', () => motor().isReleased);
  });

  it('lets the controller let go while the extension host stalls, and does not begin again', async () => {
    await press();
    const hosts = extensionHosts();
    assert.ok(hosts.length > 0);
    for (const pid of hosts) process.kill(pid, 'SIGSTOP');
    try {
      await until('the command timeout releases the motor', () => motor().isReleased);
      // A hiccup shorter than a question may be old is none yet.
      await new Promise((resolve) => setTimeout(resolve, 1000));
    } finally {
      for (const pid of hosts) process.kill(pid, 'SIGCONT');
    }
    // The finger is still down, the view still answers.
    await view.getByText('Let go: the editor stalled').waitFor();
    assert.equal(motor().isReleased, true);
    await window.page.mouse.up();
  });

  it('lets go when the view is killed', async () => {
    await press();
    await window.page.evaluate(
      "document.querySelectorAll('iframe.webview').forEach((each) => each.remove())",
    );
    await until('the motor is released', () => motor().isReleased);
    await window.page.mouse.up();
    await window.command('View: Close All Editors');
  });

  it('stops whatever turns with one click in the status bar', async () => {
    const drive = setInterval(() => motor().command('duty', 0.3), 100);
    try {
      const item = window.statusItem('stop');
      await item.getByText('Stop motor').waitFor();
      await window.screenshot('23 stop motor');
      await item.click();
      await until('the motor is released, and stays so', () => motor().isReleased);
      await window.notification(/Throttle inputs stay off/).waitFor();
      assert.equal(bench.firmware!.outputDisabledUntil_ms, Number.POSITIVE_INFINITY);
      await window.screenshot('24 stopped');
      await window.answerNotification(/Throttle inputs stay off/, 'Allow throttle inputs');
      await until('inputs are allowed', () => Number.isFinite(bench.firmware!.outputDisabledUntil_ms));
      await item.waitFor({ state: 'hidden' });
    } finally {
      clearInterval(drive);
    }
  });

  it('records to a file, and shows it again', async () => {
    await open();
    const path = join(window.folder, 'ride.csv');
    await view.getByRole('button', { name: 'Record…' }).click();
    await chooseFile(path);
    await view.getByText(/\d\d rows in ride\.csv/).waitFor();
    await view.getByRole('button', { name: 'Stop recording' }).click();
    await window.notification(/rows recorded in ride\.csv/).waitFor();
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    assert.match(lines[0]!, /^time_s,tempFet_C,.*,killSwitchActive$/);
    assert.match(lines[1]!, /^0,/);
    await view.getByRole('button', { name: 'Open CSV…' }).click();
    await chooseFile(path);
    await view.getByText('Recording ride.csv').waitFor();
    await view.getByText(`${lines.length - 1} readings`).waitFor();
    assert.equal(await number('Input voltage'), 48);
    await window.screenshot('25 recording');
    await view.getByRole('button', { name: 'Back to live data' }).click();
  });

  it('samples the currents of the control loop, with their spectrum', async () => {
    const drive = setInterval(() => motor().command('duty', 0.4), 100);
    try {
      await until('the motor turns', () => motor().values().erpm > 5000);
      await view.getByRole('tab', { name: 'Sampled currents' }).click();
      await view.getByRole('button', { name: 'Sample', exact: true }).click();
      await view.getByText('1000 samples at 25 kHz.').waitFor();
      await view.getByText('Currents [A] over frequency').waitFor();
      await window.screenshot('26 sampled currents');
    } finally {
      clearInterval(drive);
    }
  });

  it('streams the position of the rotor', async () => {
    await view.getByRole('tab', { name: 'Rotor position' }).click();
    await view.getByRole('combobox', { name: 'Position' }).selectOption('Observer');
    await until('positions come', async () => (await view.locator('output').innerText()) !== '–');
    await view.getByRole('combobox', { name: 'Position' }).selectOption('Off');
  });

  it('draws what the firmware plots', async () => {
    await view.getByRole('tab', { name: 'Firmware plots' }).click();
    await window.command('VESC: Open terminal');
    await window.typeInTerminal('hall_analyze 5');
    await view.getByText('432 points in 3 graphs.').waitFor();
    await window.command('View: Hide Panel');
    await window.screenshot('27 firmware plot');
  });

  it('is gone through by the keyboard, from end to end', async () => {
    const tab = (name: string): Locator => view.getByRole('tab', { name, selected: true });
    await view.getByRole('tab', { name: 'Firmware plots' }).focus();
    await window.page.keyboard.press('End');
    await tab('Rotor position').waitFor();
    await window.page.keyboard.press('Home');
    await tab('Values').waitFor();
  });

  it('says why there are no values any more, for everybody to read', async () => {
    server.dispose();
    await view
      .getByRole('status')
      .getByText(/^Not connected\. .*127\.0\.0\.1/)
      .waitFor();
    await window.screenshot('28 live data without a controller');
  });
});
