import assert from 'node:assert/strict';
import { alive, fwVersion } from '../../../src/protocol/messages/identity';
import { canUpdateBaudAll, forwardCan, pingCan, setCanMode } from '../../../src/protocol/messages/can';
import { getValues, getValuesSetup } from '../../../src/protocol/messages/telemetry';
import { terminalCommand } from '../../../src/protocol/messages/terminal';
import {
  eraseNewApp,
  eraseNewAppAllCan,
  jumpToBootloader,
  jumpToBootloaderAllCan,
  writeStaging,
  writeStagingAllCan,
} from '../../../src/protocol/messages/update';
import { STAGING_ADDRESS } from '../../../src/image/flashMap';
import { frameCount } from '../../../src/simulator/canBus';
import type { Request } from '../../../src/protocol/request';
import { prints, type TestHost } from './testHost';
import { bench, otherText, staged } from './upload';

/** The same request for node `id`; the answer comes unwrapped. */
const through = <R>(id: number, request: Request<R>): Request<R> => ({
  ...request,
  payload: forwardCan(id, request.payload),
});

describe('the CAN bus of the simulated controller', () => {
  it('finds its nodes by a ping that takes its time', async () => {
    const { host } = bench({ canId: 10, canNodes: 2 });
    assert.deepEqual(await host.exchange(pingCan().payload, 2599), []);
    assert.deepEqual(await host.exchange(alive(), 1), [Uint8Array.of(62, 11, 12)]);
  });

  it('is slower when nobody is there', async () => {
    const { host } = bench({ canId: 10 });
    assert.equal(await host.ask(pingCan(), 4199), undefined);
  });

  it('carries requests to nodes and their answers back, unwrapped', async () => {
    const { controller, host } = bench({
      canId: 10,
      hardware: 'main',
      canNodes: [{ hardware: 'left' }, { hardware: 'right', version: { major: 6, minor: 0 }, canId: 90 }],
    });
    controller.nodes[0]!.readings.motors[0]!.supply_V = 33;
    assert.equal((await host.ask(through(11, fwVersion()), 20))?.hardware, 'left');
    assert.equal((await host.ask(through(11, getValues()), 20))?.voltage_V, 33);
    const right = await host.ask(through(90, fwVersion()), 20);
    assert.deepEqual([right?.hardware, right?.major, right?.minor], ['right', 6, 0]);
    const uuids = [fwVersion(), through(11, fwVersion()), through(90, fwVersion())];
    const seen = new Set<string | undefined>();
    for (const request of uuids) seen.add((await host.ask(request, 20))?.uuid);
    assert.equal(seen.size, 3);
  });

  it('loses what is for the own id or for nobody', async () => {
    const { host } = bench({ canId: 10, canNodes: 1 });
    assert.equal(await host.ask(through(10, fwVersion()), 100), undefined);
    assert.equal(await host.ask(through(77, fwVersion()), 100), undefined);
  });

  it('needs the frames the firmware sends: 7 bytes in each as far as one byte of offset reaches, then 6', () => {
    assert.deepEqual([1, 6, 7, 8, 259, 260, 510].map(frameCount), [1, 1, 2, 3, 38, 39, 80]);
  });

  it('takes the next command when the one before is on the bus', async () => {
    const { host } = bench({ canId: 10, canNodes: 1 });
    const frames_ms = 80 * 0.26;
    const long = new Uint8Array(510).fill(0xff);
    void host.exchange(forwardCan(11, long), 0);
    assert.equal(await host.ask(fwVersion(), frames_ms - 1), undefined);
    assert.ok((await host.exchange(alive(), 2)).length > 0, 'it is answered behind it');
  });

  it('reaches everybody by broadcast', async () => {
    const { host } = bench({ canId: 10, canNodes: 3 });
    assert.equal((await host.exchange(forwardCan(255, fwVersion().payload), 100)).length, 3);
  });

  it('brings prints of a node to the one who forwarded', async () => {
    const { host } = bench({ canId: 10, canNodes: 1 });
    const lines = prints(await host.exchange(forwardCan(11, terminalCommand('uptime')), 100));
    assert.deepEqual(lines, ['-> uptime \n', 'Uptime: 5.29 s\n']);
  });

  it('sums up the vehicle over all that send status messages', async () => {
    const { controller, host } = bench({ canId: 10, canNodes: [{}, { canStatus: false }] });
    for (const one of [controller, ...controller.nodes])
      one.readings.motors[0]!.held = { motorCurrent_A: 10 };
    const values = await host.ask(getValuesSetup());
    assert.deepEqual([values?.motorCurrent_A, values?.controllers], [20, 2]);
  });

  it('answers to a change of the baud rate, and to a change of mode', async () => {
    const { host } = bench();
    assert.equal(await host.ask(canUpdateBaudAll(500, 100), 500), true);
    assert.equal(await host.ask(canUpdateBaudAll(123, 100), 500), false);
    assert.equal(await host.ask(setCanMode(0, { store: false })), true);
  });
});

