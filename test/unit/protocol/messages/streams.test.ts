import assert from 'node:assert/strict';
import * as logs from '../../../../src/protocol/messages/logs';
import * as plots from '../../../../src/protocol/messages/plots';
import * as samples from '../../../../src/protocol/messages/samples';
import { bytes, sends } from './exchange';

describe('plots', () => {
  const STEPS: readonly (readonly [string, plots.PlotStep])[] = [
    ['4b "t" 00 "A" 00', { kind: 'init', xLabel: 't', yLabel: 'A' }],
    ['4d "g" 00', { kind: 'addGraph', name: 'g' }],
    ['4e 02', { kind: 'setGraph', index: 2 }],
    ['4c 3f800000 bf000000', { kind: 'point', x: 1, y: -0.5 }],
  ];
  for (const [payload, step] of STEPS) {
    it(`carry a step: ${step.kind}`, () => {
      assert.deepEqual(plots.decodePlotStep(bytes(payload)), step);
      sends(plots.encodePlotStep(step), payload);
    });
  }

  it('know their payloads from others', () => {
    assert.equal(plots.decodePlotStep(bytes('04')), undefined);
    assert.equal(plots.decodePlotStep(new Uint8Array(0)), undefined);
  });

  it('have company: rotor positions and experiments', () => {
    assert.equal(plots.decodeRotorPosition(bytes('16 0112a880')), 180);
    assert.equal(plots.decodeRotorPosition(bytes('17 0112a880')), undefined);
    sends(plots.encodeRotorPosition(180), '16 0112a880');
    assert.deepEqual(plots.decodeExperimentSample(bytes('17 00002710 ffffd8f0 00')), [1, -1]);
    assert.equal(plots.decodeExperimentSample(bytes('16 00002710')), undefined);
  });
});

describe('samples', () => {
  it('are ordered', () => {
    const order = { mode: samples.SampleMode.triggerFault, length: 1000, decimation: 2 };
    sends(samples.samplePrint(order), '13 04 03e8 02');
    sends(samples.samplePrint({ ...order, raw: true }), '13 04 03e8 02 01');
    sends(samples.samplePrint({ ...order, raw: false }), '13 04 03e8 02 00');
  });

  it('are numbered as in the firmware', () => {
    const modes =
      'off now atStart triggerStart triggerFault triggerStartKept triggerFaultKept sendLast sendSingle';
    assert.deepEqual(
      Object.entries(samples.SampleMode),
      modes.split(' ').map((mode, i) => [mode, i]),
    );
    assert.equal(samples.MAX_SAMPLES, 1000);
  });

  const common = {
    current1_A: 1,
    current2_A: 2,
    phase1_V: 4,
    phase2_V: 8,
    phase3_V: 16,
    zero_V: 32,
    currentFiltered_A: 64,
    switchingFrequency_Hz: 0.5,
    commutationStep: 5,
    hallState: 3,
    phase_deg: 180,
  };
  const CURRENTS = '3f800000 40000000';
  const REST = '40800000 41000000 41800000 42000000 42800000 3f000000 1d 7d';

  it('are read from 6.05 and newer', () => {
    const payload = bytes(`13 03e7 ${CURRENTS} 40400000 ${REST} 000003e7`);
    assert.equal(payload.length, 45);
    const sample = { ...common, current3_A: 3, index: 999 };
    assert.deepEqual(samples.decodeSample(payload), sample);
    assert.deepEqual(samples.encodeSample(sample), payload);
    const { current3_A: _, ...two } = sample;
    assert.equal(samples.decodeSample(samples.encodeSample(two))!.current3_A, 0);
  });

  it('are read from older firmware', () => {
    const payload = bytes(`13 ${CURRENTS} ${REST}`);
    assert.equal(payload.length, 35);
    assert.deepEqual(samples.decodeSample(payload), common);
    assert.deepEqual(samples.encodeSample(common), payload);
    assert.equal(samples.decodeSample(bytes('14')), undefined);
  });
});

describe('logs', () => {
  const STEPS: readonly (readonly [string, logs.LogStep])[] = [
    [
      '91 0003 42480000 01 00 01',
      { kind: 'start', fields: 3, rate_Hz: 50, appendTime: true, appendGnss: false, appendGnssTime: true },
    ],
    ['92', { kind: 'stop' }],
    [
      '93 0001 "v_in" 00 "Input Voltage" 00 "V" 00 02 01 00',
      {
        ...{ kind: 'field', index: 1, key: 'v_in', name: 'Input Voltage', unit: 'V' },
        ...{ precision: 2, relative: true, timestamp: false },
      },
    ],
    ['94 0001 3f800000 40000000', { kind: 'data', firstField: 1, values: [1, 2] }],
    ['97 0000 3f800000 00000000', { kind: 'data', firstField: 0, values: [1] }],
  ];
  for (const [payload, step] of STEPS) {
    it(`carry a step: ${payload.slice(0, 2)}, ${step.kind}`, () => {
      assert.deepEqual(logs.decodeLogStep(bytes(payload)), step);
    });
  }

  it('know their payloads from others', () => {
    assert.equal(logs.decodeLogStep(bytes('95')), undefined);
    assert.equal(logs.decodeLogStep(new Uint8Array(0)), undefined);
  });

  it('have company: bytes of apps and hardware', () => {
    sends(logs.customAppData(bytes('aabb')), '24 aabb');
    sends(logs.customHwData(bytes('aabb')), '77 aabb');
    assert.deepEqual(logs.decodeCustomAppData(bytes('24 aabb')), bytes('aabb'));
    assert.deepEqual(logs.decodeCustomHwData(bytes('77 aabb')), bytes('aabb'));
    assert.equal(logs.decodeCustomAppData(bytes('77 aabb')), undefined);
    assert.equal(logs.decodeCustomHwData(bytes('24 aabb')), undefined);
  });
});
