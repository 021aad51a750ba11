import assert from 'node:assert/strict';
import { crc16 } from '../../../src/protocol/crc16';
import { BOOTLOADER_ADDRESS } from '../../../src/image/flashMap';
import { stage } from '../../../src/image/stagingHeader';
import { fwInfo, fwVersion } from '../../../src/protocol/messages/identity';
import { getValuesSetup } from '../../../src/protocol/messages/telemetry';
import {
  eraseBootloader,
  eraseNewApp,
  writeBootloader,
  writeStaging,
} from '../../../src/protocol/messages/update';
import type { SimulatedController } from '../../../src/simulator/simulatedController';
import { syntheticBootloader, syntheticImage } from '../../../src/simulator/syntheticImage';
import type { VirtualClock } from '../../support/virtualClock';
import { TestHost } from './testHost';
import { bench, jump, otherText, staged, upload } from './upload';

/** A new connection, once the controller is back. */
function reconnect(controller: SimulatedController, clock: VirtualClock): TestHost {
  return new TestHost(controller.connect(), clock);
}

/** Every change of phase, with the time since `from_ms`. */
function timeline(controller: SimulatedController, clock: VirtualClock): string[] {
  const from_ms = clock.now();
  const seen: string[] = [];
  controller.onPhase((phase) => seen.push(`${((clock.now() - from_ms) / 1000).toFixed(1)} ${phase}`));
  return seen;
}

/** A header of our own making in front of a payload. */
function pack(payload: Uint8Array, lengthField = payload.length, crc = crc16(payload)): Uint8Array {
  const bytes = new Uint8Array(6 + payload.length);
  new DataView(bytes.buffer).setUint32(0, lengthField);
  new DataView(bytes.buffer).setUint16(4, crc);
  bytes.set(payload, 6);
  return bytes;
}

const raw603 = syntheticImage({ ...otherText, version: { major: 5, minor: 3 } });

