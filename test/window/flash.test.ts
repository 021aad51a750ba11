import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Workbench } from '../support/workbench';
import { sharedWindow } from './window';

describe('building and flashing, as a person sees it', () => {
  let window: Workbench;

  before(async () => {
    window = await sharedWindow();
    await window.openView('VESC');
  });

  it('invites to connect while nothing is connected', async () => {
    await window.page.getByRole('button', { name: 'Connect a controller' }).waitFor();
    await window.statusItem('controller').getByText('No controller').waitFor();
    await window.screenshot('welcome');
  });

  it('starts a simulated controller and shows it', async () => {
    await window.command('VESC: Start simulated controller');
    await window.pick(/Hardware 60$/);
    await window.treeRow('Input voltage').waitFor();
    await window.treeRow(/7\.01/).waitFor();
    await window.statusItem('controller').getByText('60 · 7.01').waitFor();
    await window.screenshot('simulated controller');
  });

  it('lists the boards, those that fit on top', async () => {
    await window.command('VESC: Select board');
    await window.quickInputRow('60').waitFor();
    const [first] = await window.quickInputRows.allInnerTexts();
    assert.match(first ?? '', /60[\s\S]*For the connected controller/);
    await window.screenshot('boards');
    await window.pick('60');
    await window.statusItem('board').getByText('60').waitFor();
  });

  it('shows the error of a broken file in the message, the status bar and the Problems panel', async () => {
    const file = join(window.folder, 'terminal.c');
    const good = readFileSync(file, 'utf8');
    writeFileSync(file, `${good}\nint broken(void) { return undeclared; }\n`);
    await window.command('VESC: Flash current build');
    await window.notification(/Building 60 failed/).waitFor();
    await window.statusItem('board').getByText('60: 1 error').waitFor();
    await window.answerNotification(/Building 60 failed/, 'Show problems');
    await window.page
      .locator('.markers-panel')
      .getByText(/undeclared/)
      .first()
      .waitFor();
    await window.screenshot('problem');
    writeFileSync(file, good);
  });

  it('builds, flashes and proves with one command', async () => {
    await window.command('VESC: Flash current build');
    // First what can be cancelled, then what must not be.
    await window.notification('Flashing 60').getByRole('button', { name: 'Cancel' }).waitFor();
    await window.screenshot('flashing');
    const late = window.notification('Keep the power on');
    await late.waitFor();
    assert.equal(await late.getByRole('button', { name: 'Cancel' }).count(), 0);
    await window.statusItem('flash').getByText('Keep the power on').waitFor();
    await window.screenshot('keep the power on');
    await window.notification(/60 now runs firmware 7\.01.*Proven by its build identity/).waitFor();
    await window.treeRow('running this build').waitFor();
    await window.screenshot('updated');
  });

  it('writes nothing when the same build runs already', async () => {
    await window.command('VESC: Flash current build');
    await window.notification('already runs this build').waitFor();
    await window.screenshot('already running');
  });
});
