import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  fieldsFor,
  FIRST_SIGNALS,
  signalById,
  SIGNALS,
  signalValue,
} from '../../../../src/controllers/signals';
import { valueColumns } from '../../../../src/controllers/valueTable';
import { FirmwarePlot } from '../../../../src/views/liveData/firmwarePlot';
import { spectrumOf, transform } from '../../../../src/views/liveData/spectrum';
import { stateWords } from '../../../../src/views/liveData/stateWords';
import { tabAfter } from '../../../../src/views/liveData/tabKeys';
import { FaultTrigger, TimeWindow } from '../../../../src/views/liveData/timeWindow';

describe('signals', () => {
  it('are unique, readable, and named as in a recording', () => {
    const ids = SIGNALS.map(({ id }) => id);
    assert.equal(new Set(ids).size, ids.length);
    assert.equal(new Set(SIGNALS.map(({ label }) => label)).size, ids.length);
    const columns = valueColumns();
    for (const id of ids) assert.ok(columns.includes(id) || /^(setup|stats)\./.test(id), id);
    for (const id of FIRST_SIGNALS) assert.ok(signalById(id), id);
  });

  it('say what must be read for them, each thing once, and the fault in any case', () => {
    assert.deepEqual(
      fieldsFor(['tempFet1_C', 'tempFet2_C', 'setup.speed_mps', 'stats.powerMax_W', 'nothing']),
      {
        values: ['fault', 'tempFets_C'],
        setup: ['speed_mps'],
        stats: ['powerMax_W'],
      },
    );
    const reading = { time_ms: 0, values: { tempFets_C: [1, 2, 3] }, setup: { speed_mps: 4 }, stats: {} };
    assert.equal(signalValue('tempFet2_C', reading), 2);
    assert.equal(signalValue('setup.speed_mps', reading), 4);
    assert.equal(signalValue('stats.powerMax_W', reading), undefined);
    assert.equal(signalValue('nothing', reading), undefined);
  });
});

describe('the head of the view', () => {
  it('tells the cause why there are no values, and nothing while there are', () => {
    assert.equal(stateWords('disconnected', 'The cable was pulled.'), 'Not connected. The cable was pulled.');
    assert.equal(stateWords('silent', undefined), 'Does not answer.');
    assert.equal(stateWords('connected', undefined), '');
    assert.equal(stateWords('no such state', 'x'), '');
  });

  it('goes from tab to tab by the keyboard, around and to both ends', () => {
    const after = (key: string): (number | undefined)[] => [0, 1, 2].map((index) => tabAfter(key, index, 3));
    assert.deepEqual(after('ArrowRight'), [1, 2, 0]);
    assert.deepEqual(after('ArrowLeft'), [2, 0, 1]);
    assert.deepEqual(after('Home'), [0, 0, 0]);
    assert.deepEqual(after('End'), [2, 2, 2]);
    assert.deepEqual(after('Enter'), [undefined, undefined, undefined]);
  });
});

describe('the part of the time that is seen', () => {
  it('follows the newest until it is stopped', () => {
    const window = new TimeWindow(10);
    assert.deepEqual(window.range(100), [90, 100]);
    window.pause(100);
    assert.equal(window.follows, false);
    assert.deepEqual(window.range(200), [90, 100]);
    window.pause(200);
    assert.deepEqual(window.range(200), [90, 100], 'stopped is stopped');
    window.resume();
    assert.deepEqual(window.range(200), [190, 200]);
  });

  it('is zoomed around a place, and keeps to the newest while it follows', () => {
    const window = new TimeWindow(10);
    window.zoom(0.5, 95, 100, 600);
    assert.deepEqual(window.range(100), [95, 100]);
    window.show(10, 20);
    window.zoom(0.5, 12, 100, 600);
    assert.deepEqual(window.range(100), [11, 16]);
    window.zoom(1000, 12, 100, 600);
    assert.equal(window.span_s, 600);
    window.zoom(1e-9, 12, 100, 600);
    assert.equal(window.span_s, 0.05);
  });

  it('is moved within what there is', () => {
    const window = new TimeWindow(10);
    window.pan(-0.5, 0, 100);
    assert.deepEqual(window.range(100), [85, 95]);
    window.pan(-100, 0, 100);
    assert.deepEqual(window.range(100), [0, 10]);
    window.pan(100, 0, 100);
    assert.deepEqual(window.range(100), [90, 100]);
  });
});

