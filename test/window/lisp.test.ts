import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { systemClock } from '../../src/base/clock';
import { DisposableStore } from '../../src/base/disposable';
import { formatLinkAddress } from '../../src/links/linkAddress';
import { SimulatedController } from '../../src/simulator/simulatedController';
import { serveTcp } from '../../src/simulator/tcpServer';
import { type Workbench } from '../support/workbench';
import { sharedWindow } from './window';

const CONTROLLER = { uuid: '3a0041001850563039990009', speedFactor: 10 };

/** A LispBM source on its way from the editor to the controller, and what comes back. */
describe('LispBM in the window', () => {
  const owned = new DisposableStore();
  let window: Workbench;

  before(async () => {
    window = await sharedWindow();
    writeFileSync(join(window.folder, 'lib.lbm'), '(defun twice (x) (* 2 x))\n');
    writeFileSync(
      join(window.folder, 'ride.lisp'),
      `(import "lib.lbm" 'lib)\n\n(puts "ready to ride")\n(defun speed (\n`,
    );
    const controller = owned.add(new SimulatedController(CONTROLLER, systemClock));
    const server = owned.add(await serveTcp(controller, { port: 0 }));
    await window.openView('VESC');
    await window.command('VESC: Connect…');
    await window.quickInputRow('Type a port…').waitFor();
    await window.answer(formatLinkAddress(server.address));
    await window.treeRow(/Firmware\s*7\.01/).waitFor();
  });
  after(async () => {
    await window.command('View: Close All Editors');
    await window.command('VESC: Disconnect');
    owned.dispose();
  });

  const lens = (text: string): Locator => window.page.locator('.codelens-decoration a', { hasText: text });

  it('is uploaded by the lens above it, and has its error at its line', async () => {
    await window.openFile('ride.lisp', 1);
    await lens('Upload and run on 60').click();
    await window.page.locator('.editor-instance .squiggly-error').first().waitFor();
    await window.statusItem('lisp').waitFor();
    await window.answerNotification('ride.lisp runs on 60', 'Show prints');
    await window.screenshot('lisp upload');
    await window.command('Problems: Focus on Problems View');
    await window.problems.filter({ hasText: 'read_error' }).waitFor();
    assert.match(await window.problems.filter({ hasText: 'read_error' }).innerText(), /LispBM.*Ln 5/s);
  });

  it('answers in its REPL, and stands still when it is stopped', async () => {
    await lens('REPL').click();
    await window.terminal.filter({ hasText: 'Type an expression' }).waitFor();
    await window.typeInTerminal('(+ 20 3)');
    await window.terminal.filter({ hasText: '> 23' }).waitFor();
    await window.screenshot('lisp repl');
    await lens('Stop').click();
    await window.notification('stands still').waitFor();
    await window.statusItem('lisp').waitFor({ state: 'hidden' });
    await window.screenshot('lisp stopped');
  });
});
