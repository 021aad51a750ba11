import assert from 'node:assert/strict';
import fc from 'fast-check';
import { isToHost, isToView, type ToHost, type ToView } from '../../../../src/views/liveData/messages';
import { webviewPage } from '../../../../src/views/webview/page';

const TO_HOST: readonly ToHost[] = [
  { type: 'ready' },
  { type: 'want', signals: ['erpm'], rate_hz: 50 },
  { type: 'capture', mode: 'now', length: 100, decimation: 1 },
  { type: 'detect', mode: 2 },
  { type: 'hold', press: 1, beat: 2, mode: 'duty', value: 0.5 },
  { type: 'release', press: 0 },
];
const TO_VIEW: readonly ToView[] = [
  { type: 'controller', title: 'a', place: 'b', state: 'connected', canTest: true },
  { type: 'rows', signals: ['erpm'], rows: [[0, 0, null]] },
  { type: 'recording', on: true, name: 'a.csv', rows: 1 },
  {
    type: 'plot',
    steps: [
      { kind: 'init', xLabel: '', yLabel: '' },
      { kind: 'point', x: 1, y: 2 },
    ],
  },
  { type: 'limits', ranges: [{ mode: 'duty', min: -1, max: 1 }], timeout_ms: 1000 },
  {
    type: 'capture',
    state: 'done',
    got: 1,
    wanted: 1,
    columns: [{ id: 'a', label: 'A', unit: 'A', values: [1] }],
  },
];

describe('messages of the live view', () => {
  it('have the shapes that both sides know', () => {
    for (const message of TO_HOST) assert.ok(isToHost(message), message.type);
    for (const message of TO_VIEW) assert.ok(isToView(message), message.type);
    for (const message of TO_HOST) assert.equal(isToView(message), false);
  });

  it('are refused when anything about them is otherwise', () => {
    const odd: unknown[] = [
      null,
      'ready',
      [],
      {},
      { type: 'unknown' },
      { type: 'toString' },
      { type: 'ready', more: 1 },
      { type: 'want', signals: ['erpm'] },
      { type: 'want', signals: 'erpm', rate_hz: 50 },
      { type: 'want', signals: ['erpm'], rate_hz: 51 },
      { type: 'want', signals: ['erpm'], rate_hz: 1.5 },
      { type: 'want', signals: Array.from({ length: 1000 }, () => 'erpm'), rate_hz: 1 },
      { type: 'hold', press: 1, beat: 2, mode: 'explode', value: 0.5 },
      { type: 'hold', press: 1, beat: 2, mode: 'duty', value: Number.NaN },
      { type: 'hold', press: 1, beat: 2, mode: 'duty', value: '1' },
      { type: 'capture', mode: 'now', length: 2000, decimation: 1 },
      Object.create({ type: 'ready' }),
    ];
    for (const message of odd) assert.equal(isToHost(message), false, JSON.stringify(message));
    assert.equal(isToView({ type: 'rows', signals: ['a'], rows: [[0, 'x']] }), false);
    assert.equal(isToView({ type: 'plot', steps: [{ kind: 'point', x: 1 }] }), false);
    assert.equal(
      isToView({ type: 'controller', title: 'x'.repeat(5000), place: '', state: '', canTest: true }),
      false,
    );
  });

  it('never throw, whatever comes', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        isToHost(value);
        isToView(value);
      }),
    );
  });
});

describe('the page of the live view', () => {
  it('runs its own script alone, and loads nothing from the network', () => {
    const page = webviewPage({
      title: 'T',
      script: 'S',
      style: 'C',
      source: 'vscode-resource:',
      nonce: 'abc',
    });
    assert.match(page, /default-src 'none'; style-src vscode-resource:; script-src 'nonce-abc'"/);
    assert.equal(page.match(/<script/g)!.length, 1);
    assert.match(page, /<script nonce="abc" src="S"><\/script>/);
    assert.doesNotMatch(page, /unsafe|https?:/);
  });
});