describe('the trigger on a fault', () => {
  it('strikes once, a while after the fault appeared, when it is armed', () => {
    const trigger = new FaultTrigger(1);
    assert.equal(trigger.step(0, 5), false);
    assert.equal(trigger.step(9, 0), false);
    trigger.armed = true;
    assert.equal(trigger.step(10, 5), false);
    assert.equal(trigger.step(10.5, 0), false);
    assert.equal(trigger.step(11, 0), true);
    assert.equal(trigger.armed, false);
    assert.equal(trigger.step(12, 5), false);
    assert.equal(trigger.step(20, 0), false);
  });

  it('does not take a fault that was there before for a new one', () => {
    const trigger = new FaultTrigger(1);
    trigger.step(0, 5);
    trigger.armed = true;
    assert.equal(trigger.step(5, 5), false);
    assert.equal(trigger.step(9, 5), false);
  });
});

describe('the spectrum of samples', () => {
  const sine = (hertz: number, ampere: number, length = 1000, rate_Hz = 25_000): number[] =>
    Array.from({ length }, (_, at) => 7 + ampere * Math.sin((2 * Math.PI * hertz * at) / rate_Hz));

  it('shows a tone where it is and as large as it is, without the mean', () => {
    for (const [hertz, ampere] of [
      [500, 3],
      [2345, 10],
    ] as const) {
      const { frequencies_Hz, amplitudes } = spectrumOf(sine(hertz, ampere), 25_000);
      const peak = amplitudes.indexOf(Math.max(...amplitudes));
      assert.ok(Math.abs(frequencies_Hz[peak]! - hertz) < 25, `${frequencies_Hz[peak]}`);
      assert.ok(Math.abs(amplitudes[peak]! - ampere) < 0.15 * ampere, `${amplitudes[peak]}`);
      assert.ok(amplitudes[0]! < 0.05);
    }
  });

  it('is that of the definition', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 8, maxLength: 8 }),
        (list) => {
          const real = Float64Array.from(list);
          const imaginary = new Float64Array(8);
          transform(real, imaginary);
          for (let k = 0; k < 8; k++) {
            const expected = list.reduce(
              (sum, value, n) => sum + value * Math.cos((2 * Math.PI * k * n) / 8),
              0,
            );
            const other = list.reduce(
              (sum, value, n) => sum - value * Math.sin((2 * Math.PI * k * n) / 8),
              0,
            );
            assert.ok(Math.abs(real[k]! - expected) < 1e-9 && Math.abs(imaginary[k]! - other) < 1e-9);
          }
        },
      ),
    );
  });

  it('of nothing is nothing', () => {
    assert.deepEqual(spectrumOf([], 25_000).amplitudes, []);
    assert.deepEqual(spectrumOf([1], 25_000).amplitudes, []);
    assert.deepEqual(spectrumOf([1, 2, 3], 0).amplitudes, []);
    assert.ok(spectrumOf([1, 2], 10).amplitudes.every(Number.isFinite));
  });
});

describe('a plot of the firmware', () => {
  it('is built step by step, and begins anew', () => {
    const plot = new FirmwarePlot();
    plot.add({ kind: 'point', x: 1, y: 2 });
    assert.equal(plot.graphs.length, 1, 'a point without a graph makes one');
    plot.add({ kind: 'init', xLabel: 't', yLabel: 'A' });
    assert.equal(plot.isEmpty, true);
    plot.add({ kind: 'addGraph', name: 'one' });
    plot.add({ kind: 'addGraph', name: 'two' });
    plot.add({ kind: 'point', x: 2, y: 20 });
    plot.add({ kind: 'setGraph', index: 1 });
    plot.add({ kind: 'point', x: 1, y: 10 });
    plot.add({ kind: 'setGraph', index: 9 });
    plot.add({ kind: 'point', x: 1, y: 10 });
    assert.equal(plot.lost, 1);
    assert.deepEqual(plot.aligned(), {
      x: [1, 2],
      y: [
        [null, 20],
        [10, null],
      ],
    });
    assert.deepEqual(
      [plot.xLabel, plot.yLabel, plot.graphs.map(({ name }) => name)],
      ['t', 'A', ['one', 'two']],
    );
  });

  it('of a firmware that does not stop does not grow without end', () => {
    const plot = new FirmwarePlot();
    for (let at = 0; at < 100; at++) plot.add({ kind: 'addGraph', name: 'x'.repeat(1000) });
    for (let at = 0; at < 50_000; at++) plot.add({ kind: 'point', x: at, y: at });
    assert.equal(plot.graphs.length, 24);
    assert.equal(plot.graphs[0]!.x.length, 20_000);
    assert.equal(plot.lost, 30_000);
  });
});
