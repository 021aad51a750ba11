// Compiles the emulator's core, src/emulator/core, from AssemblyScript to dist/emulator.wasm. Plain Node, because the
// bundler and the tests use it; nothing is done when the module is newer than its sources.
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const sources = join(root, 'src/emulator/core');
export const EMULATOR_CORE = join(root, 'dist/emulator.wasm');

/** Linear memory: 8 MiB at fixed places (layout.ts), then what the compiler places. Pages have 64 KiB. */
const MEMORY_BASE = 0x800000;
const MEMORY_PAGES = 136;

function changedAt(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function isCurrent() {
  const inputs = [...readdirSync(sources).map((file) => join(sources, file)), import.meta.filename];
  return inputs.every((file) => changedAt(file) < changedAt(EMULATOR_CORE));
}

/** Resolves with the path of the module; rejects with what the compiler says. */
export async function buildEmulatorCore() {
  if (isCurrent()) return EMULATOR_CORE;
  const { default: asc } = await import('assemblyscript/asc');
  mkdirSync(join(root, 'dist'), { recursive: true });
  const messages = asc.createMemoryStream();
  const { error } = await asc.main(
    [
      'src/emulator/core/index.ts',
      ...['--baseDir', root, '--outFile', 'dist/emulator.wasm'],
      ...['-O3', '--runtime', 'stub', '--noAssert', '--use', 'abort='],
      ...['--memoryBase', String(MEMORY_BASE), '--initialMemory', String(MEMORY_PAGES)],
    ],
    { stdout: messages, stderr: messages },
  );
  if (error) throw new Error(`The emulator's core does not compile.\n${messages.toString()}`);
  return EMULATOR_CORE;
}
