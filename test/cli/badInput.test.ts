import assert from 'node:assert/strict';
import { chmodSync, readFileSync, realpathSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Bench, buildCli, type Run } from './vesc';

const NOBODY = 65_534;

/** What may lie at the other end of a cable: each thing gets its own code, status and words. */
describe('vesc and what it finds at the other end', () => {
  let bench: Bench;
  const servers: Server[] = [];

  before(() => {
    buildCli();
    bench = new Bench();
  });
  after(async () => {
    for (const server of servers) server.close();
    await bench.dispose();
  });

  const info = (port: string, ...args: string[]): Promise<Run> =>
    bench.run(['info', '--json', '--port', port, ...args]);

  function expect(run: Run, status: number, code: string, words: RegExp): void {
    assert.deepEqual([run.status, run.result.ok, run.error.code], [status, false, code], run.stdout);
    assert.match(run.error.message, words);
    assert.equal(
      run.error.message,
      [run.error.happened, run.error.state, run.error.next].filter((part) => part !== '').join(' '),
    );
  }

  /** A TCP server that does `talk` to whoever comes. */
  async function listen(talk: (socket: Socket) => void): Promise<string> {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      talk(socket);
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    return `tcp://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
  }

  it('a port that is not there', async () => {
    expect(await info('/dev/ttyNOPE'), 3, 'port-not-found', /no port \/dev\/ttyNOPE/);
  });

  it('a place that is no port', async () => {
    for (const place of ['/dev/null', bench.folder, bench.file('notes', 'x')])
      expect(await info(place), 3, 'link-failed', /could not be opened: it is no serial port\./);
  });

  it('files that cannot be written, in words', async () => {
    const { port } = await bench.simulate();
    const file = bench.file('kept.csv', 'mine');
    const cases: readonly [readonly string[], string, RegExp][] = [
      [['backup', file], 'file-unwritable', /a part of its path is a file, not a folder/],
      [
        ['values', '--csv', join(bench.folder, 'no', 'x.csv')],
        'file-unwritable',
        /its folder does not exist/,
      ],
      [['values', '--csv', file], 'file-exists', /kept\.csv exists already.*--force/],
    ];
    for (const [args, code, words] of cases)
      expect(await bench.run([...args, '--json', '--port', port]), 2, code, words);
    assert.equal(readFileSync(file, 'utf8'), 'mine');
    const forced = await bench.run(['values', '--csv', file, '--force', '--json', '--port', port]);
    assert.equal(forced.status, 0);
    assert.match(readFileSync(file, 'utf8'), /^time_s,/);
  });

  it('an address that is none', async () => {
    expect(await info('http://example.org'), 2, 'bad-address', /only tcp:\/\/ is known/);
  });

  it('a computer where nothing listens', async () => {
    const address = await listen(() => {});
    servers.pop()!.close();
    expect(await info(address), 3, 'tcp-refused', /nothing listens there/);
  });

  it('a computer that does not exist', async () => {
    expect(await info('tcp://nowhere.invalid'), 3, 'tcp-unknown-host', /no computer named nowhere\.invalid/);
  });

  it('a bridge that serves somebody else', async () => {
    const address = await listen((socket) => socket.destroy());
    const image = bench.image('60.bin');
    for (const command of [['info'], ['flash', image], ['flash', image, '--can', 'all']]) {
      const run = await bench.run([...command, '--json', '--port', address]);
      expect(run, 3, 'port-busy', /in use by another client/);
    }
  });

  it('a serial port that another program has', async () => {
    const link = join(bench.folder, 'ttyBusy');
    await bench.simulate('--pty', link);
    const holder = bench.start(['values', '--watch', '5', '--json', '--port', link]);
    await holder.printed(/"type":"values"/);
    expect(await info(link), 3, 'port-busy', /ttyBusy is in use by .*only one program/s);
    holder.kill();
    assert.equal((await holder.ended).status, 0);
  });

  it('a serial port this user may not open', async () => {
    const link = join(bench.folder, 'ttyDenied');
    await bench.simulate('--pty', link);
    chmodSync(realpathSync(link), 0o600);
    const root = process.getuid?.() === 0;
    // Root may open everything; anybody else may not open a port that nobody may.
    if (!root) chmodSync(realpathSync(link), 0o000);
    chmodSync(bench.folder, 0o755);
    const run = await bench.run(
      ['info', '--json', '--port', link],
      root ? { uid: NOBODY, cli: bench.copyCli() } : {},
    );
    expect(run, 3, 'port-permission', /may not open .*dialout|usermod/s);
  });

  it('silence', async () => {
    const address = await listen(() => {});
    expect(await info(address), 3, 'no-answer', /Nothing answered/);
  });

  const noise = (socket: Socket): void => {
    let state = 1;
    const bytes = Uint8Array.from(
      { length: 4096 },
      () => (state = (state * 1_103_515_245 + 12_345) & 0x7fffffff) >> 16,
    );
    socket.write(bytes);
  };

  it('noise', async () => {
    expect(await info(await listen(noise)), 3, 'not-a-controller', /not the VESC protocol/);
  });

  it('nothing that could be stopped: says what was done and what is left to do', async () => {
    const stop = (port: string): Promise<Run> => bench.run(['stop', '--json', '--port', port]);
    const cases: readonly [string, (socket: Socket) => void, RegExp][] = [
      ['silence', () => {}, /whether it did could not be read \(Nothing answered/],
      ['noise', noise, /whether it did could not be read \((Something talks|Nothing answered)/],
      ['a peer that hangs up', (socket) => socket.destroy(), /COULD NOT BE STOPPED|could not be read/],
    ];
    for (const [what, talk, words] of cases) {
      const run = await stop(await listen(talk));
      expect(run, 3, 'motor-not-stopped', words);
      assert.match(run.error.next, /Cut the power if a motor turns/, what);
      assert.doesNotMatch(run.error.message, /Nothing was sent|Plug it in|another port/, what);
      assert.equal((run.result['motors'] as unknown[]).length, 1, what);
    }
    const nowhere = await stop('/dev/ttyNOPE');
    expect(nowhere, 3, 'port-not-found', /no port/);
    const warning = nowhere.lines.find(({ type }) => type === 'warning');
    assert.match(String(warning?.['message']), /Cut the power/);
  }).timeout(60_000);

  it('another device that talks', async () => {
    const address = await listen((socket) => {
      socket.write('$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47\r\n');
      socket.on('data', () => socket.write('ERROR\r\n'));
    });
    expect(await info(address), 3, 'not-a-controller', /not the VESC protocol/);
  });

  it('a controller that is just restarting: silent now, found with --timeout', async () => {
    const { port } = await bench.simulate('--speed', '1');
    const reboot = await bench.run(['reboot', '--no-wait', '--json', '--port', port]);
    assert.equal(reboot.status, 0);
    expect(await info(port, '--timeout', '0.5'), 3, 'no-answer', /restarting/);
    const found = await info(port, '--timeout', '20');
    assert.deepEqual([found.status, found.result['hardware']], [0, '60']);
  });

  it('a USB controller that is just restarting: no port now, found with --timeout', async () => {
    const link = join(bench.folder, 'ttyRestart');
    await bench.simulate('--pty', link, '--speed', '2');
    const reboot = await bench.run(['reboot', '--no-wait', '--json', '--port', link]);
    assert.equal(reboot.status, 0);
    expect(await info(link), 3, 'port-not-found', /no port .*ttyRestart/);
    const found = await info(link, '--timeout', '20');
    assert.deepEqual([found.status, found.result['hardware']], [0, '60']);
  });

  it('an ESP32 module', async () => {
    const { port } = await bench.simulate('--type', 'custom-module', '--hardware', 'VESC Express T');
    const run = await info(port);
    assert.equal(run.status, 0, run.stdout);
    assert.deepEqual(
      [run.result['hardware'], run.result['hardwareType'], run.result['fault'], run.result['voltage_V']],
      ['VESC Express T', 'custom-module', null, null],
    );
    for (const command of ['values', 'faults', 'backup']) {
      const refused = await bench.run([command, '--json', '--port', port]);
      expect(refused, 2, 'not-a-motor-controller', /VESC Express T is a module.*--can/s);
    }
    const flash = await bench.run(['flash', bench.image('60.bin'), '--json', '--port', port]);
    expect(flash, 4, 'not-a-vesc', /cannot run there/);
  });

  it('a BMS', async () => {
    const { port } = await bench.simulate('--type', 'bms', '--hardware', '18s Light');
    const run = await info(port);
    assert.deepEqual([run.status, run.result['hardwareType']], [0, 'bms'], run.stdout);
    const values = await bench.run(['values', '--json', '--port', port]);
    expect(values, 2, 'not-a-motor-controller', /VESC BMS/);
  });

  it('a 5.03 controller: all but the commit can be read', async () => {
    const { port } = await bench.simulate('--version', '5.03', '--fault', 'ABS_OVER_CURRENT');
    const run = await info(port);
    assert.equal(run.status, 0, run.stdout);
    const firmware = run.result['firmware'] as Record<string, unknown>;
    assert.deepEqual([firmware['major'], firmware['minor'], firmware['commit']], [5, 3, undefined]);
    assert.equal(run.result['voltage_V'], 48);
    const faults = await bench.run(['faults', '--json', '--port', port]);
    assert.equal(faults.result['active'], null, 'this firmware does not list it, its values have it');
    assert.deepEqual(
      (faults.result['history'] as { fault: string }[]).map(({ fault }) => fault),
      ['FAULT_CODE_ABS_OVER_CURRENT'],
    );
  });

  it('a controller from before updates: it is read, not flashed', async () => {
    const { port } = await bench.simulate('--version', '3.58');
    assert.equal((await info(port)).status, 0);
    const flash = await bench.run(['flash', bench.image('60.bin'), '--json', '--port', port]);
    expect(flash, 4, 'firmware-too-old', /3\.58.*SWD/s);
  });

  it('a connection that breaks while values stream', async () => {
    const { port, vesc } = await bench.simulate();
    const watch = bench.start(['values', '--watch', '20', '--json', '--port', port]);
    await watch.printed(/"type":"values"/);
    vesc.kill('SIGTERM');
    const run = await watch.ended;
    expect(run, 3, 'link-closed', /ended/);
    assert.doesNotMatch(run.error.message, /plug/i, 'there is no plug to a TCP server');
  });

  it('a place where the simulated controller cannot listen', async () => {
    const { port } = await bench.simulate();
    const run = await bench.run(['simulate', '--json', '--tcp', port.split(':').at(-1)!]);
    expect(run, 3, 'cannot-listen', /another program listens there/);
    const file = bench.file('taken', 'text');
    expect(await bench.run(['simulate', '--json', '--pty', file]), 3, 'cannot-listen', /taken/);
  });

  it('a flash file of the simulated controller that cannot be written', async () => {
    const flash = join(bench.folder, 'no-such-folder', 'flash.bin');
    const run = await bench.run(['simulate', '--json', '--tcp', '0', '--flash', flash]);
    expect(run, 2, 'file-unwritable', /no-such-folder/);
    assert.equal(run.lines.length, 1, 'it never listened');
  });
});
