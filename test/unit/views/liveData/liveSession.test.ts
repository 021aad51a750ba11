import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Controller } from '../../../../src/controllers/controller';
import { ControllerRegistry } from '../../../../src/controllers/controllerRegistry';
import type { SimulatedControllerOptions } from '../../../../src/simulator/simulatedController';
import { LiveSession, type LiveSurroundings } from '../../../../src/views/liveData/liveSession';
import { isToView, type ToView } from '../../../../src/views/liveData/messages';
import { ADDRESS, UpdateBench } from '../../../support/updateBench';

type Posted<T extends ToView['type']> = Extract<ToView, { type: T }>;

describe('a session of the live view', () => {
  let bench: UpdateBench;
  let registry: ControllerRegistry;
  let controller: Controller;
  let session: LiveSession;
  let posted: ToView[];
  let folder: string;
  let motorTest: boolean;
  let failures: unknown[];
  let stops: number;
  let opened: string;

  async function start(
    options: SimulatedControllerOptions = {},
    more: Partial<LiveSurroundings> = {},
  ): Promise<void> {
    bench = new UpdateBench(options);
    const { pool, clock, memory, updater } = bench;
    registry = new ControllerRegistry({ pool, clock, memory, updater });
    controller = await clock.run(registry.connect(ADDRESS));
    posted = [];
    failures = [];
    stops = 0;
    motorTest = true;
    session = new LiveSession(controller, {
      clock,
      sessionOf: ({ address, endpoint }) => (endpoint ? pool.find(address) : undefined),
      post: (message) => {
        assert.ok(isToView(message), JSON.stringify(message).slice(0, 300));
        posted.push(message);
      },
      isMotorTestOn: () => motorTest,
      chooseRecording: () => Promise.resolve(join(folder, 'a.csv')),
      openRecording: () => Promise.resolve({ name: 'a.csv', text: opened }),
      onRecorded: () => undefined,
      stopMotors: () => stops++,
      fail: (error) => failures.push(error),
      ...more,
    });
    session.receive({ type: 'ready' });
  }
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vesc-live-'));
  });
  afterEach(async () => {
    session.dispose();
    registry.dispose();
    bench.dispose();
    await rm(folder, { recursive: true });
  });

  const of = <T extends ToView['type']>(type: T): Posted<T>[] =>
    posted.filter((message): message is Posted<T> => message.type === type);
  const advance = (duration_ms: number): Promise<void> => bench.clock.advance(duration_ms);
  /** Lets writes to the disk happen, which take no time of the virtual clock. */
  const untilWritten = async (condition: () => boolean): Promise<void> => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('tells who is there, and hands over rows in batches, none lost', async () => {
    await start();
    session.receive({ type: 'want', signals: ['voltage_V', 'setup.batteryLevel'], rate_hz: 50 });
    await advance(2000);
    const [first] = of('controller');
    assert.deepEqual([first?.title, first?.state, first?.canTest], ['60', 'connected', true]);
    const batches = of('rows');
    const rows = batches.flatMap(({ rows }) => rows);
    assert.ok(rows.length >= 99 && batches.length < rows.length);
    assert.ok(rows.every((row) => row.length === 4 && row[2] === 48 && row[3] !== null));
    session.receive({ type: 'want', signals: [], rate_hz: 1 });
    const { length } = of('rows');
    await advance(2000);
    assert.ok(of('rows').length <= length + 1, 'nothing is read that nobody sees');
  });

  it('ignores what is no message', async () => {
    await start();
    for (const odd of [undefined, 'x', { type: 'want' }, { type: 'hold', press: 1 }]) session.receive(odd);
    await advance(100);
    assert.deepEqual(of('rows'), []);
    session.receive({ type: 'stopMotor' });
    assert.equal(stops, 1);
  });

  it('records every reading with the columns of the command line, and shows the file again', async () => {
    await start();
    session.receive({ type: 'want', signals: ['erpm', 'setup.speed_mps'], rate_hz: 20 });
    await advance(100);
    session.receive({ type: 'record', on: true });
    await untilWritten(() => of('recording').length > 0);
    await advance(1000);
    session.receive({ type: 'record', on: false });
    const { rows } = of('recording').at(-1)!;
    const read = async (): Promise<string> => readFile(join(folder, 'a.csv'), 'utf8').catch(() => '');
    for (opened = ''; opened.split('\n').length < rows! + 2; opened = await read()) await advance(0);
    const lines = opened.trimEnd().split('\n');
    assert.match(lines[0]!, /^time_s,tempFet_C,.*,killSwitchActive,setup\.speed_mps$/);
    assert.ok(lines.length >= 20);
    assert.match(lines[1]!, /^0,28,26,/);
    session.receive({ type: 'openCsv' });
    await advance(10);
    const [file] = of('file');
    assert.equal(file?.name, 'a.csv');
    assert.equal(file.rows, lines.length - 1);
    assert.ok(file.columns.includes('setup.speed_mps'));
    const shown = of('fileRows');
    assert.equal(shown.flatMap((part) => part.rows).length, file.rows);
    assert.equal(shown.at(-1)!.last, true);
    assert.deepEqual(failures, []);
  });

  it('says what is no recording', async () => {
    await start();
    opened = 'a,b\n1,2\n';
    session.receive({ type: 'openCsv' });
    await advance(10);
    assert.deepEqual(
      failures.map((error) => (error as { code: string }).code),
      ['not-a-recording'],
    );
  });

  it('says when a recording cannot be written', async () => {
    await start({}, { chooseRecording: () => Promise.resolve('/nowhere/at/all.csv') });
    session.receive({ type: 'record', on: true });
    await untilWritten(() => failures.length > 0);
    assert.equal(of('recording').at(-1)?.on, false);
  });

  it('samples currents, also those of an old firmware', async () => {
    await start();
    session.receive({ type: 'capture', mode: 'now', length: 200, decimation: 5 });
    await advance(1000);
    const done = of('capture').at(-1)!;
    assert.deepEqual([done.state, done.got, done.sampling_Hz], ['done', 200, 5000]);
    assert.deepEqual(done.columns!.map(({ id }) => id).slice(0, 3), [
      'current1_A',
      'current2_A',
      'current3_A',
    ]);
    session.dispose();
    await start({ version: { major: 6, minor: 2, test: 0 } });
    session.receive({ type: 'capture', mode: 'now', length: 50, decimation: 1 });
    await advance(1000);
    const old = of('capture').at(-1)!;
    assert.equal(old.state, 'done');
    assert.ok(!old.columns!.some(({ id }) => id === 'current3_A'));
  });

  it('gives up sampling when asked to, and says when nothing or not all comes', async () => {
    await start();
    session.receive({ type: 'capture', mode: 'triggerFault', length: 50, decimation: 1 });
    await advance(60_000);
    assert.equal(of('capture').at(-1)!.state, 'waiting');
    session.receive({ type: 'captureStop' });
    await advance(10);
    assert.deepEqual([of('capture').at(-1)!.state, of('capture').at(-1)!.problem], ['failed', 'Given up.']);
    let samples = 0;
    bench.controller.interference = ({ direction, payload }) =>
      direction === 'from-controller' && payload[0] === 19 && samples++ % 10 === 0 ? 'drop' : undefined;
    session.receive({ type: 'capture', mode: 'now', length: 100, decimation: 1 });
    await advance(5000);
    assert.deepEqual([of('capture').at(-1)!.state, of('capture').at(-1)!.got], ['done', 90]);
    bench.controller.interference = ({ payload }) => (payload[0] === 19 ? 'drop' : undefined);
    session.receive({ type: 'capture', mode: 'now', length: 100, decimation: 1 });
    await advance(10_000);
    assert.equal(of('capture').at(-1)!.state, 'failed');
    controller.detach('disconnected');
    session.receive({ type: 'capture', mode: 'now', length: 100, decimation: 1 });
    assert.equal(of('capture').at(-1)!.problem, 'Not connected.');
  });

  it('streams positions while they are wanted, and ends that with the view', async () => {
    await start();
    session.receive({ type: 'detect', mode: 2 });
    await advance(1000);
    const points = of('positions').flatMap((message) => message.points);
    assert.ok(points.length > 80);
    session.receive({ type: 'detect', mode: 0 });
    await advance(100);
    const { length } = of('positions');
    await advance(1000);
    assert.equal(of('positions').length, length);
    session.receive({ type: 'detect', mode: 2 });
    const stream = bench.controller.firmware!.positionStream;
    session.dispose();
    await advance(10);
    assert.ok(bench.controller.firmware!.positionStream > stream, 'it was told to stop');
  });

  it('shows what the firmware plots', async () => {
    await start();
    void controller.endpoint!.terminal('hall_analyze 3');
    await advance(10_000);
    const steps = of('plot').flatMap((message) => message.steps);
    assert.equal(steps.filter(({ kind }) => kind === 'point').length, 432);
  });

  it('drives a motor while it is held, as the settings and the controller allow it', async () => {
    await start();
    motorTest = false;
    session.receive({ type: 'motorTest', open: true });
    assert.match(of('limits').at(-1)!.problem ?? '', /is off/);
    motorTest = true;
    session.receive({ type: 'motorTest', open: true });
    await advance(500);
    assert.ok(
      of('limits')
        .at(-1)!
        .ranges.some(({ mode }) => mode === 'current'),
    );
    assert.equal(of('limits').at(-1)!.timeout_ms, 1000);
    const hold = async (duration_ms: number, press: number): Promise<void> => {
      for (let passed_ms = 0; passed_ms < duration_ms; passed_ms += 50) {
        session.receive({ type: 'hold', press, beat: of('beat').at(-1)!.beat, mode: 'duty', value: 0.9 });
        await advance(50);
      }
    };
    await hold(500, 1);
    const motor = bench.controller.firmware!.motors[0]!;
    assert.ok(motor.values().erpm > 5000);
    session.leave('focus');
    await advance(100);
    assert.equal(motor.isReleased, true);
    assert.match(of('motor').at(-1)!.ended ?? '', /lost the focus/);
    await hold(200, 1);
    assert.equal(motor.isReleased, true);
    await hold(200, 2);
    assert.equal(motor.isReleased, false);
    motorTest = false;
    await hold(50, 2);
    await advance(100);
    assert.equal(motor.isReleased, true, 'the setting was switched off meanwhile');
    motorTest = true;
    await hold(200, 3);
    session.dispose();
    await advance(100);
    assert.equal(motor.isReleased, true, 'the view was closed');
  });

  it('drives nothing whose command timeout is switched off', async () => {
    await start();
    const blob = bench.controller.firmware!.settings.get('appconf', 0);
    blob.set([0, 0, 0, 0], 5);
    session.receive({ type: 'motorTest', open: true });
    await advance(500);
    assert.deepEqual(of('limits').at(-1)!.ranges, []);
    assert.match(of('limits').at(-1)!.problem ?? '', /switched off/);
  });

  it('goes on with the controller when it comes back', async () => {
    await start();
    session.receive({ type: 'want', signals: ['voltage_V'], rate_hz: 10 });
    session.receive({ type: 'motorTest', open: true });
    await advance(500);
    bench.controller.reset('pin');
    await advance(500);
    assert.equal(of('controller').at(-1)!.state, 'disconnected');
    const { length } = of('limits');
    await advance(10_000);
    assert.equal(of('controller').at(-1)!.state, 'connected');
    assert.equal(of('limits').length > length, true, 'limits are read anew');
    const before = of('rows').length;
    await advance(1000);
    assert.ok(of('rows').length > before + 5);
    registry.disconnect(controller);
    const again = await bench.clock.run(registry.connect(ADDRESS));
    session.adopt(again);
    const then = of('rows').length;
    await advance(1000);
    assert.ok(of('rows').length > then + 5);
  });
});
