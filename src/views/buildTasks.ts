import * as vscode from 'vscode';
import type { BuildResult } from '../build/buildResult';
import { VescError } from '../base/errors';
import type { Builds } from './builds';
import type { BuildOutcome, BuildTerminal } from './buildTerminal';
import { boardWord, type FirmwareWorkspace } from './firmwareWorkspace';

export const TASK_TYPE = 'vesc';

/** What stands in tasks.json. */
export interface VescTaskDefinition extends vscode.TaskDefinition {
  readonly type: typeof TASK_TYPE;
  /** Default: `build`. */
  readonly task?: 'build' | 'rebuild' | 'clean';
  /** Default: the board that is chosen. */
  readonly board?: string;
  /** Default: the setting's. */
  readonly makeArguments?: readonly string[];
}

type Ended = (outcome: BuildOutcome) => void;

/** Building and cleaning as tasks: from the Tasks menu, from tasks.json, and from our own commands. */
export class BuildTasks implements vscode.TaskProvider {
  /**
   * Who waits for the end of a task, by what the task is. The editor may start another task object of the same
   * definition than the one it was given (it takes them for the same), so nothing may hang on the object.
   */
  private readonly waiting = new Map<string, Ended[]>();

  constructor(
    private readonly workspace: FirmwareWorkspace,
    private readonly builds: Builds,
  ) {}

  async provideTasks(): Promise<vscode.Task[]> {
    if (!vscode.workspace.isTrusted || !(await this.workspace.tree())) return [];
    const board = await this.workspace.chosenBoard();
    const clean = this.task({ type: TASK_TYPE, task: 'clean' });
    return board ? [this.task({ type: TASK_TYPE, task: 'build', board: boardWord(board) }), clean] : [clean];
  }

  resolveTask(task: vscode.Task): vscode.Task {
    return this.task(task.definition as VescTaskDefinition, task.scope);
  }

  /**
   * Builds `board` as a task, so that its output can be seen; `rebuild` compiles every file again.
   * @throws VescError as Builds.run
   */
  async build(board: string, task: 'build' | 'rebuild' = 'build'): Promise<BuildResult> {
    const result = await this.execute({ type: TASK_TYPE, task, board });
    if (!result) throw new VescError('build-cancelled', { board });
    return result;
  }

  /** Removes what was built, as a task. */
  async clean(): Promise<void> {
    await this.execute({ type: TASK_TYPE, task: 'clean' });
  }

  private async execute(definition: VescTaskDefinition): Promise<BuildResult | undefined> {
    const key = keyOf(definition);
    const outcome = await new Promise<BuildOutcome>((resolve, reject) => {
      this.waiting.set(key, [...(this.waiting.get(key) ?? []), resolve]);
      vscode.tasks.executeTask(this.task(definition)).then(undefined, reject);
    });
    if ('error' in outcome) throw outcome.error;
    return outcome.result;
  }

  private task(
    definition: VescTaskDefinition,
    scope: vscode.Task['scope'] = vscode.TaskScope.Workspace,
  ): vscode.Task {
    const { task: work = 'build' } = definition;
    const isClean = work === 'clean';
    const name = isClean ? work : `${work}${definition.board === undefined ? '' : ` ${definition.board}`}`;
    const execution = new vscode.CustomExecution((resolved) =>
      this.terminal(resolved as VescTaskDefinition, name),
    );
    const task = new vscode.Task(definition, scope, name, 'VESC', execution);
    task.group = isClean ? vscode.TaskGroup.Clean : vscode.TaskGroup.Build;
    task.presentationOptions = {
      reveal: vscode.TaskRevealKind.Silent,
      panel: vscode.TaskPanelKind.Dedicated,
      clear: true,
      showReuseMessage: false,
      // It has nothing to say, and would stand before the terminal of the build.
      close: isClean,
    };
    return task;
  }

  private ended(definition: VescTaskDefinition, outcome: BuildOutcome): void {
    const key = keyOf(definition);
    const waiting = this.waiting.get(key) ?? [];
    this.waiting.delete(key);
    for (const tell of waiting) tell(outcome);
  }

  private async terminal(definition: VescTaskDefinition, name: string): Promise<BuildTerminal> {
    const [{ BuildTerminal }, { selectBoard }] = await Promise.all([
      import('./buildTerminal'),
      import('../build/boards'),
    ]);
    return new BuildTerminal(
      `VESC: ${name}`,
      async (options) => {
        const tree = await this.workspace.requireTree();
        if (definition.task === 'clean') {
          await this.builds.clean(tree);
          options.onOutput('Everything that was built here is removed.');
          return undefined;
        }
        const board =
          definition.board === undefined
            ? await this.workspace.chosenBoard()
            : selectBoard(await this.workspace.boards(), definition.board);
        if (!board) throw new VescError('no-board', { folder: tree.root });
        const { makeArguments } = definition;
        return this.builds.run(
          { tree, board, ...(makeArguments ? { makeArguments } : {}) },
          { ...options, fromNothing: definition.task === 'rebuild' },
        );
      },
      (outcome) => this.ended(definition, outcome),
    );
  }
}

function keyOf({ task = 'build', board = '', makeArguments = [] }: VescTaskDefinition): string {
  return JSON.stringify([task, board, makeArguments]);
}
