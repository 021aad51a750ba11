import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { addProbeBoard, makeProbeBuildable, writeProbeImage } from '../support/probeBoard';
import type { Workbench } from '../support/workbench';
import { clearedWindow } from './window';

/** The emulated controller and the view of its surroundings, with eyes and hands. */
describe('the emulator', () => {
  let window: Workbench;

  before(async () => {
    window = await clearedWindow();
    addProbeBoard(window.folder);
  });
  after(async () => {
    await window.command('VESC: Stop emulated controller');
    await window.command('Preferences: Color Theme');
    await window.answer('Dark Modern');
  });

  const slider = (name: string): Locator => window.webview().getByRole('slider', { name });

  it('runs an image, with the view of its surroundings below the tree', async () => {
    await window.command('VESC: Connect…');
    await window.quickInputRow('Type a port…').waitFor();
    await window.answer(`emu:${writeProbeImage(window.folder)}`);
    await window.treeRow(/^probe\s*emulated/).waitFor();
    await window.webview().getByText('reads 20.4 V').waitFor();
    await window.webview().getByText('Runs without a fault.').waitFor();
    await window.screenshot('60 emulator');
  });

  it('moves a slider by keyboard, and the firmware raises its fault', async () => {
    await slider('Supply voltage').focus();
    await window.page.keyboard.press('Home');
    await window.webview().getByText('reads 0.0 V').waitFor();
    await window.webview().getByText('UNDER VOLTAGE').waitFor();
    await window.treeRow(/UNDER VOLTAGE/).waitFor();
    await window.screenshot('61 emulator under voltage');
  });

  it('takes an exact number, and goes back to normal', async () => {
    await window.webview().getByRole('spinbutton', { name: 'FET temperature' }).fill('110');
    await window.page.keyboard.press('Enter');
    await window.webview().getByRole('button', { name: 'Back to normal' }).click();
    await window.webview().getByText('reads 20.4 V').waitFor();
    await window.webview().getByText('Runs without a fault.').waitFor();
  });

  it('sets an input of the converter, in any theme', async () => {
    await window.webview().getByText('ADC inputs').click();
    await window.webview().getByRole('spinbutton', { name: 'Counts at place 3' }).fill('1000');
    await window.page.keyboard.press('Enter');
    await window.webview().getByText('reads 10.0 V').waitFor();
    await window.command('Preferences: Color Theme');
    await window.answer('Light Modern');
    await window.screenshot('62 emulator light');
    await window.command('Preferences: Color Theme');
    await window.answer('Dark High Contrast');
    await window.screenshot('63 emulator high contrast');
  });

  it('says that the power is off, and what to do', async () => {
    await window.webview().getByRole('switch', { name: 'Power is off' }).check();
    await window.treeRow(/probe\s*emulated.*power off/).waitFor();
    await window.webview().getByText('Power off.').waitFor();
    await window.screenshot('64 emulator power off');
    await window.webview().getByRole('switch', { name: 'Power is off' }).uncheck();
    await window.webview().getByText('Runs without a fault.').waitFor();
  });

  it('puts the build of the workspace in place of what runs, with one click in the tree', async () => {
    makeProbeBuildable(window.folder);
    await window.command('VESC: Select board');
    await window.pick('probe');
    await window.statusItem('board').getByText('probe').waitFor();
    const row = window.treeRow(/^probe\s*emulated/);
    const swap = row.getByRole('button', { name: 'Swap image for current build' });
    await row.hover();
    await swap.click();
    await window.page
      .locator('.statusbar-item', { hasText: 'The emulated controller starts over' })
      .waitFor();
    await window.treeRow(/Firmware\s*7\.02/).waitFor();
    await window.treeRow(/^probe\s*emulated · running this build/).waitFor();
    await row.hover();
    await swap.waitFor({ state: 'detached' });
    await window.screenshot('66 emulator swapped');
  });

  it('offers GDB where nothing is installed that debugs', async () => {
    // Only that there is one counts here.
    writeFileSync(join(window.folder, 'probe.elf'), '');
    await window.command('VESC: Debug in emulator');
    await window.notification(/install Cortex-Debug or C\/C\+\+/).waitFor();
    await window.screenshot('65 emulator debugging');
  });
});
