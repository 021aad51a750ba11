import assert from 'node:assert/strict';
import { parseLinkAddress } from '../../../src/links/linkAddress';
import { alive, fwInfo, fwVersion, reboot, shutdown } from '../../../src/protocol/messages/identity';
import { setDuty } from '../../../src/protocol/messages/motor';
import { bmsGetValues, getImuData, getValuesSetup } from '../../../src/protocol/messages/telemetry';
import { terminalCommand, terminalCommandSync } from '../../../src/protocol/messages/terminal';
import { eraseNewApp } from '../../../src/protocol/messages/update';
import { pingCan } from '../../../src/protocol/messages/can';
import { SimulatedController } from '../../../src/simulator/simulatedController';
import { VirtualClock } from '../../support/virtualClock';
import { prints, TestHost } from './testHost';
import { bench } from './upload';

describe('a restart of the simulated controller', () => {
  it('takes USB away at once and brings it back after 5.3 s', async () => {
    const { clock, controller, host } = bench();
    const comings: string[] = [];
    controller.onEnumeration((there) => comings.push(`${Math.round(clock.now())} ${there}`));
    await host.exchange(reboot());
    assert.equal(host.closed, true);
    assert.throws(() => controller.connect(parseLinkAddress('sim:')), { code: 'port-not-found' });
    await clock.advance(5289);
    assert.equal(controller.isEnumerated, false);
    await clock.advance(1);
    const again = new TestHost(controller.connect(), clock);
    assert.equal((await again.ask(getValuesSetup()))?.uptime_ms, 5290);
    assert.deepEqual(comings, ['0 false', '5290 true']);
    assert.ok((await again.terminal('crash_diag')).includes('Reset flags: PIN SFT'));
  });

  it('leaves the UART connected and silent, and what was sent meanwhile lost', async () => {
    const { clock, controller } = bench();
    const uart = new TestHost(controller.connect(undefined, 'uart'), clock);
    assert.equal((await uart.ask(fwVersion()))?.hardware, '60');
    controller.reset('pin');
    assert.deepEqual(await uart.exchange(fwVersion().payload, 5199), []);
    assert.equal(uart.closed, false);
    await clock.advance(1);
    assert.equal((await uart.ask(fwVersion()))?.hardware, '60');
  });

  it('of 5.03 goes through the watchdog and leaves fault 10 behind', async () => {
    const { clock, controller, host } = bench({ version: { major: 5, minor: 3 } });
    await host.exchange(reboot(), 6000);
    const again = new TestHost(controller.connect(), clock);
    assert.ok(
      (await again.terminal('faults')).includes('Fault            : FAULT_CODE_BOOTING_FROM_WATCHDOG_RESET'),
    );
  });

  it('shuts down or restarts when asked, but not while the motor turns', async () => {
    const { controller, host } = bench();
    await host.exchange(setDuty(0.2), 500);
    await host.exchange(shutdown({ force: false, restart: true }));
    assert.equal(controller.phase, 'running');
    await host.exchange(shutdown({ force: true, restart: true }));
    assert.equal(controller.phase, 'starting');

    const other = bench();
    await other.host.exchange(shutdown({ force: false, restart: false }));
    assert.equal(other.controller.phase, 'off');
    other.controller.reset();
    assert.equal(other.controller.phase, 'off');
  });

  it('can be interrupted by another one', async () => {
    const { clock, controller } = bench();
    controller.reset('pin');
    await clock.advance(3000);
    controller.reset('pin');
    await clock.advance(5000);
    assert.equal(controller.phase, 'starting');
    await clock.advance(300);
    assert.equal(controller.phase, 'running');
  });

  it('needs no time at all with factor 0, and ten times less with 10', async () => {
    const instant = bench({ speedFactor: 0 });
    await instant.host.exchange(reboot(), 1);
    const again = new TestHost(instant.controller.connect(), instant.clock);
    // It skipped the time, it did not do without.
    assert.ok((await again.ask(getValuesSetup()))!.uptime_ms >= 5290);

    const uptime = async (): Promise<number> => (await again.ask(getValuesSetup()))!.uptime_ms;
    const before_ms = await uptime();
    await again.exchange(eraseNewApp(0x6_0000).payload);
    assert.equal((await uptime()) - before_ms, 3000);

    const quick = bench({ speedFactor: 10 });
    await quick.host.exchange(reboot(), 528);
    assert.equal(quick.controller.isEnumerated, false);
    await quick.clock.advance(2);
    assert.equal(quick.controller.isEnumerated, true);
  });

  it('is over for good when it is disposed', async () => {
    const { clock, controller, host } = bench();
    const uart = new TestHost(controller.connect(undefined, 'uart'), clock);
    controller.dispose();
    await clock.advance(60_000);
    assert.deepEqual([host.closed, uart.closed, controller.phase], [true, true, 'off']);
    controller.powerOn();
    assert.throws(() => controller.connect(undefined, 'uart'), { code: 'port-not-found' });
  });
});

