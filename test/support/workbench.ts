import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type FrameLocator, type Locator, type Page } from 'playwright-core';
import { publisher, name as extensionName } from '../../package.json';
import { launchChromium } from '../../scripts/chromium';
import { createRunFolder } from '../../scripts/runFolder';
import { createScratchWorkspace } from '../../scripts/scratchWorkspace';
import { acquireServer, type RunningServer, startServer } from '../../scripts/vscodeServer';
import { packageExtension } from '../../scripts/vsix';

const SCREENSHOTS = join(__dirname, '../../test-results/screenshots');
const TIMEOUT_MS = 60_000;
/** A command that asks something does so at once. */
const ASKED_MS = 1000;

export interface WorkbenchOptions {
  /** The folder to open; a fresh copy of the test firmware when none is named. */
  readonly folder?: string;
  /** The user's settings, on top of the quiet ones that every run has. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Added to the environment of the extension host. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A window of VS Code with the packaged extension in it, and what a person sees and does there. */
export class Workbench {
  private constructor(
    readonly page: Page,
    /** The workspace that is open. */
    readonly folder: string,
    private readonly browser: Browser,
    private readonly server: RunningServer,
    private readonly scratch: string,
  ) {}

  /** Opens a window; takes 10–25 s, so share it (test/window/window.ts) unless a test needs its own. */
  static async open(options: WorkbenchOptions = {}): Promise<Workbench> {
    const scratch = createRunFolder('vesc-window-');
    const folder = options.folder ?? createScratchWorkspace(join(scratch, 'firmware'));
    const server = await startServer({
      installation: await acquireServer(),
      extensions: [await packageExtension()],
      settings: options.settings ?? {},
      env: options.env ?? {},
    });
    const browser = await launchChromium();
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(TIMEOUT_MS);
    const workbench = new Workbench(page, folder, browser, server, scratch);
    try {
      await page.goto(server.address(folder));
      await page.locator('.monaco-workbench .part.statusbar .statusbar-item').first().waitFor();
      return workbench;
    } catch (error) {
      await workbench.screenshot('window did not open');
      await workbench.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    rmSync(this.scratch, { recursive: true, force: true });
  }

  /** What the server and the extension hosts have said, for a failure that nothing on the screen explains. */
  get log(): readonly string[] {
    return this.server.lines;
  }

  // ── Command Palette and quick input ──

  /** The input at the top of the window: palette, picks and input boxes. */
  get quickInput(): Locator {
    return this.page.locator('.quick-input-widget input').first();
  }

  /** The rows of the open pick. */
  get quickInputRows(): Locator {
    return this.page.locator('.quick-input-list .monaco-list-row');
  }

  /** Opens the palette and types `text`, until it lists the command `title` (at once or soon: it learns them late). */
  openPalette(text: string, title: string | RegExp): Promise<void> {
    return this.listed('F1', `>${text}`, title);
  }

  /** Opens a pick with `key` and types `text`, until it lists `label`. */
  private async listed(key: string, text: string, label: string | RegExp): Promise<void> {
    const deadline = Date.now() + TIMEOUT_MS;
    for (;;) {
      await this.page.keyboard.press(key);
      await this.quickInput.waitFor();
      await this.quickInput.fill(text);
      const row = this.quickInputRow(label);
      const isListed = await row.waitFor({ timeout: 2000 }).then(
        () => true,
        () => false,
      );
      if (isListed) return;
      if (Date.now() > deadline) {
        const listed = await this.quickInputRows.allInnerTexts();
        throw new Error(`${text} does not list ${String(label)} but: ${listed.join(' | ')}`);
      }
      // What is listed is decided while typing, and which files there are when it opens, so type again.
      await this.dismissQuickInput();
    }
  }

  /** Runs the command of exactly this title through the palette, as a person does. */
  async command(title: string): Promise<void> {
    await this.openPalette(title, title);
    await this.pick(title);
  }

  /** Chooses the row whose label is `label` in the open pick. */
  async pick(label: string | RegExp): Promise<void> {
    await this.quickInputRow(label).click();
  }

  /** The row whose label is `label` (all of it, unless it is an expression). */
  quickInputRow(label: string | RegExp): Locator {
    const name = this.page.locator('.label-name', {
      hasText: typeof label === 'string' ? new RegExp(`^\\s*${escapeExpression(label)}$`) : label,
    });
    return this.quickInputRows.filter({ has: name }).first();
  }

  /** Types into the open input box and confirms. */
  async answer(text: string): Promise<void> {
    await this.quickInput.fill(text);
    await this.page.keyboard.press('Enter');
  }

  async dismissQuickInput(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.quickInput.waitFor({ state: 'hidden' });
  }

  // ── Status bar, side bar, notifications, panels ──

  /** One of our status items, by the id it was created with. */
  statusItem(id: string): Locator {
    return this.page.locator(`[id="${publisher}.${extensionName}.${id}"]`);
  }

  /** Clicks an icon of the activity bar, unless its view is open: that would close it. */
  async openView(title: string): Promise<void> {
    const icon = `.activitybar .action-item%s a.action-label[aria-label^="${title}"]`;
    if (await this.page.locator(icon.replace('%s', '.checked')).isVisible()) return;
    await this.page.locator(icon.replace('%s', '')).click();
  }

  /** Puts away what another test left: open editors, messages, connected controllers. */
  async clear(): Promise<void> {
    await this.page.keyboard.press('Escape');
    await this.command('View: Close All Editors');
    await this.openView('VESC');
    const nothing = this.page.getByText('No controller is connected.');
    const title = this.page.locator('.part.sidebar .composite.title', { hasText: 'VESC' });
    for (;;) {
      await title.waitFor();
      // Whoever asks before the view is drawn disconnects what is not there, and is told so.
      await nothing.or(this.treeRow('')).first().waitFor();
      if (await nothing.isVisible()) break;
      await this.command('VESC: Disconnect');
      // With several and none selected it asks for one.
      await this.page.waitForTimeout(ASKED_MS);
      if (await this.quickInput.isVisible()) await this.page.keyboard.press('Enter');
    }
    await this.command('Notifications: Clear All Notifications');
  }

  /** A row of a tree in the side bar, by the text it shows. */
  treeRow(text: string | RegExp): Locator {
    return this.page.locator('.sidebar .monaco-list-row', { hasText: text }).first();
  }

  /** The texts of all rows in the side bar, from top to bottom. */
  async treeTexts(): Promise<string[]> {
    return this.page.locator('.sidebar .monaco-list-row').allInnerTexts();
  }

  /** A notification that shows `text`. */
  notification(text: string | RegExp): Locator {
    return this.page.locator('.notification-toast', { hasText: text }).first();
  }

  /** Presses a button of the notification that shows `text`. */
  async answerNotification(text: string | RegExp, button: string): Promise<void> {
    await this.notification(text).getByRole('button', { name: button, exact: true }).click();
  }

  /** A modal dialog that shows `text`. */
  dialog(text: string | RegExp): Locator {
    return this.page.locator('.monaco-dialog-box', { hasText: text });
  }

  /** The rows in sight of the terminal that is open; needs terminals without GPU acceleration. */
  get terminal(): Locator {
    return this.page.locator('.terminal-wrapper.active .xterm-rows');
  }

  /** Types a line into the terminal that is open. */
  async typeInTerminal(line: string): Promise<void> {
    await this.page.locator('.terminal-wrapper.active .xterm-screen').click();
    await this.page.keyboard.type(`${line}\r`);
  }

  /** Goes to a line of a file of the workspace, by name. */
  async openFile(name: string, line: number): Promise<void> {
    await this.listed('Control+P', name, name);
    await this.quickInput.fill(`${name}:${line}`);
    await this.quickInputRow(name).waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.editor-group-container .tab.active', { hasText: name }).waitFor();
    await this.page.locator('[id="status.editor.selection"]', { hasText: `Ln ${line},` }).waitFor();
  }

  /** The rows of the Problems panel. */
  get problems(): Locator {
    return this.page.locator('.markers-panel .monaco-list-row');
  }

  /** The inside of the webview that is open; the last one when there are several. */
  webview(): FrameLocator {
    return this.page.frameLocator('iframe.webview.ready >> nth=-1').frameLocator('#active-frame');
  }

  /** Keeps what is on the screen as test-results/screenshots/<name>.png. */
  async screenshot(name: string): Promise<void> {
    mkdirSync(SCREENSHOTS, { recursive: true });
    // Where the mouse explains nothing.
    await this.page.mouse.move(1000, 17);
    await this.page.screenshot({
      path: join(SCREENSHOTS, `${name.replace(/[^\w.-]+/g, '-')}.png`),
      animations: 'disabled',
    });
  }
}

function escapeExpression(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