describe('an update of the simulated controller', () => {
  it('makes it what the image says, in the time a real one takes', async () => {
    const { clock, controller, host } = bench({ hardware: '60' });
    await upload(host, staged());
    const phases = timeline(controller, clock);
    await jump(host);
    // Copy 13.9 s; formatted settings and the CRC's reset; then the boot that the facts time at 5.3 s.
    assert.deepEqual(phases, ['0.0 bootloader', '13.9 starting', '19.9 running']);
    assert.equal(controller.lastBootloaderOutcome, 'installed');
    assert.equal(host.closed, true);

    const again = reconnect(controller, clock);
    const version = await again.ask(fwVersion());
    assert.deepEqual(
      [version?.major, version?.minor, version?.test, version?.hardware],
      [6, 6, 0, '75_300_R2'],
    );
    const info = await again.ask(fwInfo());
    assert.deepEqual([info?.commit, info?.userCommit], [otherText.commit, otherText.userCommit]);
    assert.deepEqual((await again.terminal('fw_info')).slice(1), [
      'Git Branch: release_6_06',
      `Git Hash  : ${otherText.commit}`,
      'Compiler  : 7.3.1',
      'User Git Branch: main',
      `User Git Hash  : ${otherText.userCommit}`,
      ' ',
    ]);
  });

  it('is not to be reached by USB meanwhile', async () => {
    const { controller, host } = bench();
    await upload(host, staged());
    await jump(host, 1000);
    assert.equal(controller.isEnumerated, false);
    assert.throws(() => controller.connect(), { code: 'port-not-found' });
  });

  it('restarts once more for the CRC, and says so', async () => {
    const { clock, controller, host } = bench();
    await upload(host, staged({ ...otherText, version: { major: 7, minor: 1 } }));
    await jump(host);
    const again = reconnect(controller, clock);
    assert.ok((await again.terminal('crash_diag')).includes('Reset flags: PIN SFT'));
    // Running since 60 s less copy, format and first start.
    const { uptime_ms } = (await again.ask(getValuesSetup()))!;
    assert.ok(Math.abs(uptime_ms - (60_000 - 13_880 - 780)) < 100, `${uptime_ms} ms`);
  });

  it('takes an uncompressed image of 5.03, whose CRC lies elsewhere', async () => {
    const { clock, controller, host } = bench({ version: { major: 5, minor: 3 }, bootloader: 'old' });
    await upload(host, stage(raw603).bytes);
    await jump(host);
    const version = await reconnect(controller, clock).ask(fwVersion());
    assert.deepEqual([version?.major, version?.minor, version?.hardware], [5, 3, '75_300_R2']);
  });

  it('keeps the old firmware when an old bootloader meets a compressed image', async () => {
    const { clock, controller, host } = bench({ bootloader: 'old' });
    await upload(host, staged());
    const phases = timeline(controller, clock);
    await jump(host);
    assert.equal(controller.lastBootloaderOutcome, 'size-invalid');
    assert.deepEqual(phases, ['0.0 bootloader', '0.1 starting', '5.3 running']);
    const again = reconnect(controller, clock);
    assert.equal((await again.ask(fwVersion()))?.hardware, '60');
    assert.ok((await again.terminal('crash_diag')).includes('Reset flags: PIN WWDG'));
  });

  it('comes back after the watchdog when there is no bootloader, with fault 10 in the log', async () => {
    const { clock, controller, host } = bench({ bootloader: 'none' });
    await upload(host, staged());
    const phases = timeline(controller, clock);
    await jump(host);
    assert.deepEqual(phases, ['0.0 locked-up', '32.0 starting', '37.2 running']);
    const again = reconnect(controller, clock);
    assert.equal((await again.ask(fwVersion()))?.hardware, '60');
    assert.ok((await again.terminal('crash_diag')).includes('Reset flags: PIN IWDG'));
    const faults = await again.terminal('faults');
    assert.equal(faults[1], 'Active fault: FAULT_CODE_NONE\n');
    assert.ok(faults.includes('Fault            : FAULT_CODE_BOOTING_FROM_WATCHDOG_RESET'));
  });

  it('gives up at once on a blank staging area: the probe for a bootloader', async () => {
    const { clock, controller, host } = bench();
    assert.equal(await host.ask(eraseNewApp(1), 1000), true);
    const phases = timeline(controller, clock);
    await jump(host);
    assert.deepEqual(phases, ['0.0 bootloader', '0.1 starting', '5.3 running']);
    assert.equal(controller.lastBootloaderOutcome, 'size-invalid');
  });

  for (const [what, bytes, outcome] of [
    ['no length', pack(new Uint8Array(20), 0), 'size-zero'],
    ['a damaged payload', pack(new Uint8Array(20).fill(1), 20, 0x1234), 'crc-wrong'],
    ['more than the area holds', pack(new Uint8Array(20), 0x6_0001), 'size-invalid'],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const { clock, controller, host } = bench();
      await upload(host, bytes);
      await jump(host);
      assert.equal(controller.lastBootloaderOutcome, outcome);
      assert.equal((await reconnect(controller, clock).ask(fwVersion()))?.hardware, '60');
    });
  }

  it('installs whatever the CRC allows: half an image, no vectors, and never comes back', async () => {
    const half = syntheticImage(otherText).slice(0, 300_000);
    const noVectors = raw603.slice();
    noVectors.fill(0, 0, 8);
    for (const app of [half, noVectors]) {
      const { controller, host } = bench();
      await upload(host, pack(app));
      await jump(host, 120_000);
      assert.equal(controller.lastBootloaderOutcome, 'installed');
      assert.equal(controller.phase, 'broken');
      assert.equal(controller.isEnumerated, false);
    }
  });

  it('stays what it is called when the image tells nothing', async () => {
    const { clock, controller, host } = bench({ hardware: 'mine', commit: 'aa'.repeat(20), userCommit: 'u' });
    const silent = syntheticImage(otherText).fill(0, 0xc000, 0x2_0000);
    await upload(host, stage(silent).bytes);
    await jump(host);
    const again = reconnect(controller, clock);
    assert.equal((await again.ask(fwVersion()))?.hardware, 'mine');
    assert.equal((await again.ask(fwInfo()))?.userCommit, 'u');
  });

  it('installs a bootloader that is written to its sector, and then uses it', async () => {
    const { clock, controller, host } = bench({ bootloader: 'none' });
    assert.equal(await host.ask(eraseBootloader(), 1000), true);
    const image = syntheticBootloader('current');
    for (let offset = 0; offset < image.length; offset += 384) {
      const reply = await host.ask(writeBootloader(offset, image.subarray(offset, offset + 384)), 7);
      assert.equal(reply?.ok, true);
    }
    assert.deepEqual(controller.flash.read(BOOTLOADER_ADDRESS, image.length).slice(), image);
    await upload(host, staged());
    await jump(host);
    assert.equal((await reconnect(controller, clock).ask(fwVersion()))?.hardware, '75_300_R2');
  });

  it('is deaf during the erase, and loses what its ring does not hold', async () => {
    const { host } = bench();
    const erase = host.exchange(eraseNewApp(0x6_0000).payload, 500);
    assert.deepEqual(await erase, []);
    // 2047 bytes are 204 requests of ten; the rest is gone.
    const lost = await host.exchange(writeStaging(0, new Uint8Array(507)).payload, 0);
    assert.deepEqual(lost, []);
    for (let i = 0; i < 6; i++) await host.exchange(writeStaging(507 * (i + 1), new Uint8Array(507)).payload);
    const before = host.received.length;
    await host.exchange(fwVersion().payload, 3000);
    // Three whole writes of 518 bytes each fit; the fourth is cut, and with it what the parser waits for.
    const ids = host.received.slice(before).map(([id]) => id);
    assert.deepEqual(ids, [2, 3, 3, 3]);
  });

  it('runs off the end of memory on a write too short for its offset', async () => {
    const { controller, host } = bench();
    await host.exchange(Uint8Array.of(3, 0, 0), 100);
    assert.equal(controller.phase, 'starting');
  });

  it('strictly, fails a bootloader whose flash does not take it five times, and is gone', async () => {
    const { controller, host } = bench({ flashModel: 'strict' });
    await upload(host, staged());
    const { flash } = controller;
    const program = flash.program.bind(flash);
    flash.program = (address, bytes) =>
      controller.phase === 'bootloader' ? { ok: false, duration_ms: 1 } : program(address, bytes);
    await jump(host, 200_000);
    assert.equal(controller.lastBootloaderOutcome, 'flash-error');
    assert.equal(controller.phase, 'broken');
  });
});