describe('a port of the simulated controller', () => {
  it('has one host at a time', async () => {
    const { clock, controller, host } = bench();
    assert.throws(() => controller.connect(), { code: 'port-busy' });
    host.link.dispose();
    assert.equal((await new TestHost(controller.connect(), clock).ask(fwVersion()))?.major, 7);
  });

  it('can be unplugged while the controller runs on', async () => {
    const { clock, controller, host } = bench();
    controller.unplug();
    await clock.advance(0);
    assert.equal(host.closed, true);
    assert.equal(controller.phase, 'running');
    controller.connect();
  });

  it('gets the prints when it sent the last blocking command, and only then', async () => {
    const clock = new VirtualClock();
    const controller = new SimulatedController({}, clock);
    const usb = new TestHost(controller.connect(), clock);
    const uart = new TestHost(controller.connect(undefined, 'uart'), clock);
    // Nobody sent a blocking command yet.
    assert.deepEqual(await usb.exchange(terminalCommandSync('uptime')), []);
    await uart.exchange(terminalCommand('volt'));
    const before = uart.received.length;
    assert.deepEqual(await usb.exchange(terminalCommandSync('uptime')), []);
    assert.equal(prints(uart.received.slice(before)).length, 2);
  });

  it('drops a blocking command while another runs, and answers the others', async () => {
    const { host } = bench();
    await host.exchange(pingCan().payload, 1000);
    assert.deepEqual(await host.terminal('uptime', 10), []);
    assert.equal((await host.ask(fwVersion()))?.major, 7);
    assert.deepEqual(await host.ask(pingCan(), 4200), []);
    assert.equal((await host.terminal('uptime')).length, 2);
  });
});

describe('versions of the simulated firmware', () => {
  it('know the commands of their time', async () => {
    const answers = async (minor: number, major = 6): Promise<boolean> =>
      (await bench({ version: { major, minor } }).host.ask(fwInfo())) !== undefined;
    assert.deepEqual([await answers(5), await answers(6), await answers(0, 7)], [false, true, true]);
  });

  it('answer in the form of their time', async () => {
    const lengths: number[][] = [];
    for (const [major, minor] of [
      [5, 3],
      [6, 0],
      [6, 5],
      [6, 6],
    ] as const) {
      const { host } = bench({ version: { major, minor } });
      const requests = [fwVersion(), getImuData(['roll_rad']), bmsGetValues()];
      const replies: Uint8Array[] = [];
      for (const { payload } of requests) replies.push(...(await host.exchange(payload)));
      lengths.push(replies.map(({ length }) => length));
    }
    // FW_VERSION grew by radio flags and name, then by a CRC; the IMU's by an id; the battery's by its pressure,
    // then by version and status.
    assert.deepEqual(lengths, [
      [25, 7, 56],
      [27, 7, 56],
      [31, 8, 58],
      [31, 8, 60],
    ]);
  });

  it('report what they are, whatever kind of device', async () => {
    const types = ['bms', 'custom-module'] as const;
    for (const hardwareType of types) {
      const { host } = bench({ hardwareType, hardware: 'X', version: { major: 6, minor: 6 } });
      const version = await host.ask(fwVersion());
      assert.deepEqual(
        [version?.hardwareType, version?.hardware, version?.customConfigs],
        [hardwareType, 'X', 1],
      );
      assert.deepEqual(await host.exchange(Uint8Array.of(4)), []);
    }
  });

  it('stay silent to what they do not know, and alive', async () => {
    const { host } = bench();
    for (const id of [153, 200, 255, 116, 38]) assert.deepEqual(await host.exchange(Uint8Array.of(id)), []);
    assert.deepEqual(await host.exchange(alive()), []);
    assert.equal((await host.ask(fwVersion()))?.major, 7);
  });
});
