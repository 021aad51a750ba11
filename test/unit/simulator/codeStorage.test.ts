import assert from 'node:assert/strict';
import { SECTORS, STAGING_ADDRESS } from '../../../src/image/flashMap';
import { appCrc } from '../../../src/image/appCrc';
import { fromLatin1 } from '../../../src/protocol/bytes';
import { crc16 } from '../../../src/protocol/crc16';
import { reboot } from '../../../src/protocol/messages/identity';
import {
  decodeLispPrint,
  lispEraseCode,
  lispGetStats,
  lispReadCode,
  lispReplCommand,
  lispSetRunning,
  lispStreamCode,
  lispWriteCode,
  qmlErase,
  qmlReadCode,
  qmlReadHardwareCode,
  qmlWrite,
} from '../../../src/protocol/messages/codeStorage';
import { eraseNewApp } from '../../../src/protocol/messages/update';
import { SimulatedController } from '../../../src/simulator/simulatedController';
import { TestHost } from './testHost';
import { bench } from './upload';

/** Code behind its flash header (facts 9.1). */
function stored(text: string): Uint8Array {
  const data = fromLatin1(text);
  const bytes = new Uint8Array(8 + data.length);
  bytes.set(data, 8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  view.setUint16(4, crc16(bytes, 6));
  return bytes;
}

const printed = (payloads: readonly Uint8Array[]): (string | undefined)[] => payloads.map(decodeLispPrint);
const code = '(print "hello")'.repeat(40);

describe('code storage of the simulated controller', () => {
  it('is read back as it was written, in pieces', async () => {
    const { host } = bench();
    for (const [erase, write, read] of [
      [lispEraseCode(700), lispWriteCode, lispReadCode],
      [qmlErase(700), qmlWrite, qmlReadCode],
    ] as const) {
      assert.equal((await host.ask(read(10, 0)))?.total, 0);
      assert.equal(await host.ask(erase), true);
      const bytes = stored(code);
      for (let offset = 0; offset < bytes.length; offset += 384) {
        assert.equal((await host.ask(write(offset, bytes.subarray(offset, offset + 384)), 10))?.ok, true);
      }
      const whole = [...(await host.ask(read(400, 0)))!.data, ...(await host.ask(read(200, 400)))!.data];
      assert.deepEqual(Uint8Array.from(whole), fromLatin1(code));
      // Beyond the end, or more at once than there is room for: silence.
      assert.equal(await host.ask(read(1, 600)), undefined);
      assert.equal(await host.ask(read(503, 0)), undefined);
      assert.equal(await host.ask(erase, 999), undefined);
      assert.equal((await host.ask(read(10, 0), 10))?.total, 0);
    }
  });

  it('counts as empty while its CRC does not hold', async () => {
    const { host } = bench();
    const bytes = stored(code);
    bytes[20]! ^= 1;
    await host.ask(lispWriteCode(0, bytes.subarray(0, 500)), 10);
    await host.ask(lispWriteCode(500, bytes.subarray(500)), 10);
    assert.equal((await host.ask(lispReadCode(10, 0)))?.total, 0);
  });

  it('is silent about what is not there in 5.03, and about a QML page of the hardware', async () => {
    assert.equal(await bench({ version: { major: 5, minor: 3 } }).host.ask(qmlReadCode(10, 0)), undefined);
    assert.equal(await bench().host.ask(qmlReadHardwareCode(10, 0)), undefined);
  });

  it('is lost with the staging area', async () => {
    const { host } = bench();
    await host.ask(lispWriteCode(0, stored('(a)')), 10);
    assert.equal((await host.ask(lispReadCode(3, 0)))?.total, 3);
    await host.ask(eraseNewApp(0x6_0000), 3000);
    assert.equal((await host.ask(lispReadCode(3, 0)))?.total, 0);
  });
});

describe('LispBM of the simulated controller', () => {
  it('runs stored code only, and from the start on', async () => {
    const { clock, controller, host } = bench({ version: { major: 6, minor: 5 } });
    assert.equal(await host.ask(lispGetStats(true)), undefined);
    assert.equal(await host.ask(lispSetRunning(true), 10), false);
    await host.ask(lispWriteCode(0, stored('(a)')), 10);
    assert.equal(await host.ask(lispSetRunning(true), 10), true);
    assert.deepEqual((await host.ask(lispGetStats(true)))?.variables, [{ name: 'vt-counter', value: 5 }]);
    await host.exchange(reboot(), 10_000);
    const again = new TestHost(controller.connect(), clock);
    assert.ok(await again.ask(lispGetStats(true)));
    // A reading resumes what was paused.
    assert.equal(await again.ask(lispSetRunning(false)), true);
    assert.equal(controller.firmware?.lisp.isRunning, false);
    await again.ask(lispGetStats(true));
    assert.equal(controller.firmware?.lisp.isRunning, true);
  });

  it('does not start by itself after three crashed starts (7.01)', async () => {
    const { clock, controller, host } = bench();
    await host.ask(lispWriteCode(0, stored('(a)')), 10);
    const runs: (boolean | undefined)[] = [];
    for (let crash = 0; crash < 3; crash++) {
      controller.reset('window-watchdog');
      await clock.advance(8000);
      runs.push(controller.firmware?.lisp.isRunning);
    }
    assert.deepEqual(runs, [true, true, false]);
  });

  it('shows the CRC of the running application from 6.06 on', async () => {
    const { controller, host } = bench();
    const expected = appCrc(controller.flash.content.slice(0, 524_280))
      .toString(16)
      .toUpperCase()
      .padStart(8, '0');
    const lines = printed(await host.exchange(lispReplCommand(':info'), 1100));
    assert.ok(lines.includes(`ImageVer   : ${expected}`));
    const old = bench({ version: { major: 6, minor: 5 } }).host;
    assert.ok(
      !printed(await old.exchange(lispReplCommand(':info'))).some((line) => line?.startsWith('ImageVer')),
    );
  });

  it('rebuilds its image in the staging area when it is started, but only once', async () => {
    const { clock, controller, host } = bench();
    const first = SECTORS[8]!;
    controller.flash.program(STAGING_ADDRESS, new Uint8Array(100));
    assert.deepEqual(await host.exchange(lispReplCommand('(+ 1 2)'), 900), []);
    assert.deepEqual(printed(await host.exchange(Uint8Array.of(30), 200)), ['> 3']);
    assert.notEqual(controller.flash.read(first.address, 1)[0], 0);
    await clock.advance(500);
    assert.deepEqual(printed(await host.exchange(lispReplCommand('(* 2 0.25)'))), ['> 0.500000f32']);
  });

  it('is stopped by the erase of an update', async () => {
    const { controller, host } = bench({ version: { major: 6, minor: 5 } });
    await host.ask(lispWriteCode(0, stored('(a)')), 10);
    await host.ask(lispSetRunning(true), 10);
    await host.ask(eraseNewApp(1), 1000);
    assert.equal(controller.firmware?.lisp.isStarted, false);
  });

  it('drops an expression that comes too soon', async () => {
    const { clock, host } = bench({ version: { major: 6, minor: 5 } });
    assert.deepEqual(printed(await host.exchange(lispReplCommand('5'))), ['> 5']);
    assert.deepEqual(await host.exchange(lispReplCommand('6'), 499), []);
    await clock.advance(1);
    assert.deepEqual(printed(await host.exchange(lispReplCommand('(def a 7)'))), ['> t']);
    await clock.advance(500);
    assert.ok(printed(await host.exchange(lispReplCommand(':help'))).length > 2);
    for (const [text, answer] of [
      [':pause', 'Paused'],
      [':continue', 'Resumed'],
      [':reset', 'Reset'],
    ] as const) {
      await clock.advance(500);
      assert.deepEqual(printed(await host.exchange(lispReplCommand(text))), [answer]);
    }
  });

  it('takes streamed code when it runs, or is started by it', async () => {
    const { host } = bench({ version: { major: 6, minor: 5 } });
    const piece = (mode: 0 | 1 | 2): Parameters<typeof lispStreamCode>[0] => ({
      offset: 0,
      total: 3,
      mode,
      data: fromLatin1('(a)'),
    });
    assert.equal((await host.ask(lispStreamCode(piece(0))))?.result, -1);
    assert.equal((await host.ask(lispStreamCode(piece(1))))?.result, 0);
    assert.equal((await host.ask(lispStreamCode(piece(0))))?.result, 0);
  });

  it('lives on in another controller with the same flash', async () => {
    const { clock, controller, host } = bench({ version: { major: 6, minor: 5 } });
    await host.ask(lispWriteCode(0, stored('(a)')), 10);
    const heir = new SimulatedController(
      { version: { major: 6, minor: 5 }, flash: controller.flash.content },
      clock,
    );
    assert.equal(heir.firmware?.lisp.isRunning, true);
  });
});