describe('a power cut', () => {
  it('before the jump leaves the old firmware', async () => {
    const { clock, controller, host } = bench();
    controller.flash.cutPower = ({ index }) => index === 40;
    await assert.rejects(upload(host, staged()), /refused/);
    assert.equal(controller.phase, 'off');
    assert.equal(host.closed, true);
    controller.flash.cutPower = undefined;
    controller.powerOn();
    await clock.advance(5300);
    const again = reconnect(controller, clock);
    assert.equal((await again.ask(fwVersion()))?.hardware, '60');
    assert.ok((await again.terminal('crash_diag')).includes('Reset flags: BOR PIN POR'));
  });

  it('in the bootloader leaves nothing that starts', async () => {
    const { controller, host } = bench();
    await upload(host, staged());
    for (const operation of [0, 7, 8, 60]) {
      const copy = bench({ flash: controller.flash.content });
      copy.controller.flash.cutPower = ({ index }) => index === operation;
      await jump(copy.host);
      assert.equal(copy.controller.phase, 'off', `${operation}`);
      copy.controller.flash.cutPower = undefined;
      copy.controller.powerOn();
      await copy.clock.advance(10_000);
      assert.equal(copy.controller.phase, 'broken', `${operation}`);
      assert.equal(copy.controller.isEnumerated, false);
    }
  });

  it('between the CRC flag and the CRC bricks the new firmware', async () => {
    const { controller, host } = bench();
    await upload(host, staged());
    controller.flash.cutPower = ({ address }) => address === 0x0807_fff4;
    await jump(host);
    assert.equal(controller.phase, 'off');
    controller.flash.cutPower = undefined;
    controller.powerOn();
    assert.equal(controller.phase, 'broken');
  });

  it('while settings are formatted costs only the settings', async () => {
    const { clock, controller, host } = bench();
    await upload(host, staged());
    controller.flash.cutPower = ({ kind, address }) =>
      kind === 'erase' && address === 0x0800_8000 && controller.phase === 'starting';
    await jump(host);
    assert.equal(controller.phase, 'off');
    controller.flash.cutPower = undefined;
    controller.powerOn();
    await clock.advance(10_000);
    assert.equal((await reconnect(controller, clock).ask(fwVersion()))?.hardware, '75_300_R2');
  });
});
