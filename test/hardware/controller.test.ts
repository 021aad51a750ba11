// The update on a real controller: VESC_TEST_PORT=/dev/ttyACM0 VESC_TEST_IMAGE=build/60/60.bin npm test -- hardware
// The image is a build of ours (with the placeholder) for that very hardware. The controller keeps its settings, but
// it is flashed twice and restarted: disconnect the motor.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Core, createCore } from '../../src/controllers/core';
import type { Controller } from '../../src/controllers/controller';
import { readImage } from '../../src/image/imageFile';
import { parseLinkAddress } from '../../src/links/linkAddress';
import { getConfiguration } from '../../src/protocol/messages/configuration';
import type { UpdateHooks, UpdateRequest } from '../../src/update/updater';
import type { UpdateResult } from '../../src/update/verdict';

const PORT = process.env['VESC_TEST_PORT'] ?? '';
const IMAGE = process.env['VESC_TEST_IMAGE'] ?? '';

describe(`the controller at ${PORT}`, function () {
  this.timeout(300_000);
  let core: Core;
  let controller: Controller;

  before(async () => {
    core = createCore();
    controller = await core.registry.connect(parseLinkAddress(PORT));
  });
  after(() => core.dispose());

  const flash = (request: Partial<UpdateRequest> = {}, hooks: UpdateHooks = {}): Promise<UpdateResult> => {
    const image = readImage(readFileSync(IMAGE), basename(IMAGE));
    return core.registry.update(controller, { image, ...request }, hooks);
  };
  const settings = (kind: 'mcconf' | 'appconf'): Promise<Uint8Array> =>
    core.registry.accessTo(controller).endpoint.request(getConfiguration(kind), { attempts: 3 });
  const runs = (): string | undefined => controller.identity?.firmware.buildId;

  it('tells who it is and which faults it had', async () => {
    assert.match(controller.identity!.uuid, /^[0-9a-f]{24}$/);
    assert.equal(controller.identity!.hardwareType, 'vesc');
    assert.ok(Array.isArray(await controller.readFaults()));
  });

  it('is updated, proven by its build identity, and has its settings back', async () => {
    const before = [await settings('mcconf'), await settings('appconf')];
    const result = await flash({ reflash: true });
    assert.equal(result.verdict, 'updated', result.error?.message);
    assert.equal(result.proof, 'build-identity');
    assert.equal(runs(), result.buildId);
    const failed = result.restored.filter(({ outcome }) => outcome === 'failed');
    assert.deepEqual(failed, []);
    assert.deepEqual([await settings('mcconf'), await settings('appconf')], before);
  });

  it('is left alone when the build runs already', async () => {
    assert.equal((await flash()).verdict, 'already-running');
  });

  it('keeps its firmware when the upload is cancelled half-way, and takes it the next time', async () => {
    const cancelled = new AbortController();
    const present = runs();
    const broken = await flash(
      { reflash: true },
      {
        signal: cancelled.signal,
        onProgress: ({ stage, fraction }) => {
          if (stage === 'upload' && fraction > 0.5) cancelled.abort();
        },
      },
    );
    assert.equal(broken.verdict, 'interrupted');
    assert.equal(runs(), present);
    assert.equal((await flash({ reflash: true })).verdict, 'updated');
  });
});
