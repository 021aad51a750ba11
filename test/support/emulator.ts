import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EmulatorCore } from '../../src/emulator/emulatorCore';

let compiled: Promise<WebAssembly.Module> | undefined;

/** The emulator's core, compiled from its sources when it is older than they are. */
export function emulatorModule(): Promise<WebAssembly.Module> {
  compiled ??= compile();
  return compiled;
}

async function compile(): Promise<WebAssembly.Module> {
  const script = join(__dirname, '..', '..', 'scripts', 'emulatorCore.mjs');
  const { buildEmulatorCore } = (await import(script)) as { buildEmulatorCore: () => Promise<string> };
  return WebAssembly.compile(readFileSync(await buildEmulatorCore()));
}

/** A chip with `image` at the start of its flash, just powered on. */
export async function startedCore(image: Uint8Array): Promise<EmulatorCore> {
  const core = new EmulatorCore(await emulatorModule());
  core.flash.set(image);
  core.start(new Uint8Array(12).map((_, index) => index + 1));
  return core;
}
