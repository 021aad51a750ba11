import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import { chooseTarget, type TargetValues } from '../../../src/cli/target';
import type { Core } from '../../../src/controllers/core';
import type { Port } from '../../../src/links/ports';
import { runWith } from './fakeContext';

const NOTHING: TargetValues = { port: undefined, baud: undefined, can: undefined, timeout: undefined };
const port = (path: string, likelyVesc: boolean): Port => ({ path, kind: 'usb', likelyVesc });
const plugged = (...ports: Port[]): Core => ({ listPorts: () => Promise.resolve(ports) }) as unknown as Core;

async function refusal(
  core: Core,
  values: Partial<TargetValues> = {},
): Promise<{ code: string; status: number; message: string }> {
  try {
    await chooseTarget(core, { ...NOTHING, ...values });
  } catch (error) {
    assert.ok(isVescError(error));
    return { code: error.code, status: error.exitStatus, message: error.message };
  }
  return assert.fail('was not refused');
}

describe('the target', () => {
  it('is the only likely controller that is plugged in', async () => {
    const core = plugged(port('/dev/ttyS0', false), port('/dev/ttyACM0', true));
    assert.deepEqual(await chooseTarget(core, { ...NOTHING, can: '7' }), {
      address: { kind: 'serial', path: '/dev/ttyACM0', baudRate: 115_200 },
      canId: 7,
    });
  });

  it('is what --port says, whatever is plugged in', async () => {
    const core = plugged(port('/dev/ttyACM0', true), port('/dev/ttyACM1', true));
    assert.deepEqual(await chooseTarget(core, { ...NOTHING, port: '/dev/ttyUSB0', baud: '250000' }), {
      address: { kind: 'serial', path: '/dev/ttyUSB0', baudRate: 250_000 },
    });
  });

  it('is missing: says so, and which ports there are', async () => {
    const none = await refusal(plugged());
    assert.deepEqual([none.code, none.status], ['no-controller', 3]);
    const others = await refusal(plugged(port('/dev/ttyS0', false)));
    assert.match(others.message, /do not look like one: \/dev\/ttyS0.*--port/);
  });

  it('is not guessed among several', async () => {
    const several = await refusal(plugged(port('/dev/ttyACM0', true), port('/dev/ttyACM1', true)));
    assert.deepEqual([several.code, several.status], ['several-controllers', 2]);
    assert.match(several.message, /\/dev\/ttyACM0, \/dev\/ttyACM1.*--port \/dev\/ttyACM0/s);
  });

  it('has a CAN id and a baud rate that can be', async () => {
    assert.equal((await refusal(plugged(), { port: 'sim:', can: '254' })).code, 'usage');
    assert.equal((await refusal(plugged(), { port: 'sim:', can: 'x' })).code, 'usage');
    assert.equal((await refusal(plugged(), { port: 'sim:', baud: '10' })).code, 'usage');
  });
});

describe('vesc ports', () => {
  it('lists them with what is known', async () => {
    const core = {
      listPorts: (): Promise<Port[]> =>
        Promise.resolve([
          {
            ...port('/dev/ttyACM0', true),
            vendorId: '0483',
            productId: '5740',
            inUseBy: 'minicom (pid 4711)',
          },
          { ...port('/dev/ttyS0', false), kind: 'uart' },
        ]),
    };
    const text = await runWith(['ports'], { core });
    assert.deepEqual(text.stdout.text.split('\n'), [
      'PORT          WHAT                 KIND  USB ID     STATE',
      '/dev/ttyACM0  likely a controller  USB   0483:5740  in use by minicom (pid 4711)',
      '/dev/ttyS0                         UART',
      '',
    ]);
    const json = await runWith(['ports', '--json'], { core });
    assert.deepEqual((json.lines()[0]!['ports'] as Port[])[0], {
      path: '/dev/ttyACM0',
      kind: 'usb',
      likelyVesc: true,
      vendorId: '0483',
      productId: '5740',
      inUseBy: 'minicom (pid 4711)',
    });
  });

  it('says that there are none', async () => {
    const run = await runWith(['ports'], { core: { listPorts: () => Promise.resolve([]) } });
    assert.equal(run.status, 0);
    assert.match(run.stdout.text, /no serial ports/);
  });
});
