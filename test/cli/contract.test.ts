import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, buildCli, type JsonLine, type Simulator } from './vesc';

/** What a field of the JSON output has to be; a list stands for "one of". */
type Shape = string | RegExp | readonly Shape[] | { readonly [field: string]: Shape };

const UUID = /^[0-9a-f]{24}$/;
const NUMBER = 'number';
const FIRMWARE: Shape = {
  major: NUMBER,
  minor: NUMBER,
  test: NUMBER,
  name: 'string',
  commit: /^[0-9a-f]{40}$/,
};
const IDENTITY = {
  uuid: UUID,
  hardware: 'string',
  hardwareType: /^vesc$/,
  firmware: FIRMWARE,
  canId: NUMBER,
};

function check(value: unknown, shape: Shape, where: string): void {
  if (typeof shape === 'string') assert.equal(value === null ? 'null' : typeof value, shape, where);
  else if (shape instanceof RegExp) assert.match(String(value), shape, where);
  else if (Array.isArray(shape)) {
    const kinds = shape as readonly string[];
    assert.ok(kinds.includes(value === null ? 'null' : typeof value), `${where} is ${String(value)}`);
  } else {
    assert.equal(typeof value, 'object', where);
    for (const [field, inner] of Object.entries(shape)) {
      check((value as Record<string, unknown>)[field], inner, `${where}.${field}`);
    }
  }
}

