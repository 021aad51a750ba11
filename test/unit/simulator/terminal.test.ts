import assert from 'node:assert/strict';
import { parseCrash } from '../../../src/simulator/crashMemory';
import { TestHost } from './testHost';
import { bench } from './upload';

const at = (major: number, minor: number): ReturnType<typeof bench> => bench({ version: { major, minor } });

describe('the terminal of the simulated controller', () => {
  it('echoes the line and lower-cases the first word from 6.00 on', async () => {
    assert.deepEqual(await at(7, 1).host.terminal('FAULT now'), ['-> FAULT now \n', 'FAULT_CODE_NONE\n']);
    const old = at(5, 3).host;
    assert.deepEqual(await old.terminal('fault'), ['FAULT_CODE_NONE\n']);
    assert.deepEqual(await old.terminal('FAULT'), [
      'Invalid command: FAULT\ntype help to list all available commands\n',
    ]);
  });

  it('says when there was no command, or none that it knows', async () => {
    const { host } = bench();
    assert.deepEqual(await host.terminal(''), ['->  \n', 'No command received\n']);
    assert.deepEqual(
      (await host.terminal('dance'))[1],
      'Invalid command: dance\ntype help to list all available commands\n',
    );
  });

  for (const [command, versions] of [
    ['ping', ['5.03']],
    ['stop', ['5.03', '7.00', '7.01']],
    ['fwinfo', ['6.00', '6.05']],
    ['fw_info', ['6.06', '7.00', '7.01']],
    ['rebootwdt', ['6.00', '6.05', '6.06', '7.00', '7.01']],
    ['crash_diag', ['7.01']],
    ['kv', ['5.03', '6.00', '6.05', '6.06', '7.00']],
    ['faults', ['5.03', '6.00', '6.05', '6.06', '7.00', '7.01']],
  ] as const) {
    it(`knows ${command} in ${versions.join(', ')} only`, async () => {
      const known: string[] = [];
      for (const version of ['5.03', '6.00', '6.05', '6.06', '7.00', '7.01']) {
        const [major, minor] = version.split('.').map(Number);
        const lines = await at(major!, minor!).host.terminal('help');
        if (lines.includes(command)) known.push(version);
      }
      assert.deepEqual(known, versions);
    });
  }

  it('tells the uptime, the voltage and the hardware', async () => {
    const { clock, controller, host } = bench({ hardware: 'A200S V2.1', version: { major: 6, minor: 5 } });
    controller.readings.motors[0]!.supply_V = 36.5;
    await clock.advance(1234);
    assert.deepEqual((await host.terminal('uptime')).slice(1), ['Uptime: 6.52 s\n']);
    assert.deepEqual((await host.terminal('volt')).slice(1), ['Input voltage: 36.50\n']);
    const status = await host.terminal('hw_status');
    // The minor version is not padded.
    assert.deepEqual(status.slice(1, 4), [
      'Firmware: 6.5',
      'Hardware: A200S V2.1',
      'UUID: 3A 00 41 00 18 50 56 30 39 37 32 20',
    ]);
    assert.equal(status.at(-1), ' ');
    assert.ok(!status.some((line) => line.startsWith('Bkp CAN ID')));
    assert.ok((await at(6, 6).host.terminal('hw_status')).some((line) => line.startsWith('Bkp CAN ID')));
  });

  it('prints memory, threads, ADC times and CRCs in the known forms', async () => {
    const { host } = bench({ version: { major: 7, minor: 0 } });
    assert.match((await host.terminal('mem'))[1]!, /^core free memory : \d+ bytes$/);
    const threads = await host.terminal('threads');
    assert.match(threads[3]!, /^[0-9a-f]{8} [0-9a-f]{8} +\d+ +\d+ +\w+ +\w+ +\d+ +\d+ +\d+ \(\d+\.\d %\)$/);
    assert.match(
      (await host.terminal('crc'))[1]!,
      /^MC CFG crc: 0x[0-9A-F]{4} \(stored\) {2}0x[0-9A-F]{4} \(recalc\)$/,
    );
    assert.equal((await host.terminal('last_adc_duration')).length, 4);
    assert.deepEqual(await at(5, 3).host.terminal('ping'), ['pong\n']);
    assert.equal((await at(5, 3).host.terminal('rpm'))[0], 'Electrical RPM: 0.00 rpm\n');
    assert.equal((await at(5, 3).host.terminal('tacho'))[0], 'Tachometer counts: 0\n');
  });

  it('cuts a long print, with a NUL at the end', async () => {
    const long = 'x'.repeat(450);
    const modern = (await bench().host.terminal(long))[0]!;
    assert.equal(modern.length, 398);
    assert.ok(modern.endsWith('x\0'));
    assert.equal((await at(5, 3).host.terminal(long))[0]!.length, 253);
  });

  it('restarts by the watchdog on rebootwdt', async () => {
    const { controller, host } = bench();
    await host.terminal('rebootwdt');
    assert.equal(controller.phase, 'starting');
    assert.equal(host.closed, true);
  });

  it('counts crashed starts until it is told to forget them', async () => {
    const { clock, controller, host } = bench();
    assert.deepEqual(await host.terminal('crash_diag'), [
      '-> crash_diag \n',
      'Boot number: 1',
      'Uptime: 5 s',
      'Reset flags: BOR PIN POR',
    ]);
    controller.reset('window-watchdog');
    await clock.advance(6000);
    const again = new TestHost(controller.connect(undefined, 'uart'), clock);
    assert.deepEqual((await again.terminal('crash_diag')).slice(3), [
      'Reset flags: PIN WWDG',
      'Consecutive crashed boots: 1',
    ]);
    assert.deepEqual(await again.terminal('crash_diag clear'), ['-> crash_diag clear \n']);
    assert.deepEqual((await again.terminal('crash_diag')).slice(1), [
      'Boot number: 1',
      'Uptime: 6 s',
      'Reset flags: PIN WWDG',
    ]);
  });

  it('keeps the registers of a crash over resets, but not without power', async () => {
    const { clock, controller, host } = bench();
    controller.crash(parseCrash('pc=0x0800c123, lr=800d001, r0=DEADBEEF'));
    await clock.advance(6000);
    assert.equal(host.closed, true);
    const again = new TestHost(controller.connect(undefined, 'uart'), clock);
    const prints = await again.terminal('crash_diag');
    assert.deepEqual(prints.slice(3, 8), [
      'Reset flags: PIN SFT',
      'Consecutive crashed boots: 1',
      'Previous boot crashed.',
      'Registers:',
      'r0: deadbeef',
    ]);
    assert.deepEqual(prints.slice(12), [
      'lr: 0800d001',
      'pc: 0800c123',
      'psr: 61000000',
      'cfsr: 00010000',
      'hfsr: 40000000',
      'mmfar: 00000000',
      'bfar: 00000000',
      'afsr: 00000000',
      'shcsr: 00000000',
    ]);
    controller.reset('pin');
    await clock.advance(6000);
    assert.deepEqual((await again.terminal('crash_diag')).slice(3, 5), [
      'Reset flags: PIN',
      'Stale crash from 2 boots ago.',
    ]);
    controller.cutPower();
    controller.powerOn();
    await clock.advance(6000);
    assert.equal((await again.terminal('crash_diag')).length, 4);
  });

  it('can have halted before it is looked at, and tells dips of its supply', async () => {
    const { controller, host } = bench({ crash: { kind: 'halt', reason: 'stack overflow' } });
    controller.setFault('MCU_UNDER_VOLTAGE');
    assert.deepEqual((await host.terminal('crash_diag')).slice(1), [
      'Boot number: 2',
      'Uptime: 5 s',
      'Reset flags: PIN SFT',
      'Supply dips <2.9V: 1, last at uptime 5 s',
      'Consecutive crashed boots: 1',
      'Previous boot halted.',
      'Reason: stack overflow',
    ]);
    const lost = bench({ crash: { kind: 'halt', badReasonAddress: 0x10 } });
    assert.equal((await lost.host.terminal('crash_diag')).at(-1), 'Bad reason ptr: 00000010');
  });

  it('reads a crash as people type it', () => {
    assert.deepEqual(parseCrash('halt:stack overflow'), { kind: 'halt', reason: 'stack overflow' });
    for (const wrong of ['', 'pc', 'pc=', 'pc=0x123456789', 'foo=1', 'pc=1,,lr=2']) {
      assert.throws(() => parseCrash(wrong), { code: 'usage' }, wrong);
    }
  });

  it('lists faults that struck, with the motor as it was', async () => {
    const { clock, controller, host } = bench({ faults: ['over_voltage', 'FAULT_CODE_BRK'] });
    controller.setFault('DRV');
    const lines = await host.terminal('faults');
    assert.equal(lines[1], 'Active fault: FAULT_CODE_DRV\n');
    assert.deepEqual(
      lines.filter((line) => line.startsWith('Fault ')).map((line) => line.split(': ')[1]),
      ['FAULT_CODE_OVER_VOLTAGE', 'FAULT_CODE_BRK', 'FAULT_CODE_DRV'],
    );
    assert.ok(lines.includes('DRV8301_FAULTS   : No DRV8301 faults'));
    await clock.advance(500);
    assert.equal((await host.terminal('fault'))[1], 'FAULT_CODE_NONE\n');
    assert.throws(() => controller.setFault('NO_SUCH'), { code: 'usage' });
  });
});
