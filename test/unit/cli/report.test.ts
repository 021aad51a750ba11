import assert from 'node:assert/strict';
import { VescError } from '../../../src/base/errors';
import { JsonReport, TextReport } from '../../../src/cli/report';
import { fakeOutput, type FakeStream } from './fakeOutput';

const json = (stream: FakeStream): unknown[] =>
  stream.text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);

describe('the JSON report', () => {
  it('writes one object a line, the result with its type and ok', () => {
    const { output, stdout, stderr } = fakeOutput();
    const report = new JsonReport(output);
    report.event('listening', { port: 1 });
    report.note('a');
    report.warn('b');
    report.log('c');
    report.result({ uuid: 'x' });
    assert.deepEqual(json(stdout), [
      { type: 'listening', port: 1 },
      { type: 'note', message: 'a' },
      { type: 'warning', message: 'b' },
      { type: 'log', line: 'c' },
      { type: 'result', ok: true, uuid: 'x' },
    ]);
    assert.equal(stderr.text, '');
  });

  it('carries an error with its code and words, beside what is known', () => {
    const { output, stdout } = fakeOutput();
    const error = new VescError('port-busy', { path: '/dev/ttyACM0' });
    new JsonReport(output).failure(error, { verdict: 'refused' });
    const { code, happened, state, next, message } = error;
    assert.deepEqual(json(stdout), [
      { type: 'result', ok: false, verdict: 'refused', error: { code, happened, state, next, message } },
    ]);
  });

  it('leaves out progress that is no news', () => {
    const { output, stdout } = fakeOutput();
    const report = new JsonReport(output);
    for (let step = 0; step <= 1000; step++) {
      report.progress({ stage: 'upload', fraction: step / 1000, message: 'Uploading', bytesPerSecond: step });
    }
    report.progress({ stage: 'commit', fraction: 1, message: 'Starting' });
    const lines = json(stdout) as { fraction: number }[];
    assert.ok(lines.length > 90 && lines.length < 110, `${lines.length}`);
    assert.deepEqual(lines.at(-2), {
      type: 'progress',
      stage: 'upload',
      fraction: 1,
      message: 'Uploading',
      bytesPerSecond: 1000,
    });
  });
});

describe('the text report', () => {
  it('puts results on stdout and everything else on stderr', () => {
    const { output, stdout, stderr } = fakeOutput();
    const report = new TextReport(output);
    report.event('phase', {});
    report.event('print', {}, 'printed');
    report.note('remark');
    report.warn('careful');
    report.log('make');
    report.result({ hidden: 1 }, ['one', 'two']);
    assert.equal(stdout.text, 'printed\none\ntwo\n');
    assert.equal(stderr.text, 'remark\nWarning: careful\nmake\n');
  });

  it('tells an error line by line and leaves out what is empty', () => {
    const { output, stdout, stderr } = fakeOutput();
    new TextReport(output).failure(new VescError('usage', { problem: 'No.' }), {}, ['what is known']);
    assert.equal(stdout.text, 'what is known\n');
    assert.equal(stderr.text, 'Error: No.\nSee vesc --help.\n(usage)\n');
  });

  it('shows a line a stage in a pipe', () => {
    const { output, stderr } = fakeOutput();
    const report = new TextReport(output);
    report.progress({ stage: 'erase', fraction: 0, message: 'Erasing' });
    for (const fraction of [0, 0.5, 1]) report.progress({ stage: 'upload', fraction, message: 'Uploading' });
    assert.equal(stderr.text, 'Erasing …\nUploading …\n');
  });

  it('shows a bar in a terminal, no wider than it is', () => {
    const { output, stderr } = fakeOutput({ tty: true, columns: 60 });
    const report = new TextReport(output);
    report.progress({ stage: 'upload', fraction: 0.5, message: 'Uploading', bytesPerSecond: 41_000 });
    assert.deepEqual(stderr.shown, ['████████████░░░░░░░░░░░░  50 %  Uploading  41.0 KB/s']);
    report.progress({ stage: 'upload', fraction: 1.5, message: 'x'.repeat(200), detail: 'y' });
    assert.equal(stderr.shown[0]!.length, 59);
  });
});
