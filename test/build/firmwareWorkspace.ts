import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { type Board, listBoards, selectBoard } from '../../src/build/boards';
import { Builder } from '../../src/build/builder';
import { BuildRecords } from '../../src/build/buildRecord';
import type { BuildOptions, BuildResult } from '../../src/build/buildResult';
import { findFirmwareTree, type FirmwareTree } from '../../src/build/firmwareTree';
import { type BuildHost, thisHost } from '../../src/build/host';
import { findToolchain } from '../../src/build/toolchain';

export const fixtureFolder = path.join(__dirname, '..', 'fixtures', 'firmware');

/** Why nothing can be compiled here; undefined when it can. */
export function missingTools(): string | undefined {
  for (const program of ['arm-none-eabi-gcc', 'make', 'git']) {
    try {
      execFileSync(program, ['--version'], { stdio: 'ignore' });
    } catch {
      return `${program} is not installed`;
    }
  }
  return undefined;
}

/**
 * A layer that needs the compiler. Without one it is reported as one pending test that says why; in CI, where the
 * compiler has to be, it fails.
 */
export function describeWithCompiler(title: string, body: () => void): void {
  const reason = missingTools();
  if (reason === undefined) {
    describe(title, body);
    return;
  }
  describe(title, () => {
    if (process.env['CI']) {
      it('has its compiler', () => {
        throw new Error(`${reason}, but CI has to run this layer`);
      });
    } else it(`is skipped: ${reason}`);
  });
}

/** A copy of the fixture in a folder of its own, under git. */
export class FirmwareWorkspace {
  readonly folder: string;
  readonly root: string;
  readonly dataDirectory: string;
  readonly host: BuildHost = thisHost(2);
  readonly records: BuildRecords;
  readonly builder: Builder;

  constructor(options: { git?: boolean; name?: string } = {}) {
    this.folder = mkdtempSync(path.join(tmpdir(), 'vesc-build-'));
    this.root = path.join(this.folder, options.name ?? 'firmware');
    this.dataDirectory = path.join(this.folder, 'data');
    cpSync(fixtureFolder, this.root, { recursive: true });
    this.records = new BuildRecords(this.dataDirectory, this.host.files, this.host.clock);
    this.builder = new Builder(this.host, this.records);
    if (options.git !== false) {
      this.git('init', '--quiet', '--initial-branch=main');
      this.commit('First');
    }
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  git(...args: string[]): string {
    const identity = [
      '-c',
      'user.name=Test',
      '-c',
      'user.email=test@example.org',
      '-c',
      'commit.gpgsign=false',
    ];
    return execFileSync('git', [...identity, ...args], { cwd: this.root, encoding: 'utf8' }).trim();
  }

  commit(message: string): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  read(file: string): string {
    return readFileSync(path.join(this.root, file), 'utf8');
  }

  write(file: string, text: string): void {
    const at = path.join(this.root, file);
    mkdirSync(path.dirname(at), { recursive: true });
    writeFileSync(at, text);
  }

  edit(file: string, from: string, to: string): void {
    const text = this.read(file);
    if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
    this.write(file, text.replace(from, to));
  }

  tree(): Promise<FirmwareTree> {
    return findFirmwareTree(this.root, this.host);
  }

  async board(name: string): Promise<Board> {
    return selectBoard(await listBoards(await this.tree(), this.host, [this.folder]), name);
  }

  async build(
    board: string | Board = '60',
    options: BuildOptions & { makeArguments?: string[] } = {},
  ): Promise<BuildResult> {
    const tree = await this.tree();
    const toolchain = await findToolchain(tree, {}, this.host);
    return this.builder.build(
      {
        tree,
        toolchain,
        board: typeof board === 'string' ? await this.board(board) : board,
        makeArguments: options.makeArguments ?? [],
      },
      options,
    );
  }
}
