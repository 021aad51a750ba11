import assert from 'node:assert/strict';
import { syntheticBootloader } from '../support/syntheticImage';
import { Bench, buildCli } from './vesc';

describe('vesc bootloader', () => {
  let bench: Bench;
  let file: string;

  before(() => {
    buildCli();
    bench = new Bench();
    file = bench.file('generic.bin', syntheticBootloader());
  });
  after(() => bench.dispose());

  it('makes a controller without one able to take an update', async () => {
    const { port } = await bench.simulate('--bootloader', 'none');
    const image = bench.image('60.bin');
    const missing = await bench.run(['flash', '--json', '--port', port, image]);
    assert.equal(missing.status, 6);
    assert.deepEqual(
      [missing.result['verdict'], (missing.result['error'] as { code: string }).code],
      ['not-taken', 'bootloader-missing'],
    );
    const installed = await bench.run(['bootloader', '--json', '--port', port, file]);
    assert.deepEqual(
      [installed.status, installed.result.ok, installed.result['verdict']],
      [0, true, 'installed'],
    );
    const flashed = await bench.run(['flash', '--json', '--port', port, image]);
    assert.deepEqual([flashed.status, flashed.result['verdict']], [0, 'updated']);
  });

  it('refuses a file that is none', async () => {
    const { port } = await bench.simulate();
    const run = await bench.run(['bootloader', '--json', '--port', port, bench.image('app.bin')]);
    assert.equal(run.status, 4);
    const nothing = await bench.run(['bootloader', '--json', '--port', port]);
    assert.equal(nothing.status, 2);
  });
});
