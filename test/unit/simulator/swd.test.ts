import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APP_ADDRESS, FLASH_ADDRESS, FLASH_SIZE, IMAGE_LENGTH } from '../../../src/image/flashMap';
import { toHex } from '../../../src/protocol/bytes';
import * as swd from '../../../src/protocol/messages/swd';
import { fwVersion } from '../../../src/protocol/messages/identity';
import { SimulatedController } from '../../../src/simulator/simulatedController';
import { chipFlash, OtherChip, type SwdPins } from '../../../src/simulator/swdPins';
import { farSwdPins, serveSwd } from '../../../src/simulator/swdWire';
import { syntheticImage } from '../../support/syntheticImage';
import { prints } from './testHost';
import { bench } from './upload';

const UUID = '2d0023001047393332363535';
const WAIT = 30_000;

describe('a simulated controller as a programmer', () => {
  const wired = (options: ConstructorParameters<typeof SimulatedController>[0] = { bricked: true }) => {
    const programmer = bench();
    const target = new SimulatedController({ uuid: UUID, ...options }, programmer.clock);
    programmer.controller.wireSwdTo(target.swd);
    return { ...programmer, target };
  };

  it('finds nothing while nothing is wired to it, or what is wired has no power', async () => {
    const { host, clock, controller } = bench();
    assert.equal(await host.ask(swd.swdMapPinsDefault()), 1);
    assert.equal(await host.ask(swd.swdMapPinsNrf5x()), 0);
    assert.equal(await host.ask(swd.swdConnect()), -1);
    const { target } = wired();
    target.cutPower();
    controller.wireSwdTo(target.swd);
    assert.equal(await host.ask(swd.swdConnect(), 10), -1);
    for (const request of [
      swd.swdEraseFlash(),
      swd.swdWriteFlash(APP_ADDRESS, Uint8Array.of(1)),
      swd.swdWriteFlashLzo(APP_ADDRESS, 1, Uint8Array.of(0x12, 1, 0x11, 0, 0)),
      swd.swdWriteMemory(0x2000_0000, Uint8Array.of(1)),
      swd.swdReboot(),
    ])
      assert.equal(await host.ask(request), -1);
    assert.equal((await host.ask(swd.swdReadMemory(APP_ADDRESS, 4)))?.result, -1);
    assert.equal(await host.ask(swd.swdDisconnect()), true);
    await clock.advance(0);
  });

  it('tells every chip by its number, and prints what it knows of a strange one', async () => {
    const { host, controller } = bench();
    for (const target of Object.keys(swd.swdTargets).map(Number)) {
      const chip = new OtherChip(target);
      controller.wireSwdTo(chip);
      assert.equal(await host.ask(swd.swdConnect()), target);
      const { address } = chipFlash[target]!;
      assert.equal(await host.ask(swd.swdEraseFlash()), 1);
      assert.equal(await host.ask(swd.swdWriteFlash(address, Uint8Array.of(0x12, 0x34))), 1);
      assert.deepEqual((await host.ask(swd.swdReadMemory(address, 2)))?.data, Uint8Array.of(0x12, 0x34));
      assert.equal((await host.ask(swd.swdReadMemory(0x7000_0000, 2)))?.result, -2);
      assert.equal(await host.ask(swd.swdWriteFlash(0x7000_0000, Uint8Array.of(1))), -2);
      assert.equal(await host.ask(swd.swdWriteMemory(0x2000_0000, Uint8Array.of(1))), 1);
      assert.equal(await host.ask(swd.swdReboot()), 1);
      assert.equal(chip.resets, 1);
      assert.equal(await host.ask(swd.swdDisconnect()), true);
      assert.equal(chip.isAttached, false);
      chip.isPowered = false;
      assert.equal(await host.ask(swd.swdConnect()), -1);
    }
    controller.wireSwdTo(new OtherChip(-2));
    const said = await host.exchange(swd.swdConnect().payload);
    assert.match(prints(said).join(''), /IDCODE/);
    assert.equal(await host.ask(swd.swdEraseFlash()), -1);
  });

  it('brings one back that a power cut left without firmware', async () => {
    const { host, clock, target } = wired();
    assert.equal(target.phase, 'broken');
    assert.throws(() => target.connect(), { code: 'port-not-found' });
    assert.equal(await host.ask(swd.swdConnect()), 1);
    assert.equal(toHex((await host.ask(swd.swdReadMemory(0x1fff_7a10, 12)))!.data), UUID);
    assert.equal(await host.ask(swd.swdEraseFlash(), WAIT), 1);
    assert.ok(target.flash.isErased(FLASH_ADDRESS, FLASH_SIZE));
    const image = syntheticImage();
    for (let at = 0; at < image.length; at += 400)
      assert.equal(await host.ask(swd.swdWriteFlash(APP_ADDRESS + at, image.subarray(at, at + 400)), 10), 1);
    assert.equal(await host.ask(swd.swdReboot()), 1);
    assert.equal(await host.ask(swd.swdDisconnect()), true);
    await clock.advance(WAIT);
    assert.equal(target.phase, 'running');
    assert.equal(target.firmware?.identity.hardware, '60');
  });

  it('leaves nothing that starts when it is broken off in the middle', async () => {
    const { host, clock, target } = wired({});
    await host.ask(swd.swdConnect());
    await host.ask(swd.swdEraseFlash(), WAIT);
    await host.ask(swd.swdWriteFlash(APP_ADDRESS, syntheticImage().subarray(0, 400)), 10);
    await host.ask(swd.swdReboot());
    await clock.advance(WAIT);
    assert.equal(target.phase, 'broken');
  });

  it('says so when the power fails in an erase or a write, and finds nothing afterwards', async () => {
    for (const kind of ['erase', 'program'] as const) {
      const { host, target } = wired({});
      target.flash.cutPower = (operation) => operation.kind === kind;
      assert.equal(await host.ask(swd.swdConnect()), 1);
      const asked =
        kind === 'erase' ? swd.swdEraseFlash() : swd.swdWriteFlash(IMAGE_LENGTH, Uint8Array.of(1, 2));
      assert.equal(await host.ask(asked, WAIT), kind === 'erase' ? -3 : -2);
      assert.equal(target.phase, 'off');
      assert.equal((await host.ask(swd.swdReadMemory(APP_ADDRESS, 4)))?.result, -2);
      assert.equal(await host.ask(swd.swdReboot()), -2);
      assert.equal(await host.ask(swd.swdConnect(), 10), -1);
    }
  });

  it('holds a processor that runs, and lets it go on', async () => {
    const { host, clock, target } = wired({});
    const inside = target.connect();
    const answers: number[] = [];
    inside.onData(({ length }) => answers.push(length));
    await host.ask(swd.swdConnect());
    await host.ask(swd.swdConnect());
    const { encodeFrame } = await import('../../../src/protocol/frame');
    await inside.write(encodeFrame(fwVersion().payload));
    await clock.advance(100);
    assert.deepEqual(answers, []);
    await host.ask(swd.swdDisconnect());
    await clock.advance(100);
    assert.equal(answers.length, 1);
    // Letting go twice is no harm.
    await target.swd.detach();
  });

  it('holds one that is just starting, and its start goes on from there', async () => {
    const { host, clock, target } = wired({});
    target.reset();
    await clock.advance(100);
    await host.ask(swd.swdConnect());
    await clock.advance(WAIT);
    assert.equal(target.phase, 'starting');
    await host.ask(swd.swdDisconnect());
    await clock.advance(WAIT);
    assert.equal(target.phase, 'running');
  });

  it('keeps out of a flash that is read-protected, and reads the registers that say so', async () => {
    const { host } = wired({ readProtected: true });
    assert.equal(await host.ask(swd.swdConnect()), 1);
    assert.equal((await host.ask(swd.swdReadMemory(FLASH_ADDRESS, 4)))?.result, -2);
    assert.equal(await host.ask(swd.swdEraseFlash()), -3);
    assert.equal(await host.ask(swd.swdWriteFlash(FLASH_ADDRESS, Uint8Array.of(1))), -2);
    const options = (await host.ask(swd.swdReadMemory(0x4002_3c14, 4)))!.data;
    assert.notEqual(options[1], 0xaa);
    assert.deepEqual((await host.ask(swd.swdReadMemory(0x2000_0000, 4)))?.data, new Uint8Array(4));
    assert.equal(await host.ask(swd.swdWriteMemory(0x2000_0000, Uint8Array.of(1))), 1);
    assert.equal((await host.ask(swd.swdReadMemory(0x9000_0000, 4)))?.result, -2);
  });
});

