import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { VescError } from '../base/errors';
import type { Board } from '../build/boards';
import type { Builder } from '../build/builder';
import type { BuildProgress, BuildRequest, BuildResult } from '../build/buildResult';
import type { FirmwareTree } from '../build/firmwareTree';
import type { BuildHost } from '../build/host';
import type { ActiveBuild } from '../controllers/buildRelation';
import type { Memory } from './knownPorts';
import type { Settings } from './settings';
import type { RunningBuild } from './statusWords';

const LAST_KEY = 'vesc.lastBuilds';

export interface BuildsDependencies {
  readonly builder: Pick<Builder, 'build'>;
  readonly host: BuildHost;
  readonly settings: () => Settings;
  /** What is remembered of this workspace. */
  readonly memory: Memory;
}

export interface BuildJob {
  readonly tree: FirmwareTree;
  readonly board: Board;
  /** Instead of the setting's. */
  readonly makeArguments?: readonly string[];
}

export interface BuildJobOptions {
  readonly fromNothing?: boolean;
  readonly signal: AbortSignal;
  readonly onOutput: (line: string) => void;
}

/** The builds of this window: the one that runs and the last one of each board. One runs at a time. */
export class Builds implements Disposable {
  private readonly changes = new Emitter<void>();
  private readonly finished = new Emitter<BuildResult>();
  private readonly results = new Map<string, BuildResult>();
  private current:
    { board: string; progress: BuildProgress | undefined; controller: AbortController } | undefined;

  /** Fires when a build starts, gets on or ends. */
  readonly onChange = this.changes.event;
  /** Fires with every build that came to a result, good or bad. */
  readonly onFinish = this.finished.event;

  constructor(private readonly dependencies: BuildsDependencies) {}

  get running(): RunningBuild | undefined {
    return this.current;
  }

  /** Stops the build that runs. */
  cancel(): void {
    this.current?.controller.abort();
  }

  /** How the last build of `board` in this session ended. */
  resultOf(board: Board): BuildResult | undefined {
    return this.results.get(board.header);
  }

  /** What the last good build of `board` made, also in an earlier session; else what its header tells. */
  activeBuild(board: Board | undefined): ActiveBuild | undefined {
    if (!board) return undefined;
    const hardware = board.hardwareName === undefined ? {} : { hardware: board.hardwareName };
    const kept = (this.dependencies.memory.get(LAST_KEY) as Record<string, ActiveBuild> | undefined)?.[
      board.header
    ];
    return kept ? { ...hardware, ...kept } : board.hardwareName === undefined ? undefined : hardware;
  }

  /**
   * Builds one board.
   * @throws VescError when nothing could be tried, it was cancelled, or another build runs
   */
  async run(job: BuildJob, options: BuildJobOptions): Promise<BuildResult> {
    const { builder, host, settings } = this.dependencies;
    const { tree, board } = job;
    if (this.current)
      throw new VescError('build-busy', { board: this.current.board, process: host.processes.own });
    const controller = new AbortController();
    const current = { board: board.name, progress: undefined as BuildProgress | undefined, controller };
    this.current = current;
    const forward = (): void => controller.abort();
    options.signal.addEventListener('abort', forward, { once: true });
    this.changes.fire();
    try {
      const { toolchainPath, makeArguments } = settings();
      const { findToolchain } = await import('../build/toolchain');
      const toolchain = await findToolchain(tree, { setting: toolchainPath }, host);
      const request: BuildRequest = {
        tree,
        board,
        toolchain,
        makeArguments: job.makeArguments ?? makeArguments,
      };
      const result = await builder.build(request, {
        ...(options.fromNothing === undefined ? {} : { fromNothing: options.fromNothing }),
        signal: controller.signal,
        onOutput: options.onOutput,
        onProgress: (progress) => {
          current.progress = progress;
          this.changes.fire();
        },
      });
      this.results.set(board.header, result);
      if (result.ok) await this.remember(board, result);
      this.finished.fire(result);
      return result;
    } finally {
      options.signal.removeEventListener('abort', forward);
      this.current = undefined;
      this.changes.fire();
    }
  }

  /** Removes everything that was built here. */
  async clean(tree: FirmwareTree): Promise<void> {
    await this.dependencies.host.files.remove(`${tree.root}/build/vesc`);
    this.results.clear();
    this.changes.fire();
  }

  dispose(): void {
    this.cancel();
    this.changes.dispose();
    this.finished.dispose();
  }

  private async remember(board: Board, { hardware, commit, buildId }: BuildResult): Promise<void> {
    const { memory } = this.dependencies;
    const build: ActiveBuild = {
      ...(hardware === undefined ? {} : { hardware }),
      ...(commit === undefined ? {} : { commit }),
      ...(buildId === undefined ? {} : { buildId }),
    };
    const kept = memory.get(LAST_KEY) as Record<string, ActiveBuild> | undefined;
    await memory.update(LAST_KEY, { ...kept, [board.header]: build });
  }
}
