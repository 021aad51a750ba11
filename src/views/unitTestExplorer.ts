import * as vscode from 'vscode';
import { DisposableStore } from '../base/disposable';
import { isVescError } from '../base/errors';
import type { TestOutcome } from '../build/gtestOutput';
import type { BuildHost } from '../build/host';
import { findUnitTests, type UnitTestProgram } from '../build/unitTests';
import type { FirmwareWorkspace } from './firmwareWorkspace';
import { plain } from './text';

const SOURCES = '**/tests/*/*.{cpp,cc}';
const LIMIT = 2000;

/** The unit tests of the firmware tree in the Test Explorer: one item a program of tests, below it its tests. */
export class UnitTestExplorer implements vscode.Disposable {
  private readonly owned = new DisposableStore();
  private readonly controller: vscode.TestController;
  private programs = new Map<string, UnitTestProgram>();

  constructor(
    private readonly workspace: FirmwareWorkspace,
    private readonly host: BuildHost,
  ) {
    this.controller = this.owned.add(vscode.tests.createTestController('vesc', 'VESC firmware'));
    this.controller.resolveHandler = () => this.discover();
    this.controller.refreshHandler = () => this.discover();
    this.controller.createRunProfile(
      'Run',
      vscode.TestRunProfileKind.Run,
      (request, token) => this.run(request, token),
      true,
    );
    this.owned.add(workspace.onChange(() => void this.discover()));
    const watcher = this.owned.add(vscode.workspace.createFileSystemWatcher(SOURCES));
    for (const event of [watcher.onDidCreate, watcher.onDidChange, watcher.onDidDelete])
      this.owned.add(event(() => void this.discover()));
  }

  /** The programs of tests as they are shown. */
  get items(): vscode.TestItemCollection {
    return this.controller.items;
  }

  /** Reads again which tests there are; runs nothing. */
  async discover(): Promise<void> {
    const tree = await this.workspace.tree();
    const programs = tree ? await findUnitTests(tree, this.host.files) : [];
    this.programs = new Map(programs.map((program) => [program.name, program]));
    this.controller.items.replace(programs.map((program) => this.item(program)));
  }

  /** Runs what is asked for, one program after the other. */
  async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const run = this.controller.createTestRun(request);
    const cancelled = new AbortController();
    token.onCancellationRequested(() => cancelled.abort());
    try {
      for (const [name, tests] of this.wanted(request)) {
        if (token.isCancellationRequested) break;
        await this.runProgram(run, name, tests, cancelled.signal);
      }
    } finally {
      run.end();
    }
  }

  dispose(): void {
    this.owned.dispose();
  }

  private item(program: UnitTestProgram): vscode.TestItem {
    const folder = vscode.Uri.file(program.folder);
    const item = this.controller.createTestItem(program.name, program.name, folder);
    item.children.replace(
      program.tests.map(({ id, file, line }) => {
        const test = this.controller.createTestItem(`${program.name}/${id}`, id, vscode.Uri.file(file));
        test.range = new vscode.Range(line - 1, 0, line - 1, 0);
        return test;
      }),
    );
    return item;
  }

  /** The tests to run by program. */
  private wanted(request: vscode.TestRunRequest): Map<string, vscode.TestItem[]> {
    const excluded = new Set(request.exclude);
    const wanted = new Map<string, vscode.TestItem[]>();
    const add = (item: vscode.TestItem): void => {
      if (excluded.has(item)) return;
      if (item.parent) wanted.set(item.parent.id, [...(wanted.get(item.parent.id) ?? []), item]);
      else item.children.forEach(add);
    };
    if (request.include) request.include.forEach(add);
    else this.controller.items.forEach(add);
    return wanted;
  }

  private async runProgram(
    run: vscode.TestRun,
    name: string,
    tests: readonly vscode.TestItem[],
    signal: AbortSignal,
  ): Promise<void> {
    const program = this.programs.get(name);
    const open = new Map(tests.map((test) => [test.label, test]));
    for (const test of tests) run.enqueued(test);
    const errored = (message: vscode.TestMessage): void => {
      for (const test of open.values()) run.errored(test, message);
    };
    const isAll = tests.length === program?.tests.length;
    try {
      if (!program) return errored(new vscode.TestMessage('These tests are not there any more.'));
      // make runs the firmware's own makefiles.
      if (!vscode.workspace.isTrusted)
        return errored(new vscode.TestMessage('This folder is not trusted: nothing of it is run.'));
      const { runUnitTests } = await import('../build/unitTestRun');
      const result = await runUnitTests(await this.workspace.requireTree(), program, this.host, {
        ...(isAll ? {} : { only: [...open.keys()] }),
        signal,
        onOutput: (line) => run.appendOutput(`${line}\r\n`),
        onStart: (test) => {
          const item = open.get(test);
          if (item) run.started(item);
        },
        onEnd: (outcome) => {
          const item = open.get(outcome.test);
          open.delete(outcome.test);
          if (item) report(run, item, outcome);
        },
      });
      if (open.size === 0) return;
      const [problem] = result.diagnostics.filter(({ severity }) => severity === 'error');
      const message = new vscode.TestMessage(
        problem ? plain(problem.message, LIMIT) : 'It was not run; the output tells why.',
      );
      if (problem) message.location = locate(problem.file, problem.line);
      errored(message);
    } catch (error) {
      if (!isVescError(error)) throw error;
      if (error.code === 'build-cancelled') for (const test of open.values()) run.skipped(test);
      else errored(new vscode.TestMessage(error.message));
    }
  }
}

function report(run: vscode.TestRun, item: vscode.TestItem, outcome: TestOutcome): void {
  const { state, duration_ms, failures } = outcome;
  if (state === 'passed') return run.passed(item, duration_ms);
  if (state === 'skipped') return run.skipped(item);
  const messages = failures.map(({ file, line, message }) => {
    const shown = new vscode.TestMessage(message.slice(0, LIMIT));
    if (file !== undefined && line !== undefined) shown.location = locate(file, line);
    return shown;
  });
  run.failed(item, messages, duration_ms);
}

function locate(file: string, line: number): vscode.Location {
  return new vscode.Location(vscode.Uri.file(file), new vscode.Position(Math.max(0, line - 1), 0));
}
