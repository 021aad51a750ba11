import assert from 'node:assert/strict';
import {
  emulatorConfiguration,
  type EmulatedProgram,
  gdbCommand,
} from '../../../src/views/emulatorDebugging';
import { debugEntry } from '../../../src/views/launchFile';

const PROGRAM: EmulatedProgram = {
  name: 'VESC: debug 60 in emulator',
  elf: '/w/build/60.elf',
  port: 3333,
  folder: '/w',
  gdb: '/usr/bin/gdb-multiarch',
};

describe('debugging on an emulated controller', () => {
  it('tells Cortex-Debug of a server that runs already, and else the same as for a real controller', () => {
    const configuration = emulatorConfiguration('cortex-debug', PROGRAM);
    assert.deepEqual(
      [configuration['servertype'], configuration['gdbTarget'], configuration['gdbPath']],
      ['external', '127.0.0.1:3333', '/usr/bin/gdb-multiarch'],
    );
    const real = debugEntry({
      board: '60',
      elf: PROGRAM.elf,
      adapterConfiguration: 'interface/stlink.cfg',
      openocd: undefined,
      svd: undefined,
    });
    for (const key of ['type', 'request', 'executable', 'device', 'rtos'])
      assert.equal(configuration[key], real[key]);
  });

  it('tells C/C++ how to reach GDB', () => {
    assert.deepEqual(emulatorConfiguration('cppdbg', PROGRAM), {
      name: PROGRAM.name,
      type: 'cppdbg',
      request: 'launch',
      MIMode: 'gdb',
      miDebuggerServerAddress: '127.0.0.1:3333',
      miDebuggerPath: '/usr/bin/gdb-multiarch',
      program: PROGRAM.elf,
      cwd: '/w',
      stopAtConnect: true,
    });
  });

  it('names no GDB where none was found', () => {
    for (const type of ['cortex-debug', 'cppdbg'] as const) {
      const text = JSON.stringify(emulatorConfiguration(type, { ...PROGRAM, gdb: undefined }));
      assert.doesNotMatch(text, /gdbPath|miDebuggerPath/);
    }
  });

  it('has a command for a terminal', () => {
    assert.equal(
      gdbCommand('/my build/60.elf', 3333),
      'gdb-multiarch "/my build/60.elf" -ex "target remote :3333"',
    );
  });
});
