import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EmulatedControllers, parseEmulatedName } from '../../../src/controllers/emulatedControllers';
import type { EmulationStart } from '../../../src/emulator/messages';
import { emulatorModule, localChannel, probeImage } from '../../support/emulator';
import { VirtualClock } from '../../support/virtualClock';

const DIST = join(__dirname, '..', '..', '..', 'dist');

describe('what stands behind emu:', () => {
  it('is an image, and how it runs', () => {
    const name = parseEmulatedName('a/60.bin?bootloader=b%26c.bin&speed=0&uart=4&motor=hub,load=2');
    assert.equal(name.image, resolve('a/60.bin'));
    assert.equal(name.bootloader, resolve('b&c.bin'));
    assert.equal(name.speed, 0);
    assert.equal(name.uart, 4);
    assert.equal(name.motor, 'hub,load=2');
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

  it('have a motor where that is asked for and known', async () => {
    const starts: EmulationStart[] = [];
    const open = (_file: string, start: EmulationStart) => {
      starts.push(start);
      return localChannel(start, clock);
    };
    const known = probeImage();
    known.set(Buffer.from('org.vesc.60\0'), 0x1_0000);
    const board = join(folder, '60.bin');
    writeFileSync(board, known);
    const others = new EmulatedControllers(clock, DIST, open);
    for (const name of [board, `${board}?motor=hub`, `${board}?motor=auto`, `${image}?motor=auto`]) {
      await others.start(name);
    }
    assert.deepEqual(
      starts.map(({ motor }) => motor?.parameters.polePairs),
      [undefined, 15, 7, undefined],
    );
    await assert.rejects(others.start(`${image}?motor=hub`), { code: 'usage' });
    others.dispose();
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
