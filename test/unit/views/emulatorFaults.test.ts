import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import type { BuildRecord } from '../../../src/build/buildRecord';
import type { CodePlace } from '../../../src/build/symbolizer';
import { EmulatorFaults, type FaultPlace } from '../../../src/views/emulatorFaults';

const BUILD_ID = `vb1-${'5'.repeat(40)}`;
const BUILD = {
  buildId: BUILD_ID,
  tree: '/was',
  elf: '/kept/60.elf',
  compiler: { path: '/gcc' },
} as BuildRecord;

describe('where the program of an emulated controller failed', () => {
  let asked: unknown[];
  let answer: CodePlace[] | Error;
  let faults: EmulatorFaults;

  beforeEach(() => {
    asked = [];
    faults = new EmulatorFaults({
      records: { find: (id) => Promise.resolve(id === BUILD_ID ? BUILD : undefined) },
      locate: (...args) => {
        asked.push(args);
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      root: () => '/now',
    });
  });

  async function place(buildId: string | undefined = BUILD_ID): Promise<FaultPlace | undefined> {
    const fault = { pc: 0x0800_1234, status: 1, address: 0 };
    const known = new Promise<void>((resolve) => faults.onChange(resolve));
    assert.equal(
      faults.placeOf(fault, () => buildId),
      undefined,
    );
    await known;
    return faults.placeOf(fault, () => assert.fail('it is known'));
  }

  it('is a line of the tree that is open, by the ELF that was kept of the build', async () => {
    const inlinedInto = [{ function: 'caller', file: '/was/main.c', line: 9 }];
    answer = [{ address: 0x0800_1234, function: 'blink', file: '/was/app/led.c', line: 7, inlinedInto }];
    assert.deepEqual(await place(), {
      function: 'blink',
      place: {
        file: '/now/app/led.c',
        line: 7,
        label: 'app/led.c:7',
        role: 'faulted here',
        function: 'blink',
        text: '',
      },
    });
    assert.deepEqual(asked, [['/kept/60.elf', [0x0800_1234], '/gcc']]);
  });

  it('is a function where no tool tells the line', async () => {
    answer = [{ address: 0x0800_1234, function: 'blink', offset_B: 4, inlinedInto: [] }];
    assert.deepEqual(await place(), { function: 'blink' });
  });

  it('is not known outside of every function, with a damaged ELF, and of a build that was not kept', async () => {
    answer = [{ address: 0x0800_1234, inlinedInto: [] }];
    assert.equal(await place(), undefined);
    answer = new VescError('file-unreadable', { path: BUILD.elf, reason: 'it is not there' });
    assert.equal(await place(), undefined);
    asked = [];
    assert.equal(await place('vb1-other'), undefined);
    assert.deepEqual(asked, []);
  });
});
