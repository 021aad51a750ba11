import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { isVescError } from '../base/errors';
import type { Board } from '../build/boards';
import type { FirmwareTree } from '../build/firmwareTree';
import type { BuildHost } from '../build/host';
import type { Toolchain } from '../build/toolchain';
import type { Memory } from './knownPorts';
import type { Settings } from './settings';

const OFFERED_KEY = 'vesc.intelliSenseOffered';
/** A board is chosen, then a build ends: one look is enough. */
const SETTLE_MS = 500;

/** An extension that reads compile lines, and the setting that points it to ours. */
export interface LanguageServer {
  readonly extension: string;
  readonly name: string;
  readonly setting: string;
  /** What the setting becomes; undefined when the user has seen to it already. */
  readonly value: (current: unknown, file: string, compiler: string) => unknown;
}

export const LANGUAGE_SERVERS: readonly LanguageServer[] = [
  {
    extension: 'ms-vscode.cpptools',
    name: 'C/C++',
    setting: 'C_Cpp.default.compileCommands',
    value: pointToFile,
  },
  {
    extension: 'llvm-vs-code-extensions.vscode-clangd',
    name: 'clangd',
    setting: 'clangd.arguments',
    value: allowCompiler,
  },
];

function pointToFile(current: unknown, file: string): string | undefined {
  const isUnset = current === undefined || current === '' || (Array.isArray(current) && current.length === 0);
  return isUnset ? file : undefined;
}

/** clangd finds the file by itself, but asks only compilers that it is allowed to ask for their own headers. */
function allowCompiler(current: unknown, _file: string, compiler: string): string[] | undefined {
  const given: unknown[] = Array.isArray(current) ? current : [];
  const words = given.filter((each) => typeof each === 'string');
  const isSet = words.some((each) => each.startsWith('--query-driver'));
  return isSet ? undefined : [...words, `--query-driver=${compiler}`];
}

export interface IntelliSenseDependencies {
  readonly clock: Clock;
  readonly host: BuildHost;
  readonly memory: Memory;
  readonly settings: () => Settings;
  /** What is worked on; undefined while nothing may be run, as in a folder that is not trusted. */
  readonly active: () => { readonly tree: FirmwareTree; readonly board: Board } | undefined;
  readonly editor: {
    readonly isInstalled: (extension: string) => boolean;
    readonly get: (setting: string) => unknown;
    /** Changes a setting of the workspace. */
    readonly set: (setting: string, value: unknown) => PromiseLike<void>;
    /** A path as settings of the workspace name it. */
    readonly inSettings: (file: string) => string;
    /** Asks once; true for yes. */
    readonly ask: (server: string, board: string) => PromiseLike<boolean>;
  };
  readonly log: (line: string) => void;
}

/**
 * Keeps the compile lines of the active board where language servers read them. Nothing is run before the first build
 * of the user's own; from then on they follow the board, its arguments and the makefiles.
 */
export class IntelliSense implements Disposable {
  private pending: Disposable | undefined;
  private work = Promise.resolve();
  private disposed = false;

  constructor(private readonly dependencies: IntelliSenseDependencies) {}

  /** A build came to its end: its makefiles and arguments are what counts now. */
  built(): void {
    this.soon(false);
  }

  /** Another board, another compiler, other arguments. */
  changed(): void {
    this.soon(true);
  }

  /** Resolves when what was begun is over. */
  settled(): Promise<void> {
    return this.work;
  }

  dispose(): void {
    this.disposed = true;
    this.pending?.dispose();
  }

  private soon(onlyIfPresent: boolean): void {
    this.pending?.dispose();
    this.pending = this.dependencies.clock.schedule(SETTLE_MS, () => {
      this.pending = undefined;
      // One after the other: the last one asked for is the last one written.
      this.work = this.work.then(() => this.update(onlyIfPresent));
    });
  }

  private async update(onlyIfPresent: boolean): Promise<void> {
    const { active, editor, host, settings, log } = this.dependencies;
    const now = active();
    if (!now || this.disposed || !settings().compileCommands) return;
    const { tree, board } = now;
    const [{ compileCommandsFile, readCompileCommands, writeCompileCommands }, { findToolchain }] =
      await Promise.all([import('../build/compileCommands'), import('../build/toolchain')]);
    const file = compileCommandsFile(tree);
    const isPresent = (await host.files.status(file)) !== undefined;
    if (onlyIfPresent && !isPresent) return;
    try {
      const { toolchainPath, makeArguments } = settings();
      const toolchain = await findToolchain(tree, { setting: toolchainPath }, host);
      const commands = await readCompileCommands({ tree, board, toolchain, makeArguments }, host);
      if (commands.length === 0) return log(`make does not tell how ${board.name} is compiled`);
      const outcome = await writeCompileCommands(tree, commands, host.files);
      if (outcome === 'not-ours') return log(`${file} was written by something else and is left alone`);
      if (outcome === 'written') log(`${commands.length} compile lines of ${board.name} for IntelliSense`);
      await this.offer(editor.inSettings(file), board, toolchain);
    } catch (error) {
      // Whoever builds is told; nobody asked for this.
      if (!isVescError(error)) throw error;
      log(`compile lines (${error.code}): ${error.message}`);
    }
  }

  /** Offers once in a workspace to point a language server to the lines, when there is one that is not. */
  private async offer(file: string, board: Board, toolchain: Toolchain): Promise<void> {
    const { editor, memory, log } = this.dependencies;
    if (memory.get(OFFERED_KEY) === true) return;
    for (const server of LANGUAGE_SERVERS) {
      if (!editor.isInstalled(server.extension)) continue;
      const { name, setting } = server;
      const value = server.value(editor.get(setting), file, toolchain.compiler);
      if (value === undefined) continue;
      await memory.update(OFFERED_KEY, true);
      if (await editor.ask(name, board.name)) {
        await editor.set(setting, value);
        log(`${setting} of this workspace was set for ${name}`);
      }
      return;
    }
  }
}
