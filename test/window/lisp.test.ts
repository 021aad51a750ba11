import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { type Workbench } from '../support/workbench';
import { clearedWindow } from './window';

const GOOD = '; Counts what it is told.\n(def count 0)\n(puts "hello")\n';
/** The second line closes what was never opened. */
const BAD = '(puts "hello")\n(def broken 1))\n(puts "never said")\n';

/** A LispBM file from its editor to the controller, with eyes and hands. */
describe('LispBM in the window', () => {
  let window: Workbench;

  before(async () => {
    window = await clearedWindow();
    await window.command('Preferences: Color Theme');
    await window.answer('Dark Modern');
    writeFileSync(join(window.folder, 'main.lisp'), GOOD);
    writeFileSync(join(window.folder, 'bad.lisp'), BAD);
    await window.command('VESC: Connect…');
    await window.quickInputRow('Type a port…').waitFor();
    await window.answer('sim:60?version=7.01&speed=10');
    await window.treeRow(/Firmware\s*7\.01/).waitFor();
  });

  const lens = (title: string): Locator =>
    window.page.locator('.editor-instance .codelens-decoration a', { hasText: title }).first();

  it('is uploaded and run by the lens above its first line, and watched from then on', async () => {
    await window.openFile('main.lisp', 1);
    await lens('Upload and run on 60').waitFor();
    await window.screenshot('80 lisp lenses');
    await lens('Upload and run on 60').click();
    await window.notification('main.lisp runs on 60.').waitFor();
    await window
      .statusItem('lisp')
      .getByText(/LispBM\s+\d+ %/)
      .waitFor();
    await window.screenshot('81 lisp runs');
  });

  it('shows an error at its line', async () => {
    await window.openFile('bad.lisp', 1);
    await lens('Upload and run on 60').click();
    await window.notification(/bad\.lisp is on 60, but LispBM found an error in line 2/).waitFor();
    await window.page.locator('.editor-instance .squiggly-error').first().waitFor();
    await window.answerNotification('bad.lisp is on 60', 'Show problems');
    await window.problems.filter({ hasText: 'LispBM' }).getByText('[Ln 2,').waitFor();
    await window.notification('bad.lisp').waitFor({ state: 'hidden' });
    await window.screenshot('82 lisp error');
    await window.command('View: Hide Panel');
  });

  it('stands still after a click, and is not watched any more', async () => {
    await lens('Stop').click();
    await window.notification('LispBM on 60 stands still.').waitFor();
    await window.statusItem('lisp').waitFor({ state: 'hidden' });
  });
});
