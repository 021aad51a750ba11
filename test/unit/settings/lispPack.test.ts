import assert from 'node:assert/strict';
import { isVescError } from '../../../src/base/errors';
import { importsOf, packLisp, type ReadImport, unpackLisp } from '../../../src/settings/lispPack';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);
const none: ReadImport = () => Promise.resolve({ problem: 'there is no such file' });

describe('packed LispBM code', () => {
  const FILES: Readonly<Record<string, string>> = { 'a.lbm': '(defun f () 1)', 'sub/b.bin': 'xyz' };
  const read: ReadImport = (path) =>
    Promise.resolve(FILES[path] === undefined ? { problem: 'there is no such file' } : bytes(FILES[path]));
  const pack = (source: string, limit_B = 131_064, by = read): Promise<Uint8Array> =>
    packLisp(bytes(source), { file: 'main.lisp', limit_B, read: by });
  const refused = async (work: Promise<unknown>, code: string, words: RegExp): Promise<void> => {
    await assert.rejects(
      work,
      (error) => isVescError(error) && error.code === code && words.test(error.message),
    );
  };

  it('has the source, the table and the contents where the format wants them', async () => {
    const source = `(import "a.lbm" 'a)\n(import "sub/b.bin" 'bb)\n(f)`;
    const packed = await pack(source);
    const view = new DataView(packed.buffer, packed.byteOffset);
    const table = source.length + 1;
    assert.equal(text(packed.subarray(0, table)), `${source}\0`);
    assert.equal(view.getInt16(table), 2);
    // Name with NUL, offset, size; behind the first one of 2 + 8 bytes the second.
    const [first, second] = [view.getInt32(table + 4), view.getInt32(table + 2 + 10 + 3)];
    assert.deepEqual([first % 4, second % 4], [0, 0]);
    assert.deepEqual([view.getInt32(table + 8), view.getInt32(table + 2 + 10 + 7)], [15, 4]);
    assert.equal(text(packed.subarray(first, first + 15)), `${FILES['a.lbm']}\0`);
    assert.equal(text(packed.subarray(second)), 'xyz\0');
    const end = table + 2 + 10 + 11;
    assert.equal(first, Math.ceil(end / 4) * 4);
    assert.ok(packed.subarray(end, first).every((byte) => byte === 0));
  });

  it('comes apart again as it was put together', async () => {
    for (const source of [
      '',
      '(print "hä")',
      `\r\n ( import "a.lbm"   'lïb ) ; why\r\n(import "sub/b.bin" 'b)`,
    ]) {
      const unpacked = unpackLisp(await pack(source));
      assert.equal(text(unpacked.source), source);
      const files = unpacked.files.map(({ name, content }) => [name, text(content)]);
      const wanted = [
        ['lïb', FILES['a.lbm']],
        ['b', 'xyz'],
      ];
      assert.deepEqual(files, source.includes('import') ? wanted : []);
    }
  });

  it('leaves out a byte order mark, which LispBM cannot read', async () => {
    assert.deepEqual(await pack('\ufeff(f)'), await pack('(f)'));
  });

  it('keeps a NUL that ends the source as the only one, and refuses what is no text', async () => {
    assert.deepEqual(await pack('(f)\0'), await pack('(f)'));
    await refused(pack('(f\0)'), 'file-unreadable', /NUL/);
  });

  it('names the line of an import that cannot be read', async () => {
    await refused(
      pack(`; first\n(import "no.lbm" 'x)`),
      'lisp-import',
      /main\.lisp, line 2.*no\.lbm: there is no/,
    );
    await refused(pack(`(import "a.lbm")`), 'lisp-import', /line 1/);
    await refused(pack(`\n\n(import 'a)`), 'lisp-import', /line 3/);
    await refused(pack(`(import "a.lbm 'a)`), 'lisp-import', /line 1/);
    await refused(pack(`(import "pkg::midi@://vesc_packages/midi.vescpkg" 'm)`), 'lisp-import', /packages/);
    await refused(pack(`(import "pkg@x.vescpkg" 'm)`), 'lisp-import', /packages/);
  });

  it('sees no import where VESC Tool sees none', () => {
    const source = ['; (import "x" \'x)', '(important "x" \'x)', '\t(import "x" \'x)', '(IMPORT "x" \'y)'];
    assert.deepEqual(importsOf(source.join('\n'), 'main.lisp'), [{ line: 4, path: 'x', tag: 'y' }]);
  });

  it('fits to the byte, or is refused with its size', async () => {
    const source = `(import "a.lbm" 'a)`;
    const { length } = await pack(source);
    assert.equal((await pack(source, length)).length, length);
    await refused(pack(source, length - 1), 'lisp-too-large', new RegExp(`${length} bytes`));
    await refused(pack(source, 30), 'lisp-too-large', /30/);
    await refused(pack('x'.repeat(31), 31, none), 'lisp-too-large', /32 bytes/);
  });

  it('does not read more imports than VESC Tool can', async () => {
    const many = (n: number): string => `(import "sub/b.bin" 'b)\n`.repeat(n);
    assert.equal(unpackLisp(await pack(many(499))).files.length, 499);
    await refused(pack(many(500)), 'lisp-import', /line 500.*more than 499/);
  });

  it('is taken apart as far as it is whole', async () => {
    const packed = await pack(`(import "a.lbm" 'a)`);
    assert.deepEqual(unpackLisp(bytes('(f)')), { source: bytes('(f)'), files: [] });
    assert.deepEqual(unpackLisp(bytes('(f)\0')).files, []);
    assert.deepEqual(unpackLisp(packed.subarray(0, packed.length - 5)).files, []);
    const damaged = packed.slice();
    new DataView(damaged.buffer).setInt16(packed.indexOf(0) + 1, 30_000);
    assert.deepEqual(unpackLisp(damaged).files, []);
    new DataView(damaged.buffer).setInt16(packed.indexOf(0) + 1, 400);
    assert.equal(unpackLisp(damaged).files[0]?.name, 'a');
  });
});