describe('an update over CAN', () => {
  async function uploadTo(host: TestHost, id: number, bytes: Uint8Array): Promise<void> {
    assert.equal(await host.ask(through(id, eraseNewApp(bytes.length)), 3100), true);
    for (let offset = 0; offset < bytes.length; offset += 505) {
      const write = writeStaging(offset, bytes.subarray(offset, offset + 505));
      assert.equal((await host.ask(through(id, write), 40))?.ok, true);
    }
  }

  it('changes the node and nobody else', async () => {
    const { clock, host } = bench({ canId: 10, canNodes: 2 });
    await uploadTo(host, 11, staged());
    await host.exchange(forwardCan(11, jumpToBootloader()), 1000);
    assert.equal(await host.ask(through(11, fwVersion()), 100), undefined);
    await clock.advance(30_000);
    const hardware: (string | undefined)[] = [];
    for (const request of [fwVersion(), through(11, fwVersion()), through(12, fwVersion())]) {
      hardware.push((await host.ask(request, 20))?.hardware);
    }
    assert.deepEqual(hardware, ['60', otherText.hardware, '60']);
  });

  it('loses long packets that come while the node erases', async () => {
    const { controller, host } = bench({ canId: 10, canNodes: 1 });
    await host.exchange(forwardCan(11, eraseNewApp(1).payload), 100);
    await host.exchange(forwardCan(11, writeStaging(0, new Uint8Array(100)).payload), 100);
    const came = await host.exchange(forwardCan(11, fwVersion().payload), 2000);
    // The short one waited in the FIFO.
    assert.deepEqual(
      came.map(([id]) => id),
      [2, 0],
    );
    assert.ok(controller.nodes[0]!.flash.isErased(STAGING_ADDRESS, 100));
  });

  it('of all at once is answered by the local one only, and later', async () => {
    const { clock, controller, host } = bench({ canId: 10, canNodes: 1 });
    const bytes = staged();
    assert.equal(await host.ask(eraseNewAppAllCan(bytes.length), 1499), undefined);
    assert.deepEqual(await host.exchange(alive(), 3100), [Uint8Array.of(2, 1)]);
    for (let offset = 0; offset < bytes.length; offset += 384) {
      const write = writeStagingAllCan(offset, bytes.subarray(offset, offset + 384));
      const came = await host.exchange(write.payload, 30);
      assert.equal(came.length, 1);
    }
    await host.exchange(jumpToBootloaderAllCan(), 40_000);
    const node = controller.nodes[0]!;
    assert.deepEqual(
      [controller.lastBootloaderOutcome, node.lastBootloaderOutcome],
      ['installed', 'installed'],
    );
    await clock.advance(0);
    assert.equal(node.firmware?.identity.hardware, otherText.hardware);
  });
});

describe('a board with two motors', () => {
  it('has two ids and two UUIDs, and is one flash', async () => {
    const { host, controller } = bench({ canId: 10, dualMotor: true, uuid: '0102030405060708090a0bff' });
    assert.deepEqual(await host.ask(pingCan(), 4300), [11]);
    const [first, second] = [await host.ask(fwVersion()), await host.ask(through(11, fwVersion()))];
    assert.deepEqual([first?.uuid, second?.uuid], ['0102030405060708090a0bff', '0102030405060708090a0b00']);
    assert.equal((await host.ask(through(11, getValues())))?.controllerId, 11);
    assert.equal(await host.ask(through(11, eraseNewApp(1)), 1000), true);
    assert.equal((await host.ask(through(11, writeStaging(0, Uint8Array.of(7))), 10))?.ok, true);
    assert.equal(controller.flash.read(STAGING_ADDRESS, 1)[0], 7);
  });

  it('ignores an update of its second motor that comes over the bus', async () => {
    const { host } = bench({ canId: 10, canNodes: [{ dualMotor: true, canId: 20 }] });
    assert.equal((await host.ask(through(21, fwVersion()), 50))?.major, 7);
    assert.equal(await host.ask(through(21, eraseNewApp(1)), 2000), undefined);
  });
});
