import * as path from 'node:path';
import { createHash } from 'node:crypto';
import { VescError } from '../base/errors';
import { stampImage } from '../image/buildStamp';
import { IMAGE_LENGTH } from '../image/flashMap';
import { readIdentity } from '../image/imageIdentity';
import { formatVersion } from '../protocol/version';
import { type BuildComparison, compareBuilds, knownWarnings } from './buildComparison';
import type { BuildRecords } from './buildRecord';
import type { BuildOptions, BuildRequest, BuildResult } from './buildResult';
import {
  hashMakefiles,
  memorable,
  mergeDiagnostics,
  readState,
  removeStale,
  writeState,
  type BuildState,
} from './buildState';
import type { Diagnostic } from './diagnostics/diagnostic';
import { flatten, OutputParser } from './diagnostics/outputParser';
import type { GitState } from './gitState';
import type { BuildHost } from './host';
import { type BuildFolders, type MakeCall, planMake } from './make';
import { measureElf, type MemoryRegion, MemoryTableParser } from './memoryUse';
import { takeLock } from './processLock';
import type { RunResult } from './processes';

/** Builds firmware with make and reads what came out from the image itself. */
export class Builder {
  /** Builds under way by folder: two in one folder would spoil each other's objects. */
  private readonly underWay = new Map<string, Promise<unknown>>();

  constructor(
    private readonly host: BuildHost,
    /** Where builds are remembered; none are without it. */
    private readonly records?: BuildRecords,
  ) {}

  /**
   * Builds one board. A build that fails for the user's code is a result that is not `ok`; throws VescError when
   * nothing could be tried (a path make cannot handle, another process building here) or it was cancelled.
   */
  async build(request: BuildRequest, options: BuildOptions = {}): Promise<BuildResult> {
    const started_ms = this.host.clock.now();
    const git = await request.tree.gitState();
    const call = await planMake(request, git, this.host);
    const { output } = call.folders;
    const before = this.underWay.get(output) ?? Promise.resolve();
    const work = before
      .catch(() => undefined)
      .then(() => this.locked(request, call, () => this.run(request, options, call, git, started_ms)));
    this.underWay.set(output, work);
    try {
      return await work;
    } finally {
      if (this.underWay.get(output) === work) this.underWay.delete(output);
    }
  }

  /** Keeps other processes out of the folder while `work` goes on. */
  private async locked<T>(request: BuildRequest, call: MakeCall, work: () => Promise<T>): Promise<T> {
    const lock = `${call.folders.output}.lock`;
    const owner = await takeLock(lock, this.host);
    if (owner !== undefined) throw new VescError('build-busy', { board: request.board.name, process: owner });
    try {
      return await work();
    } finally {
      await this.host.files.remove(lock);
    }
  }

  private async run(
    request: BuildRequest,
    options: BuildOptions,
    call: MakeCall,
    git: GitState | undefined,
    started_ms: number,
  ): Promise<BuildResult> {
    const { files, processes, clock } = this.host;
    const { tree, board, toolchain } = request;
    throwIfCancelled(request, options);
    const makefiles = await hashMakefiles(tree.root, files);
    const last = await readState(call.folders, files);
    if (options.fromNothing) await files.remove(call.folders.output);
    await removeStale(call.folders, last, { makefiles, commitLabel: call.commitLabel }, files);
    const before = last?.makefiles === makefiles && !options.fromNothing ? last : undefined;
    await files.makeFolder(call.folders.dependencies);

    const output = new OutputParser(tree.root);
    const memoryTable = new MemoryTableParser();
    const total = await this.filesToCompile(call.folders);
    let done = 0;
    const remember = (state: Omit<BuildState, 'makefiles' | 'commitLabel'>): Promise<void> =>
      writeState(call.folders, { makefiles, commitLabel: call.commitLabel, ...state }, files);
    // Objects made from here on belong to this commit and these makefiles, however the build ends.
    await remember({ memory: [], diagnostics: before?.diagnostics ?? {} });
    const result = await processes
      .run(call.program, call.args, {
        cwd: call.cwd,
        env: call.env,
        signal: options.signal,
        onLine: (line) => {
          options.onOutput?.(line);
          memoryTable.line(line);
          const file = output.line(line);
          if (file === undefined) return;
          done++;
          options.onProgress?.({
            done,
            total: total === undefined ? undefined : Math.max(done, total),
            file,
          });
        },
      })
      .catch((error: Error): RunResult => ({ status: 127, stdout: '', stderr: error.message }));

    const units = mergeDiagnostics(before, output.finish());
    const diagnostics = flatten(units);
    const memory = memoryTable.table ?? (await this.rememberedMemory(request, call, before, result));
    await remember({ memory, diagnostics: memorable(units) });
    throwIfCancelled(request, options);
    const version = await tree.version();
    const common = {
      board: board.name,
      ...(version && { version: formatVersion(version) }),
      memory,
      diagnostics,
      compiled: output.compiled.length,
    };
    const failure = result.status === 0 ? undefined : explainFailure(request, output, diagnostics, result);
    const ended = failure ?? (await this.readImage(call.folders));
    if (ended instanceof VescError) {
      const duration_ms = Math.round(clock.now() - started_ms);
      return { ...common, ok: false, duration_ms, warnings: toolchain.warnings, failure: ended };
    }
    if (done > 0) await this.noteFileCount(call.folders);
    const { buildId, identity } = ended;
    const comparison = await this.keepRecord(request, call, git, ended, common);
    return {
      ...common,
      ok: true,
      image: call.folders.image,
      elf: call.folders.elf,
      ...(identity.hardware !== undefined && { hardware: identity.hardware }),
      ...(identity.commit !== undefined && { commit: identity.commit }),
      ...(buildId !== undefined && { buildId }),
      ...(comparison && { comparison }),
      duration_ms: Math.round(clock.now() - started_ms),
      warnings: [...toolchain.warnings, ...suspicions(request, identity.hardware, buildId)],
    };
  }