describe('a wire between two processes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'vesc-swd-test-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('carries every operation, and says nothing to those who do not know the token', async () => {
    const chip = new OtherChip(1);
    const server = await serveSwd('one', chip, folder);
    const far: SwdPins & { dispose(): void } = farSwdPins('one', folder);
    const start = chipFlash[1]!.address;
    assert.equal(await far.readMemory(start, 4), undefined, 'nobody has attached yet');
    assert.equal(await far.attach(), 1);
    assert.equal(await far.eraseAll(), true);
    assert.equal(await far.eraseSector(0), false);
    assert.equal(await far.writeFlash(start, Uint8Array.of(1, 2, 3, 4)), true);
    assert.equal(await far.writeMemory(0x2000_0000, Uint8Array.of(1)), true);
    assert.deepEqual(await far.readMemory(start, 4), Uint8Array.of(1, 2, 3, 4));
    assert.equal(await far.readMemory(0x7000_0000, 4), undefined);
    assert.equal(await far.reset(), true);
    await far.detach();
    await assert.rejects(serveSwd('one', chip, folder), { code: 'cannot-listen' });
    // Somebody who guesses.
    writeFileSync(join(folder, 'two.json'), JSON.stringify({ port: await portOf('one'), token: 'guessed' }));
    assert.equal(await farSwdPins('two', folder).attach(), undefined);
    assert.equal(chip.isAttached, false);
    far.dispose();
    server.dispose();
  });

  it('finds nothing where nobody offers pins, or whoever did is gone', async () => {
    assert.equal(await farSwdPins('nobody', folder).attach(), undefined);
    const server = await serveSwd('gone', new OtherChip(1), folder);
    const far = farSwdPins('gone', folder);
    assert.equal(await far.attach(), 1);
    server.dispose();
    assert.equal(await far.eraseAll(), false);
    writeFileSync(join(folder, 'stale.json'), '{"port":1,"token":"x"}');
    assert.equal(await farSwdPins('stale', folder).attach(), undefined);
    const again = await serveSwd('stale', new OtherChip(1), folder);
    again.dispose();
    writeFileSync(join(folder, 'broken.json'), '{');
    assert.equal(await farSwdPins('broken', folder).attach(), undefined);
  });

  it('takes no name that could be a path', () => {
    for (const name of ['', '../x', 'a b', '/etc/passwd'])
      assert.throws(() => farSwdPins(name, folder), { code: 'usage' }, name);
  });

  async function portOf(name: string): Promise<number> {
    const { readFile } = await import('node:fs/promises');
    return (JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as { port: number }).port;
  }
});
