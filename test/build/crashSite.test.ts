import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import * as path from 'node:path';
import { findCrashPlaces } from '../../src/build/crashPlaces';
import { Symbolizer } from '../../src/build/symbolizer';
import type { BuildResult } from '../../src/build/buildResult';
import { describeWithCompiler, FirmwareWorkspace } from './firmwareWorkspace';

/** Addresses of a program by name, as the compiler's own tool lists them. */
function addressOf(elf: string, name: string): number {
  const line = execFileSync('arm-none-eabi-nm', [elf], { encoding: 'utf8' })
    .split('\n')
    .find((each) => each.endsWith(` ${name}`));
  assert.ok(line, `${elf} has no ${name}`);
  return Number.parseInt(line, 16);
}

describeWithCompiler('a crash at a known address of a real build', () => {
  let workspace: FirmwareWorkspace;
  let result: BuildResult;
  let crashSite: number;

  before(async () => {
    workspace = new FirmwareWorkspace();
    result = await workspace.build('60');
    crashSite = addressOf(result.elf!, 'crash_site');
  });
  after(() => workspace.dispose());

  /** Number of the line of the source that has `part` in it. */
  function lineOf(file: string, part: string): number {
    const before = workspace.read(file).split(part)[0]!;
    return before.split('\n').length;
  }

  it('leads to its line, inlined as it is, and to the call before it', async () => {
    const record = await workspace.records.find(result.buildId!);
    const symbolizer = new Symbolizer(workspace.host);
    const lr = addressOf(result.elf!, 'Reset_Handler') + 0x100;
    const places = await findCrashPlaces(
      { pc: crashSite, lr },
      record!.elf,
      record!.compiler.path,
      symbolizer,
    );
    assert.equal(places.culprit, 'pc');
    const file = path.join(workspace.root, 'motor', 'mc_interface.c');
    const { function: name, line, inlinedInto } = places.pc!;
    assert.deepEqual(
      [name, places.pc?.file, line],
      ['run_into_nothing', file, lineOf(file.slice(workspace.root.length + 1), 'crash_site: udf')],
    );
    assert.deepEqual(inlinedInto, [
      {
        function: 'mc_interface_calibrate',
        file,
        line: lineOf('motor/mc_interface.c', '\t\trun_into_nothing();'),
      },
    ]);
    assert.equal(places.lr?.function, 'Reset_Handler');
    assert.ok(places.lr?.file?.endsWith('main.c'));
  });

  it('is found with the ELF of the build that runs, whatever was built afterwards', async () => {
    const line = lineOf('motor/mc_interface.c', 'crash_site: udf');
    workspace.edit(
      'motor/mc_interface.c',
      '#define MAX_INPUT_VOLTAGE',
      `${'\n'.repeat(30)}volatile int padding = 1;\n#define MAX_INPUT_VOLTAGE`,
    );
    workspace.edit(
      'motor/mc_interface.c',
      'if (offset == MAX_OFFSET) {',
      'padding++;\n\tif (offset == MAX_OFFSET) {',
    );
    const second = await workspace.build('60');
    assert.notEqual(second.buildId, result.buildId);
    const record = await workspace.records.find(result.buildId!);
    const [place] = await new Symbolizer(workspace.host).locate(
      record!.elf,
      [crashSite],
      record!.compiler.path,
    );
    assert.equal(place?.function, 'run_into_nothing');
    assert.equal(place.line, line);
    const [other] = await new Symbolizer(workspace.host).locate(
      second.elf!,
      [crashSite],
      record!.compiler.path,
    );
    assert.notDeepEqual([other?.function, other?.line], [place.function, place.line]);
  });

  it('is known by function and offset where there is no addr2line', async () => {
    const host = { ...workspace.host, env: { PATH: '' } };
    const record = await workspace.records.find(result.buildId!);
    const [place] = await new Symbolizer(host).locate(record!.elf, [crashSite]);
    assert.equal(place?.function, 'mc_interface_calibrate');
    assert.equal(place.offset_B, crashSite - addressOf(record!.elf, 'mc_interface_calibrate'));
    assert.equal(place.line, undefined);
  });
});
