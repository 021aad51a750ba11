import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { Unavailable } from './unavailable';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MAC = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/** The Chromium of this machine; CHROMIUM_EXECUTABLE overrides the search. */
export function findChromium(): string {
  const chosen = process.env['CHROMIUM_EXECUTABLE'];
  if (chosen !== undefined) return chosen;
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))), MAC];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined) {
    throw new Unavailable('Chromium is not installed (set CHROMIUM_EXECUTABLE to use another one)');
  }
  return found;
}

/** Starts Chromium without a window, a profile, or a way out of this machine. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
    ],
  });
}
