import assert from 'node:assert/strict';
import { printable, styleFor } from '../../../src/cli/output';
import { fakeOutput } from './fakeOutput';

const ESCAPE = '\u001b';

describe('output', () => {
  it('colours for terminals only, and not against the will of the reader', () => {
    const red = (env: Record<string, string>, isTTY = true): string => styleFor({ isTTY }, env).red('x');
    assert.equal(red({}), `${ESCAPE}[31mx${ESCAPE}[39m`);
    assert.equal(red({ NO_COLOR: '1' }), 'x');
    assert.equal(red({ NO_COLOR: '' }), `${ESCAPE}[31mx${ESCAPE}[39m`);
    assert.equal(red({ TERM: 'dumb' }), 'x');
    assert.equal(red({}, false), 'x');
    assert.equal(styleFor({ isTTY: true }, {}).bold(''), '');
  });

  it('lets no controller move the cursor', () => {
    assert.equal(printable(`a${ESCAPE}[2Jb\u009bc\u0007d`), 'a\ufffd[2Jb\ufffdc\ufffdd');
    assert.equal(printable('tab\there\nand there'), 'tab\there\nand there');
    assert.equal(printable(`${ESCAPE}[31mred${ESCAPE}[39m`), `${ESCAPE}[31mred${ESCAPE}[39m`);
  });

  it('writes over a transient line and takes it away before anything else', () => {
    const { output, stdout, stderr } = fakeOutput({ tty: true, columns: 40 });
    assert.equal(output.transientWidth, 39);
    output.showTransient('a long one', 10);
    output.showTransient('short', 5);
    assert.deepEqual(stderr.shown, ['short']);
    output.line('result');
    assert.deepEqual(stderr.shown, ['']);
    assert.equal(stdout.text, 'result\n');
  });

  it('has no transient line where the terminal does not say how wide it is, and none in a pipe', () => {
    assert.equal(fakeOutput({ tty: true, columns: 0 }).output.transientWidth, 79);
    assert.equal(fakeOutput().output.transientWidth, undefined);
  });

  it('stays quiet when the reader hangs up, and tells it once', async () => {
    const { output, stdout, stderr } = fakeOutput();
    let gone = 0;
    output.onReaderGone(() => gone++);
    for (let times = 0; times < 2; times++)
      stdout.emit('error', Object.assign(new Error(), { code: 'EPIPE' }));
    output.line('nobody reads this');
    await output.flush();
    assert.deepEqual([gone, stdout.text, stderr.text], [1, '', '']);
    assert.ok(await output.flush(), 'a reader who had enough has lost nothing');
  });

  it('tells when the output cannot be written for another reason', async () => {
    const { output, stdout, stderr } = fakeOutput();
    assert.ok(await output.flush());
    stdout.emit('error', Object.assign(new Error('no space left'), { code: 'ENOSPC' }));
    assert.match(stderr.text, /no space left/);
    assert.equal(await output.flush(), false);
  });
});
