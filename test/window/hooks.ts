import { openedWindow } from './window';

export const mochaHooks = {
  async afterEach(this: Mocha.Context): Promise<void> {
    if (this.currentTest?.state !== 'failed') return;
    const window = await openedWindow();
    await window?.screenshot(`failed-${this.currentTest.fullTitle()}`);
    console.log(window?.log.slice(-20).join('\n'));
  },
  async afterAll(): Promise<void> {
    await (await openedWindow())?.close();
  },
};
