// Makes test/data/emulator-instructions.json: instructions with random operands, and what an independent
// implementation (qemu-system-arm) makes of them. Needs arm-none-eabi-as and qemu-system-arm; the test needs neither.
//   npx tsx scripts/instructionCases.ts [SEED]
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { casesProgram, RESULTS_ADDRESS } from './instructionProgram';
import { instructionTexts } from './instructionTexts';
import { Random } from './random';

const OUTPUT = join(__dirname, '..', 'test', 'data', 'emulator-instructions.json');
const PER_CLASS = 12;

async function main(): Promise<void> {
  const random = new Random(Number(process.argv[2] ?? 1));
  const cases = instructionTexts(random, PER_CLASS);
  const folder = mkdtempSync(join(tmpdir(), 'instructions-'));
  try {
    const image = assemble(folder, casesProgram(cases, random));
    const results = await runInQemu(folder, cases.length);
    const data = {
      source: 'scripts/instructionCases.ts',
      reference: execFileSync('qemu-system-arm', ['--version'], { encoding: 'utf8' }).split('\n')[0],
      cases: cases.map(({ text }) => text),
      image: gzipSync(image, { level: 9 }).toString('base64'),
      results,
    };
    writeFileSync(OUTPUT, JSON.stringify(data, undefined, 1) + '\n');
    console.log(`${cases.length} cases, ${image.length} bytes`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Assembles and links for the start of the flash; the .elf stays in `folder`. */
function assemble(folder: string, source: string): Buffer {
  const [text, object, elf, bin] = ['s', 'o', 'elf', 'bin'].map((end) => join(folder, `cases.${end}`));
  writeFileSync(text!, source);
  const machine = ['-mcpu=cortex-m4', '-mthumb', '-mfpu=fpv4-sp-d16', '-mfloat-abi=hard'];
  execFileSync('arm-none-eabi-as', [...machine, '-o', object!, text!], { stdio: 'inherit' });
  execFileSync('arm-none-eabi-ld', ['-Ttext=0x08000000', '-e', 'start', '-o', elf!, object!]);
  execFileSync('arm-none-eabi-objcopy', ['-O', 'binary', elf!, bin!]);
  return readFileSync(bin!);
}

/** Lets QEMU's own STM32F405 run the program, and reads the hashes out of its memory. */
async function runInQemu(folder: string, count: number): Promise<string[]> {
  const dump = join(folder, 'results.bin');
  const qemu = spawn(
    'qemu-system-arm',
    ['-M', 'netduinoplus2', '-display', 'none', '-serial', 'null', '-monitor', 'stdio'].concat([
      '-kernel',
      join(folder, 'cases.elf'),
    ]),
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  const ended = new Promise((resolve) => qemu.once('exit', resolve));
  for (let waited_s = 0; ; waited_s++) {
    if (waited_s > 60) throw new Error('QEMU does not get to the end of the program.');
    await delay(1000);
    qemu.stdin.write(`pmemsave 0x${RESULTS_ADDRESS.toString(16)} ${4 + count * 4} "${dump}"\n`);
    await delay(500);
    if (readFileSync(dump).readUInt32LE(0) === count) break;
  }
  qemu.stdin.write('quit\n');
  await ended;
  const words = readFileSync(dump);
  return Array.from({ length: count }, (_, index) => words.readUInt32LE(4 + index * 4).toString(16));
}

void main();
