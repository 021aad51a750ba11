import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ErrorCode } from '../../../../src/base/errors';
import { ADAPTERS, findAdapter } from '../../../../src/recovery/openocd/adapters';
import { openOcdFailure } from '../../../../src/recovery/openocd/failure';

const FOLDER = join(__dirname, '../../../fixtures/openocd');
const read = (name: string): string => readFileSync(join(FOLDER, `${name}.txt`), 'utf8');

/** Every transcript, and the cause it has to be taken for. */
const CAUSES: Readonly<Record<string, ErrorCode>> = {
  'recorded-no-st-link': 'adapter-missing',
  'recorded-no-cmsis-dap': 'adapter-missing',
  'recorded-no-j-link': 'adapter-missing',
  'recorded-no-driver': 'adapter-driver',
  'recorded-no-scripts': 'openocd-incomplete',
  'adapter-busy': 'adapter-busy',
  'adapter-permission': 'adapter-permission',
  'target-unpowered': 'target-unpowered',
  wiring: 'swd-wiring',
  'wiring-swd': 'swd-wiring',
  locked: 'swd-locked',
  'wrong-chip': 'swd-wrong-chip',
  'erase-failed': 'swd-erase-failed',
  'write-failed': 'swd-write-failed',
  'verify-failed': 'swd-verify-failed',
  'verify-broken': 'swd-interrupted',
  'unlock-failed': 'swd-unlock-failed',
  strange: 'openocd-failed',
  silent: 'openocd-failed',
};

describe('what OpenOCD says', () => {
  it('is taken for its cause, each with a next step of its own', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
    assert.deepEqual(files.map((name) => name.slice(0, -4)).sort(), Object.keys(CAUSES).sort());
    const steps = new Map<string, string>();
    for (const [name, code] of Object.entries(CAUSES)) {
      const error = openOcdFailure(read(name), ADAPTERS[0]!);
      assert.equal(error.code, code, name);
      assert.notEqual(error.next, '', name);
      steps.set(error.code, error.next);
    }
    // Two that broke off in the middle are mended alike; all others differ.
    assert.ok(new Set(steps.values()).size >= steps.size - 1);
  });

  it('is quoted where no cause is known', () => {
    assert.match(openOcdFailure(read('strange'), ADAPTERS[0]!).message, /the moon is in the wrong quarter\./);
    assert.match(openOcdFailure('', ADAPTERS[0]!).message, /did not say why/);
    assert.match(openOcdFailure('Segmentation fault.', ADAPTERS[0]!).message, /Segmentation fault\./);
  });

  it('names voltage and address where they are told', () => {
    assert.match(openOcdFailure(read('target-unpowered'), ADAPTERS[0]!).message, /0\.00 V/);
    assert.match(openOcdFailure(read('verify-failed'), ADAPTERS[0]!).message, /0x08012345/);
    const jlink = openOcdFailure('Info : VTarget = 0.012 V\nError: Cannot connect', ADAPTERS[2]!);
    assert.equal(jlink.code, 'target-unpowered');
    const noVoltage = openOcdFailure(
      'Error: target voltage may be too low for reliable debugging',
      ADAPTERS[0]!,
    );
    assert.equal(noVoltage.code, 'target-unpowered');
    const noAddress = openOcdFailure('vesc:verify 0 1\nError: checksum mismatch', ADAPTERS[0]!);
    assert.match(noAddress.message, /0x08000000/);
  });

  it('knows adapters by the names users type', () => {
    assert.equal(findAdapter('ST-Link')?.id, 'st-link');
    assert.equal(findAdapter('stlink'), undefined);
  });
});
