import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Emitter } from '../../../src/base/emitter';
import { VescError } from '../../../src/base/errors';
import { EmulatedControllers, parseEmulatedName } from '../../../src/controllers/emulatedControllers';
import type { EmulationChannel, EmulationMessage, EmulationStart } from '../../../src/emulator/messages';
import type { Link } from '../../../src/links/link';
import { emulatorModule, localChannel, probeImage } from '../../support/emulator';
import { VirtualClock } from '../../support/virtualClock';

const DIST = join(__dirname, '..', '..', '..', 'dist');

describe('what stands behind emu:', () => {
  it('is an image, and how it runs', () => {
    const name = parseEmulatedName('a/60.bin?bootloader=b%26c.bin&speed=0&uart=4');
    assert.equal(name.image, resolve('a/60.bin'));
    assert.equal(name.bootloader, resolve('b&c.bin'));
    assert.equal(name.speed, 0);
    assert.equal(name.uart, 4);
    assert.match(name.uuid, /^[0-9a-f]{24}$/);
  });

  it('has another UUID for another image', () => {
    assert.notEqual(parseEmulatedName('a.bin').uuid, parseEmulatedName('b.bin').uuid);
  });

  for (const name of ['a.bin?sped=1', 'a.bin?speed=fast', 'a.bin?uart=7', 'a.bin?speed=']) {
    it(`refuses ${name}`, () => assert.throws(() => parseEmulatedName(name), { code: 'usage' }));
  }
});

describe('emulated controllers', () => {
  const folder = mkdtempSync(join(tmpdir(), 'emulated-'));
  const image = join(folder, 'probe.bin');
  let clock: VirtualClock;
  let controllers: EmulatedControllers;

  before(async function () {
    // The core may have to be compiled first.
    this.timeout(120_000);
    await emulatorModule();
    writeFileSync(image, probeImage());
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  beforeEach(() => {
    clock = new VirtualClock();
    const open = (_file: string, start: EmulationStart) => localChannel(start, clock);
    controllers = new EmulatedControllers(clock, DIST, open);
  });
  afterEach(() => controllers.dispose());

  it('start once for each name', async () => {
    const first = await controllers.start(image);
    assert.equal(await controllers.start(image), first);
    assert.deepEqual(controllers.names, [image]);
    assert.notEqual(await controllers.start(`${image}?speed=2`), first);
  });

  it('forget one that could not be started, and one that was stopped', async () => {
    await assert.rejects(controllers.start(join(folder, 'missing.bin')), { code: 'file-unreadable' });
    await controllers.start(image);
    await controllers.stop(image);
    assert.deepEqual(controllers.names, []);
  });

  it('wait for a first start by the time of the controller, however slow this computer is', async () => {
    const messages = new Emitter<EmulationMessage>();
    const silent: EmulationChannel = {
      post: () => {},
      onMessage: (listener) => void messages.event(listener),
      onFailure: () => {},
      dispose: () => {},
    };
    const slow = new EmulatedControllers(clock, DIST, () => silent);
    await slow.start(image);
    let link: Link | undefined;
    const connecting = slow.connect({ kind: 'emulated', name: image }).then((opened) => (link = opened));
    await clock.advance(60_000);
    assert.equal(link, undefined);
    messages.fire({ type: 'started' });
    await clock.run(connecting);
    assert.ok(link);
    slow.dispose();
  });

  it('tell why their program does not run, instead of waiting for it', async () => {
    const broken = join(folder, 'broken.bin');
    const bytes = probeImage();
    const entry = new DataView(bytes.buffer).getUint32(4, true) - 1 - 0x0800_0000;
    // An instruction that does not exist; the fault handler starts over.
    bytes.set([0xff, 0xde], entry);
    writeFileSync(broken, bytes);
    const address = { kind: 'emulated', name: broken } as const;
    await controllers.start(broken);
    await assert.rejects(clock.run(controllers.connect(address)), (error) => {
      assert.ok(error instanceof VescError);
      assert.equal(error.code, 'emulation-stuck');
      assert.match(
        error.happened,
        /^broken\.bin does not run .* undefined instruction, instruction at 0x0800/,
      );
      return true;
    });
  });

  it('take the image of another build in place of the one that runs', async () => {
    assert.equal(await controllers.swap(image), false);
    const controller = await controllers.start(image);
    const changed = probeImage();
    changed[0x7_0000] = 0x42;
    writeFileSync(image, changed);
    assert.equal(await controllers.swap(image), true);
    assert.equal(controller.flash.content[0x7_0000], 0x42);
  });
});
