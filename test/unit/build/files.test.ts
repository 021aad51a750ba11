import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles } from '../../../src/build/files';

describe('the file system', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);

  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vesc-files-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('replaces a file in one step and leaves nothing else', async () => {
    await nodeFiles.write(file('a'), 'old');
    chmodSync(file('a'), 0o600);
    await nodeFiles.write(file('a'), 'new');
    assert.equal(readFileSync(file('a'), 'utf8'), 'new');
    assert.equal(lstatSync(file('a')).mode & 0o777, 0o600, 'what others must not read stays so');
    assert.deepEqual(readdirSync(folder), ['a']);
  });

  it('writes to where a link leads', async () => {
    await nodeFiles.write(file('real'), 'old');
    symlinkSync('real', file('link'));
    await nodeFiles.write(file('link'), 'new');
    assert.ok(lstatSync(file('link')).isSymbolicLink());
    assert.equal(readFileSync(file('real'), 'utf8'), 'new');
  });

  it('makes no file of what is none', async function () {
    if (process.platform === 'win32') this.skip();
    execFileSync('mkfifo', [file('pipe')]);
    const [read] = await Promise.all([readFile(file('pipe'), 'utf8'), nodeFiles.write(file('pipe'), 'x')]);
    assert.equal(read, 'x');
    assert.ok(lstatSync(file('pipe')).isFIFO());
  });

  it('takes several writes of one file at a time', async () => {
    const texts = ['1', '22', '333'];
    await Promise.all(texts.map((text) => nodeFiles.write(file('a'), text)));
    assert.ok(texts.includes(readFileSync(file('a'), 'utf8')));
    assert.deepEqual(readdirSync(folder), ['a']);
  });

  it('leaves no draft behind when it cannot write', async () => {
    mkdirSync(file('a'));
    await assert.rejects(nodeFiles.write(file('a'), 'x'), { code: 'EISDIR' });
    assert.deepEqual(readdirSync(folder), ['a']);
  });
});
