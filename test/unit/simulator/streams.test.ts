import assert from 'node:assert/strict';
import { setDuty } from '../../../src/protocol/messages/motor';
import { decodePlotStep, type PlotStep } from '../../../src/protocol/messages/plots';
import { decodeSample, type Sample, SampleMode, samplePrint } from '../../../src/protocol/messages/samples';
import { terminalCommand } from '../../../src/protocol/messages/terminal';
import { bench } from './upload';

const samplesOf = (payloads: readonly Uint8Array[]): Sample[] =>
  payloads.flatMap((payload) => decodeSample(payload) ?? []);

describe('streams of the simulated controller', () => {
  const ORDER = { mode: SampleMode.now, length: 100, decimation: 2 } as const;

  it('are samples of the turning motor, numbered from 6.05 on', async () => {
    const { host } = bench();
    await host.exchange(setDuty(0.5), 900);
    const payloads = await host.exchange(samplePrint(ORDER), 100);
    const samples = samplesOf(payloads);
    assert.deepEqual(
      samples.map(({ index }) => index),
      Array.from({ length: 100 }, (_, index) => index),
    );
    assert.equal(payloads.at(-1)!.length, 45);
    const sums = samples.map(
      ({ current1_A, current2_A, current3_A = 0 }) => current1_A + current2_A + current3_A,
    );
    assert.ok(sums.every((sum) => Math.abs(sum) < 1));
    assert.ok(
      samples.some(({ current1_A }) => current1_A > 0.5) && samples.some(({ current1_A }) => current1_A < 0),
    );
    const single = samplesOf(
      await host.exchange(samplePrint({ ...ORDER, mode: SampleMode.sendSingle, length: 7 }), 5),
    );
    assert.deepEqual(single, [samples[7]]);
    assert.equal(
      samplesOf(await host.exchange(samplePrint({ ...ORDER, mode: SampleMode.sendLast }), 50)).length,
      100,
    );
  });

  it('are shorter before 6.05', async () => {
    const { host } = bench({ version: { major: 6, minor: 2, test: 0 } });
    const payloads = await host.exchange(samplePrint(ORDER), 100);
    assert.equal(payloads.length, 100);
    assert.equal(payloads[0]!.length, 35);
  });

  it('wait for their trigger, and can be given up', async () => {
    const { host, controller } = bench();
    const fault = { ...ORDER, mode: SampleMode.triggerFault };
    assert.equal(samplesOf(await host.exchange(samplePrint(fault), 500)).length, 0);
    controller.setFault('FAULT_CODE_DRV');
    assert.equal(samplesOf(await host.exchange(new Uint8Array([30]), 100)).length, 100);
    await host.exchange(samplePrint({ ...ORDER, mode: SampleMode.triggerStart }), 500);
    await host.exchange(samplePrint({ ...ORDER, mode: SampleMode.off }), 20);
    assert.equal(samplesOf(await host.exchange(setDuty(0.2), 200)).length, 0);
    await host.exchange(samplePrint({ ...ORDER, mode: SampleMode.triggerStartKept }), 100);
    assert.equal(
      samplesOf(await host.exchange(samplePrint({ ...ORDER, mode: SampleMode.sendLast }), 50)).length,
      100,
    );
  });

  it('are plots of a terminal command', async () => {
    const { host } = bench();
    const payloads = await host.exchange(terminalCommand('hall_analyze 5'), 10_000);
    const steps = payloads.flatMap((payload): PlotStep[] => [decodePlotStep(payload) ?? []].flat());
    assert.deepEqual(steps[0], { kind: 'init', xLabel: 'Angle', yLabel: 'Hall' });
    assert.equal(steps.filter(({ kind }) => kind === 'addGraph').length, 3);
    assert.equal(steps.filter(({ kind }) => kind === 'point').length, 3 * 144);
    assert.match((await host.terminal('hall_analyze', 10)).join(), /requires one argument/);
  });
});
