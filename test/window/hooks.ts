import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openedWindow } from './window';

const LOG = join(__dirname, '../../test-results/window.log');

export const mochaHooks = {
  async afterEach(this: Mocha.Context): Promise<void> {
    if (this.currentTest?.state !== 'failed') return;
    const window = await openedWindow();
    await window?.screenshot(`failed-${this.currentTest.fullTitle()}`);
  },
  async afterAll(): Promise<void> {
    const window = await openedWindow();
    if (window === undefined) return;
    writeFileSync(LOG, window.log.join('\n'));
    await window.close();
  },
};
