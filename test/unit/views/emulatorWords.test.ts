import assert from 'node:assert/strict';
import type { EmulatedStatus } from '../../../src/controllers/emulatedRun';
import { emulatedTitle, emulatorTrouble } from '../../../src/views/emulatorWords';

const FAULT = { pc: 0x0800_1234, status: 1 << 9, address: 0x6000_0000 };

describe('what is said of an emulated controller', () => {
  const words = (status: Partial<EmulatedStatus>): string | undefined => {
    const trouble = emulatorTrouble({ state: 'running', plugged: true, ...status });
    return trouble && `${trouble.words}: ${trouble.cause} ${trouble.next}`;
  };

  it('is nothing while it runs', () => {
    assert.equal(words({}), undefined);
    assert.equal(words({ fault: FAULT, restart: 'software' }), undefined);
  });

  it('has a cause and a next step for everything else', () => {
    assert.match(words({ state: 'off' })!, /^power off: .*Switch it on/);
    assert.match(words({ plugged: false })!, /^unplugged: .*Plug it in/);
    assert.match(words({ state: 'halted' })!, /^halted by the debugger: .*Continue/);
    assert.match(
      words({ state: 'locked-up', fault: FAULT })!,
      /^locked up: .*0x60000000, instruction at 0x08001234.*fault handler.*Debug in emulator/,
    );
    assert.match(words({ state: 'locked-up' })!, /^locked up: Its fault handler/);
    assert.match(words({ state: 'restarting', fault: FAULT })!, /^starts over .*: Fault: .*0x08001234/);
    assert.match(words({ state: 'restarting', restart: 'software' })!, /by its own program/);
    assert.match(words({ state: 'restarting', restart: 'independentWatchdog' })!, /watchdog/);
  });

  it('names a controller that has not answered by its image', () => {
    assert.equal(emulatedTitle('/a/b/60.bin?bootloader=%2Fx.bin'), '60.bin');
    assert.equal(emulatedTitle('/a/b/60%3F.bin?motor=auto'), '60?.bin');
  });
});