  /** The image and what it says; or why it is none. */
  private async readImage(
    folders: BuildFolders,
  ): Promise<{ buildId: string | undefined; identity: ReturnType<typeof readIdentity> } | VescError> {
    const bytes = await this.host.files.readBytes(folders.image);
    if (!bytes) return new VescError('image-malformed', { path: folders.image, reason: 'it was not made' });
    if (bytes.length !== IMAGE_LENGTH) {
      const reason = `it has ${bytes.length} bytes instead of ${IMAGE_LENGTH}`;
      return new VescError('image-malformed', { path: folders.image, reason });
    }
    const sha256 = (data: Uint8Array): Uint8Array => createHash('sha256').update(data).digest();
    return { buildId: stampImage(bytes, sha256).buildId, identity: readIdentity(bytes) };
  }

  /** Without a new link there is no table: the last one holds, or the ELF is measured. */
  private async rememberedMemory(
    request: BuildRequest,
    call: MakeCall,
    before: BuildState | undefined,
    result: RunResult,
  ): Promise<readonly MemoryRegion[]> {
    if (result.status !== 0) return [];
    if (before && before.memory.length > 0) return before.memory;
    const size = request.toolchain.compiler.replace(/gcc(\.exe)?$/i, 'size$1');
    return measureElf(size, call.folders.elf, this.host.processes);
  }

  /** How many files a build from nothing compiles is known after the first one; less what is there already. */
  private async filesToCompile(folders: BuildFolders): Promise<number | undefined> {
    const whole = Number(await this.host.files.readText(countFile(folders)));
    const objects = (await this.host.files.list(folders.objects)).filter((entry) =>
      entry.name.endsWith('.o'),
    );
    return whole > objects.length ? whole - objects.length : undefined;
  }

  private async noteFileCount(folders: BuildFolders): Promise<void> {
    const objects = (await this.host.files.list(folders.objects)).filter((entry) =>
      entry.name.endsWith('.o'),
    );
    await this.host.files.write(countFile(folders), `${objects.length}`);
  }

  /** Remembers the build, and tells what changed since the one before. */
  private async keepRecord(
    request: BuildRequest,
    call: MakeCall,
    git: GitState | undefined,
    { buildId, identity }: { buildId: string | undefined; identity: ReturnType<typeof readIdentity> },
    { version, memory, diagnostics }: Pick<BuildResult, 'version' | 'memory' | 'diagnostics'>,
  ): Promise<BuildComparison | undefined> {
    if (!this.records || buildId === undefined) return undefined;
    const { tree, board, toolchain, makeArguments = [] } = request;
    const { files } = this.host;
    const record = {
      buildId,
      board: board.name,
      ...(identity.hardware !== undefined && { hardware: identity.hardware }),
      ...(version !== undefined && { version }),
      tree: tree.root,
      ...(git && { commit: git.commit, describe: git.describe }),
      ...(git?.branch !== undefined && { branch: git.branch }),
      changedFiles: git?.changedFiles ?? [],
      makeArguments,
      compiler: { path: toolchain.compiler, version: toolchain.version },
      memory,
      warnings: knownWarnings(diagnostics, tree.root),
    };
    const before = await this.records.last(record);
    await this.records.save(record, call.folders.elf);
    if (!before || before.buildId === buildId) return undefined;
    const [then, elf] = await Promise.all([files.readBytes(before.elf), files.readBytes(call.folders.elf)]);
    return compareBuilds(before, then, { memory, diagnostics, elf });
  }
}

/** One number for all boards of a tree: they compile nearly the same files. */
function countFile(folders: BuildFolders): string {
  return path.join(path.dirname(folders.base), 'files-to-compile');
}

function throwIfCancelled({ board }: BuildRequest, { signal }: BuildOptions): void {
  if (signal?.aborted) throw new VescError('build-cancelled', { board: board.name });
}

/** The most telling reason for a build without an image. */
function explainFailure(
  { board, toolchain }: BuildRequest,
  output: OutputParser,
  diagnostics: readonly Diagnostic[],
  result: RunResult,
): VescError {
  if (output.missingTarget === board.target)
    return new VescError('unknown-board', { board: board.name, similar: [], boards: 0 });
  const missing = output.missingProgram;
  if (missing !== undefined && /gcc(\.exe)?$/.test(missing)) {
    const advice = 'Check that the compiler is still installed, then build again.';
    return new VescError('no-compiler', { looked: [path.dirname(toolchain.compiler)], advice });
  }
  const [overflow] = output.overflows;
  if (overflow) return new VescError('flash-overflow', { board: board.name, ...overflow });
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  const [first] = errors;
  const words = first ? `${path.basename(first.file)}:${first.line}: ${first.message}` : result.stderr.trim();
  return new VescError('build-failed', {
    board: board.name,
    errors: errors.length,
    ...(words !== '' && { first: words.split('\n')[0]! }),
  });
}

/** What is odd about an image that was made. */
function suspicions(
  { board }: BuildRequest,
  hardware: string | undefined,
  buildId: string | undefined,
): string[] {
  const warnings: string[] = [];
  if (hardware !== undefined && board.hardwareName !== undefined && hardware !== board.hardwareName)
    warnings.push(
      `The image is for the hardware ${hardware}, but ${path.basename(board.header)} says ${board.hardwareName}. ` +
        'Remove the build folder and build again.',
    );
  if (buildId === undefined)
    warnings.push(
      'This tree puts no build identity into its image, so what runs can only be told by its commit.',
    );
  return warnings;
}
