import manifest from '../../package.json';
import { type Workbench } from '../support/workbench';
import { sharedWindow } from './window';

interface Contributions {
  readonly commands?: readonly { readonly title: string; readonly category?: string }[];
}

const { commands = [] } = (manifest as { contributes?: Contributions }).contributes ?? {};

describe('the Command Palette', () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await sharedWindow();
  });

  it('lists the commands of the extension', async () => {
    await workbench.openPalette('VESC:', /^VESC: /);
    await workbench.screenshot('palette');
    await workbench.dismissQuickInput();
    // Only the rows in sight exist, so each command is asked for by its title.
    for (const { title, category } of commands) {
      const shown = category === undefined ? title : `${category}: ${title}`;
      await workbench.openPalette(shown, shown);
      await workbench.dismissQuickInput();
    }
  });
});