describe('the JSON contract of the command line', () => {
  let bench: Bench;
  let simulator: Simulator;

  before(async () => {
    buildCli();
    bench = new Bench();
    simulator = await bench.simulate('--can', '2', '--fault', 'OVER_VOLTAGE', '--fault', 'FAULT_CODE_DRV');
  });
  after(() => bench.dispose());

  async function result(...args: string[]): Promise<JsonLine & { ok: boolean }> {
    const run = await bench.run([...args, '--json', '--port', simulator.port]);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    assert.equal(run.stderr, '', 'JSON output leaves stderr alone');
    assert.deepEqual([run.result.type, run.result.ok], ['result', true]);
    assert.ok(
      run.lines.slice(0, -1).every(({ type }) => type !== 'result'),
      'one result, and it is the last line',
    );
    return run.result;
  }

  it('info: identity, state and what is known of the bootloader', async () => {
    const info = await result('info');
    check(
      info,
      {
        ...IDENTITY,
        fault: 'null',
        voltage_V: NUMBER,
        tempFet_C: NUMBER,
        tempMotor_C: NUMBER,
        erpm: NUMBER,
        duty: NUMBER,
        motorCurrent_A: NUMBER,
        inputCurrent_A: NUMBER,
        bootloader: { state: /^unknown$/ },
      },
      'info',
    );
    assert.equal(info['hardware'], '60');
    assert.deepEqual(
      (({ major, minor, test }) => [major, minor, test])(info['firmware'] as Record<string, number>),
      [7, 1, 0],
    );
  });

  it('faults: full names, numbers with units', async () => {
    const faults = await result('faults');
    assert.equal(faults['active'], null);
    const history = faults['history'] as Record<string, unknown>[];
    assert.deepEqual(
      history.map(({ fault }) => fault),
      ['FAULT_CODE_OVER_VOLTAGE', 'FAULT_CODE_DRV'],
    );
    for (const record of history) {
      check(
        record,
        {
          motor: NUMBER,
          current_A: NUMBER,
          currentFiltered_A: NUMBER,
          voltage_V: NUMBER,
          duty: NUMBER,
          rpm: NUMBER,
          tacho: NUMBER,
          cyclesRunning: NUMBER,
          timDuty: NUMBER,
          timValSamp: NUMBER,
          timCurrentSamp: NUMBER,
          timTop: NUMBER,
          commStep: NUMBER,
          temperature_C: NUMBER,
        },
        'history',
      );
    }
  });

  const VALUES: Shape = {
    ...Object.fromEntries(
      [
        ...['tempFet_C', 'tempMotor_C', 'motorCurrent_A', 'inputCurrent_A', 'id_A', 'iq_A', 'duty', 'erpm'],
        ...[
          'voltage_V',
          'charge_Ah',
          'chargeRegenerated_Ah',
          'energy_Wh',
          'energyRegenerated_Wh',
          'tachometer',
        ],
        ...['tachometerAbs', 'pidPosition_deg', 'controllerId', 'vd_V', 'vq_V', 'faultCode'],
      ].map((field) => [field, NUMBER]),
    ),
    fault: 'null',
    tempFets_C: { 0: NUMBER, 1: NUMBER, 2: NUMBER },
    timeoutActive: 'boolean',
    killSwitchActive: 'boolean',
  };

  it('values: all of GET_VALUES', async () => {
    check(await result('values'), VALUES, 'values');
  });

  it('values --watch: a line a sample, the CSV file beside it, and a result when it is stopped', async () => {
    const file = join(bench.folder, 'ride.csv');
    const vesc = bench.start(['values', '--watch', '20', '--csv', file, '--json', '--port', simulator.port]);
    await vesc.printed(/(?:.*"type":"values".*\n){3}/);
    vesc.kill('SIGINT');
    const run = await vesc.ended;
    assert.equal(run.status, 0);
    const samples = run.lines.filter(({ type }) => type === 'values');
    for (const sample of samples) check(sample, { time_s: NUMBER, ...(VALUES as object) }, 'sample');
    check(
      run.result,
      { ...(VALUES as object), samples: NUMBER, duration_ms: NUMBER, csv: 'string' },
      'result',
    );
    assert.equal(run.result['samples'], samples.length);
    const [titles = '', ...rows] = readFileSync(file, 'utf8').trim().split('\n');
    assert.equal(rows.length, samples.length);
    assert.match(titles, /^time_s,tempFet_C,.*voltage_V.*,tempFet1_C,tempFet2_C,tempFet3_C,vd_V,vq_V,/);
    for (const row of rows) assert.equal(row.split(',').length, titles.split(',').length);
    const voltage = titles.split(',').indexOf('voltage_V');
    assert.equal(rows[0]!.split(',')[voltage], '48');
  });

  it('scan: the other nodes by CAN id, each with identity; the local controller apart', async () => {
    const scan = await result('scan');
    const nodes = scan['nodes'] as Record<string, unknown>[];
    assert.equal(nodes.length, 2);
    for (const node of nodes) check(node, IDENTITY, 'node');
    check(scan['local'], IDENTITY, 'local');
    const uuids = [scan['local'] as Record<string, unknown>, ...nodes].map(({ uuid }) => uuid);
    assert.equal(new Set(uuids).size, 3);
  });

  it('--can reaches a node; the own id of the controller at the link is itself', async () => {
    const scan = await result('scan');
    const [node] = scan['nodes'] as { canId: number; uuid: string }[];
    const local = scan['local'] as { canId: number; uuid: string };
    assert.equal((await result('info', '--can', `${node!.canId}`))['uuid'], node!.uuid);
    assert.equal((await result('info', '--can', `${local.canId}`))['uuid'], local.uuid);
    const run = await bench.run(['info', '--json', '--port', simulator.port, '--can', '200']);
    assert.deepEqual([run.status, run.error.code], [3, 'can-node-silent']);
  });

  it('ports: a list, whatever this computer has', async () => {
    const run = await bench.run(['ports', '--json']);
    assert.equal(run.status, 0);
    for (const port of run.result['ports'] as unknown[]) {
      check(port, { path: 'string', kind: /^(usb|uart|unknown)$/, likelyVesc: 'boolean' }, 'port');
    }
  });

  it('terminal: what the firmware prints', async () => {
    const terminal = await result('terminal', 'faults');
    assert.equal(terminal['command'], 'faults');
    assert.match((terminal['prints'] as string[]).join('\n'), /FAULT_CODE_OVER_VOLTAGE/);
  });

  it('stop: every motor behind the link, with the throttle off until it is allowed again', async () => {
    const stop = await result('stop');
    const motors = stop['motors'] as { canId: number | null; state: string }[];
    assert.deepEqual(
      motors.map(({ state }) => state),
      ['stopped', 'stopped', 'stopped'],
    );
    assert.equal(motors[0]!.canId, null);
    check(motors[1], { canId: 'number', state: /^stopped$/, erpm: 'number' }, 'a node');
    assert.equal(stop['inputsAllowed'], false);
    assert.equal((await result('stop', '--allow-inputs'))['inputsAllowed'], true);
  });

  it('reboot: comes back as the same controller', async () => {
    check(await result('reboot'), { uuid: UUID, hardware: 'string', duration_ms: NUMBER }, 'reboot');
    const faults = await result('faults');
    assert.deepEqual(faults['history'], [], 'a restart forgets the faults');
    const earlier = faults['earlier'] as Record<string, unknown>[];
    assert.deepEqual(
      earlier.map(({ fault }) => fault),
      ['FAULT_CODE_OVER_VOLTAGE', 'FAULT_CODE_DRV'],
      'this computer does not',
    );
  });

  it('backup and restore: a file, and every part written back', async () => {
    const folder = bench.makeFolder('backup');
    const backup = await result('backup', folder);
    check(backup, { path: 'string', uuid: UUID, hardware: 'string' }, 'backup');
    assert.deepEqual(
      (backup['parts'] as { what: string }[]).map(({ what }) => what),
      ['motor configuration', 'app configuration'],
    );
    const restore = await result('restore', folder);
    assert.equal(restore['path'], backup['path']);
    assert.deepEqual(
      (restore['restored'] as { outcome: string }[]).map(({ outcome }) => outcome),
      ['restored', 'restored'],
    );
    const other = await bench.run(['restore', bench.makeFolder('empty'), '--json', '--port', simulator.port]);
    assert.deepEqual([other.status, other.error.code], [2, 'no-snapshot']);
  });

  it('sim: is a controller within the program', async () => {
    const run = await bench.run(['info', '--json', '--port', 'sim:75_300?version=6.06&speed=0']);
    assert.equal(run.status, 0);
    assert.equal(run.result['hardware'], '75_300');
    assert.deepEqual((run.result['firmware'] as { minor: number }).minor, 6);
  });

  it('simulate: the first line says where it listens, SIGINT and SIGTERM end it well', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { vesc } = await bench.simulate();
      const first = JSON.parse(vesc.stdout.split('\n')[0]!) as JsonLine;
      check(
        first,
        { type: /^listening$/, address: /^tcp:\/\/127\.0\.0\.1:\d+$/, host: /^127/, port: NUMBER },
        'listening',
      );
      vesc.kill(signal);
      const run = await vesc.ended;
      assert.equal(run.status, 0);
      assert.deepEqual(run.result, { type: 'result', ok: true });
    }
  });

  it('simulate --flash keeps what was flashed', async () => {
    const file = join(bench.folder, 'flash.bin');
    const first = await bench.simulate('--flash', file);
    const image = bench.image('kept.bin', { seed: 9 });
    const flashed = await bench.run(['flash', image, '--json', '--port', first.port]);
    assert.equal(flashed.result['verdict'], 'updated');
    first.vesc.kill('SIGINT');
    await first.vesc.ended;
    const second = await bench.simulate('--flash', file);
    const info = await bench.run(['info', '--json', '--port', second.port]);
    assert.equal((info.result['firmware'] as { buildId: string }).buildId, flashed.result['buildId']);
  });
});
