import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock';
import { DisposableStore } from '../../src/base/disposable';
import { formatLinkAddress } from '../../src/links/linkAddress';
import { SimulatedController } from '../../src/simulator/simulatedController';
import { serveTcp } from '../../src/simulator/tcpServer';
import { type Workbench } from '../support/workbench';
import { clearedWindow } from './window';

const SOURCE = 'motor/mc_interface.c';

/** A person who sees a fault strike and a firmware crash, and wants the line. */
describe('from a fault to the line of code', () => {
  const owned = new DisposableStore();
  let window: Workbench;
  let bench: SimulatedController;
  let address: string;

  before(async () => {
    bench = owned.add(
      // At the speed of our clock: that it restarted is told by when it started.
      new SimulatedController({ uuid: '3a00410018505630399a0001' }, systemClock),
    );
    const server = owned.add(await serveTcp(bench, { port: 0 }));
    address = formatLinkAddress(server.address);
    window = await clearedWindow();
    await window.command('VESC: Connect…');
    await window.quickInputRow('Type a port…').waitFor();
    await window.answer(address);
    await window.treeRow(/Fault\s*none/).waitFor();
    await window.command('Notifications: Clear All Notifications');
  });
  after(() => owned.dispose());

  const lineOf = (part: string): number => {
    const text = readFileSync(join(window.folder, SOURCE), 'utf8');
    return text.slice(0, text.indexOf(part)).split('\n').length;
  };
  const cursorIsAt = (line: number): Promise<void> =>
    window.page.locator('[id="status.editor.selection"]', { hasText: `Ln ${line},` }).waitFor();
  /** The rows of the controller that stands lowest in the tree: this one. */
  const ownRow = (text: string | RegExp) =>
    window.page.locator('.sidebar .monaco-list-row', { hasText: text }).last();

  it('shows a fault as a card when it strikes', async () => {
    bench.setFault('ABS_OVER_CURRENT', {
      held: true,
      current_A: 132.5,
      currentFiltered_A: 61.2,
      duty: 0.87,
      rpm: 14_200,
      temperature_C: 64,
      cyclesRunning: 5200,
      timDuty: 3654,
    });
    await window.notification(/60: fault ABS OVER CURRENT/).waitFor();
    await window.answerNotification('60: fault ABS OVER CURRENT', 'Show fault');
    const card = window.webview();
    await card.getByRole('heading', { name: 'ABS OVER CURRENT' }).waitFor();
    await card.getByRole('row', { name: /^Current 132\.5 A/ }).waitFor();
    await card.getByText('A spike: 132.5 A at that moment').waitFor();
    await card.getByRole('button', { name: `Go to ${SOURCE}:` }).waitFor();
    await window.screenshot('faults 1 card');
    bench.clearFault();
    await window.command('View: Close All Editors');
  });

  it('leads from the tree to the raising line in two clicks', async () => {
    await ownRow(/Fault\s*none now, last ABS OVER CURRENT/).click();
    await window
      .webview()
      .getByRole('button', { name: `Go to ${SOURCE}:` })
      .first()
      .click();
    await window.page.locator('.tab.active', { hasText: 'mc_interface.c' }).waitFor();
    await cursorIsAt(lineOf('mc_interface_fault_stop(FAULT_CODE_ABS'));
    await window.screenshot('faults 2 line');
  });

  it('tells in the source what a fault means and when it last struck', async () => {
    const name = window.page.locator('.view-line', { hasText: 'mc_interface_fault_stop(FAULT_CODE_ABS' });
    await name.getByText('FAULT_CODE_ABS_OVER_CURRENT').first().hover();
    await window.page.locator('.monaco-hover', { hasText: 'went beyond the absolute maximum' }).waitFor();
    await window.page.screenshot({
      path: join(__dirname, '../../test-results/screenshots/faults-3-hover.png'),
    });
    await window.command('View: Close All Editors');
  });

  it('tells of a crash with its line, in the build that runs there', async () => {
    await window.command('VESC: Select board');
    await window.pick('60');
    await window.command('VESC: Flash current build');
    await window.notification(/60 now runs firmware 7\.01/).waitFor();
    await window.command('Notifications: Clear All Notifications');
    bench.crash({
      kind: 'registers',
      registers: {
        pc: crashSite(window.folder),
        lr: 0xffff_fff9,
        psr: 0x6100_0000,
        cfsr: 0x0001_0000,
        hfsr: 0x4000_0000,
      },
    });
    const told = window.notification(
      /60 crashed at motor\/mc_interface\.c:\d+ and started over: undefined instruction/,
    );
    await told.getByRole('button', { name: 'Go to line' }).waitFor();
    await window.screenshot('faults 4 crash');
    await window.command('Notifications: Clear All Notifications');
    await ownRow(/Crashed\s*motor\/mc_interface\.c:\d+ · undefined instruction/).click();
    const card = window.webview();
    await card.getByRole('heading', { name: 'Crash: undefined instruction' }).waitFor();
    await card.getByText('UNDEFINSTR').waitFor();
    await window.screenshot('faults 5 crash card');
    await card
      .getByRole('button', { name: `Go to ${SOURCE}:` })
      .first()
      .click();
    await cursorIsAt(lineOf('crash_site: udf'));
    await window.screenshot('faults 6 crash line');
  });

  it('keeps the fault that the controller forgot', async () => {
    const earlier = ownRow(/Before its last start\s*1/);
    await ownRow(/Fault\s*none/)
      .locator('.monaco-tl-twistie')
      .click();
    await earlier.locator('.monaco-tl-twistie').click();
    await ownRow(/ABS OVER CURRENT\s*motor 1 · \d\d:\d\d:\d\d/).waitFor();
    await window.screenshot('faults 7 earlier');
  });
});

/** The address of the instruction that no processor survives, as the compiler's own tool tells it. */
function crashSite(folder: string): number {
  const builds = join(folder, 'build');
  const elf = readdirSync(builds, { recursive: true, encoding: 'utf8' }).find((name) =>
    name.endsWith('/60.elf'),
  );
  assert.ok(elf, 'there is no build of board 60');
  const symbols = execFileSync('arm-none-eabi-nm', [join(builds, elf)], { encoding: 'utf8' });
  return Number.parseInt(/^(\w+) T crash_site$/m.exec(symbols)![1]!, 16);
}
