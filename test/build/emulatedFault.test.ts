import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BuildRecords } from '../../src/build/buildRecord';
import { thisHost } from '../../src/build/host';
import { Symbolizer } from '../../src/build/symbolizer';
import { EmulatedControllers } from '../../src/controllers/emulatedControllers';
import { encodeFrame } from '../../src/protocol/frame';
import { EmulatorFaults } from '../../src/views/emulatorFaults';
import { compileProbe, emulatorModule, localChannel, PROBE } from '../support/emulator';
import { VirtualClock } from '../support/virtualClock';
import { describeWithCompiler } from './firmwareWorkspace';

const ROOT = join(__dirname, '..', '..');

describeWithCompiler('a fault in a program that is emulated', () => {
  let folder: string;
  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    await emulatorModule();
    folder = mkdtempSync(join(tmpdir(), 'vesc-fault-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('leads to its line, by the ELF of the build that is in the flash', async () => {
    const { elf, image } = compileProbe(folder);
    const file = join(folder, 'probe.bin');
    writeFileSync(file, image);
    const clock = new VirtualClock();
    const controllers = new EmulatedControllers(clock, join(ROOT, 'dist'), (_file, start) =>
      localChannel(start, clock),
    );
    const run = await controllers.start(file);
    const link = await clock.run(controllers.connect({ kind: 'emulated', name: file }));
    void link.write(encodeFrame(Uint8Array.of(0xf0, PROBE.undefinedInstruction)));
    for (let tries = 0; !run.status.fault && tries < 100; tries++) await clock.advance(20);

    const host = thisHost(1);
    const records = new BuildRecords(folder, host.files, clock);
    const tree = join(ROOT, 'test', 'fixtures', 'emulator');
    const compiler = { path: 'arm-none-eabi-gcc', version: '' };
    const kept = { board: 'probe', tree, changedFiles: [], makeArguments: [], compiler };
    await records.save({ buildId: run.buildId!, ...kept }, elf);
    const symbolizer = new Symbolizer(host);
    const faults = new EmulatorFaults({
      records,
      locate: (...args) => symbolizer.locate(...args),
      root: () => tree,
    });
    const fault = run.status.fault!;
    const known = new Promise<void>((resolve) => faults.onChange(resolve));
    faults.placeOf(fault, () => run.buildId);
    await known;
    const { place } = faults.placeOf(fault, () => undefined)!;
    assert.equal(place?.file, join(tree, 'probe.c'));
    const line = readFileSync(place.file, 'utf8').split('\n')[place.line - 1]!;
    assert.match(line, /udf/);
    assert.equal(place.label, `probe.c:${place.line}`);
    controllers.dispose();
  });
});
