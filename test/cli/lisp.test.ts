import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, buildCli } from './vesc';

/** LispBM from the command line. */
describe('vesc lisp', () => {
  let bench: Bench;
  let port: string;

  before(async () => {
    buildCli();
    bench = new Bench();
    ({ port } = await bench.simulate());
    bench.file('lib.lbm', '(defun f (x) (+ x 1))\n');
    bench.file('main.lisp', `(import "lib.lbm" 'lib)\n(print "hello")\n`);
  });
  after(() => bench.dispose());

  const lisp = (...args: string[]) => bench.run(['lisp', ...args, '--port', port, '--json']);

  it('uploads a file with its imports, reads it back and runs it', async () => {
    const { status, result, lines } = await lisp('upload', 'main.lisp');
    assert.equal(status, 0);
    assert.deepEqual(result['imports'], [{ name: 'lib', size_B: 22 }]);
    assert.deepEqual([result['changed'], result['running']], [true, true]);
    const stages = lines.filter(({ type }) => type === 'progress').map((line) => line['stage']);
    assert.deepEqual([...new Set(stages)], ['erasing', 'writing', 'reading back']);
    const again = await lisp('upload', 'main.lisp', '--no-run');
    assert.deepEqual([again.result['changed'], again.result['running']], [false, false]);
  });

  it('reads the stored source back', async () => {
    const { result } = await lisp('read');
    assert.equal(result['source'], `(import "lib.lbm" 'lib)\n(print "hello")\n`);
    await lisp('read', 'copy.lisp');
    const copy = readFileSync(join(bench.folder, 'copy.lisp'), 'utf8');
    assert.equal(copy, result['source']);
  });

  it('erases nothing when an import is missing, and names its line', async () => {
    bench.file('bad.lisp', `; one\n(import "no.lbm" 'no)\n`);
    const { status, error } = await lisp('upload', 'bad.lisp');
    assert.deepEqual([status, error.code], [2, 'lisp-import']);
    assert.match(error.happened, /bad\.lisp, line 2/);
    assert.equal((await lisp('read')).result['stored'], true);
    for (const [name, content] of [
      ['empty.lisp', ''],
      ['blank.lisp', ' \r\n\t\n\0'],
    ] as const) {
      bench.file(name, content);
      const empty = await lisp('upload', name);
      assert.deepEqual([empty.status, empty.error.code], [2, 'lisp-empty']);
    }
    bench.file('large.lisp', ';'.repeat(131_064));
    const large = await lisp('upload', 'large.lisp');
    assert.deepEqual([large.status, large.error.code], [4, 'lisp-too-large']);
    assert.equal((await lisp('read')).result['stored'], true);
  });

  it('runs and stops it', async () => {
    assert.equal((await lisp('stop')).result['running'], false);
    assert.equal((await lisp('run')).result['running'], true);
  });

  it('evaluates an expression, and lines one after the other', async () => {
    assert.deepEqual((await lisp('repl', '(+ 1 2)')).result['prints'], ['> 3']);
    const { result, lines } = await bench.run(['lisp', 'repl', '--port', port, '--json'], {
      input: '(+ 1 1)\n\n(* 2 3)\n',
    });
    assert.equal(result['expressions'], 2);
    const prints = lines.filter(({ type }) => type === 'print').map((line) => line['text']);
    assert.deepEqual(prints, ['> 2', '> 6']);
  });

  it('says what it needs, and where there is no LispBM', async () => {
    for (const args of [
      [],
      ['upload'],
      ['runn'],
      ['stop', 'now'],
      ['upload', 'a', 'b'],
      ['run', '--no-run'],
    ]) {
      const { status, error } = await lisp(...args);
      assert.deepEqual([status, error.code], [2, 'usage'], args.join(' '));
    }
    const old = await bench.simulate('--version', '5.03');
    const { status, error } = await bench.run(['lisp', 'run', '--port', old.port, '--json']);
    assert.deepEqual([status, error.code], [2, 'no-lispbm']);
  });
});
