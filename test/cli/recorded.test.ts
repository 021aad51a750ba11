import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { fromHex, toHex } from '../../src/protocol/bytes';
import { encodeFrame, FrameDecoder } from '../../src/protocol/frame';
import recordings from '../data/vesc-recordings-7.01.json';
import { Bench, buildCli, type JsonLine } from './vesc';

const held = recordings.held_values;

/** Serves what the real firmware answered, and nothing to a question nobody asked it. */
function serveRecordings(): Server {
  const answers = new Map<string, readonly string[]>();
  for (const { request, replies } of recordings.exchanges) {
    if (!answers.has(request)) answers.set(request, replies);
  }
  return createServer((socket) => {
    const decoder = new FrameDecoder();
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const payload of decoder.push(bytes)) {
        for (const reply of answers.get(toHex(payload)) ?? []) socket.write(encodeFrame(fromHex(reply)));
      }
    });
  });
}

describe('vesc against recorded answers of the real firmware', () => {
  let bench: Bench;
  let server: Server;
  let port: string;

  before(async () => {
    buildCli();
    bench = new Bench();
    server = serveRecordings();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const bound = server.address();
    port = `tcp://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`;
  });
  after(async () => {
    server.close();
    await bench.dispose();
  });

  async function result(command: string): Promise<JsonLine> {
    const run = await bench.run([command, '--json', '--port', port]);
    assert.equal(run.status, 0, run.stdout + run.stderr);
    return run.result;
  }

  it('info: who it is and how it is', async () => {
    const { firmware, bootloader, ...info } = await result('info');
    assert.deepEqual(info, {
      type: 'result',
      ok: true,
      uuid: '5457494e000102030405060a',
      hardware: '60_MK6',
      hardwareType: 'vesc',
      canId: 10,
      fault: null,
      voltage_V: held.v_in,
      tempFet_C: held.temp_fet,
      tempMotor_C: held.temp_motor,
      erpm: held.rpm,
      duty: held.duty,
      motorCurrent_A: held.motor_current,
      inputCurrent_A: held.input_current,
    });
    assert.deepEqual(bootloader, { state: 'unknown' });
    const { major, minor, test } = firmware as Record<string, number>;
    assert.deepEqual([major, minor, test], [7, 1, 1]);
  });

  it('values: what the firmware held', async () => {
    const values = await result('values');
    const expected = {
      id_A: held.id,
      iq_A: held.iq,
      vd_V: held.vd,
      vq_V: held.vq,
      charge_Ah: held.ah,
      energyRegenerated_Wh: held.wh_charged,
      tachometer: held.tacho,
      tachometerAbs: held.tacho_abs,
      pidPosition_deg: held.pid_pos,
      controllerId: 10,
    };
    for (const [field, value] of Object.entries(expected)) assert.equal(values[field], value, field);
  });

  it('faults: the history it printed', async () => {
    const { active, history } = await result('faults');
    assert.equal(active, null);
    assert.deepEqual(
      (history as { fault: string }[]).map(({ fault }) => fault.replace('FAULT_CODE_', '')),
      ['OVER_VOLTAGE', 'ABS_OVER_CURRENT', 'UNDER_VOLTAGE', 'OVER_TEMP_FET'],
    );
  });
});
