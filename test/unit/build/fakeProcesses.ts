import type { Processes, RunOptions, RunResult } from '../../../src/build/processes';

/** What a fake program prints and how it ends; undefined when there is no such program. */
export type Answer = { status?: number; stdout?: string; stderr?: string } | undefined;
export interface Call {
  readonly program: string;
  readonly args: readonly string[];
  readonly options: RunOptions;
}

/** Programs that answer from a function; every call is written down. */
export class FakeProcesses implements Processes {
  readonly own = 1000;
  readonly calls: Call[] = [];
  running = new Set<number>();

  constructor(private readonly answer: (call: Call) => Answer | Promise<Answer>) {}

  async run(program: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
    const call = { program, args, options };
    this.calls.push(call);
    const answer = await this.answer(call);
    if (!answer) throw new Error(`spawn ${program} ENOENT`);
    const { status = 0, stdout = '', stderr = '' } = answer;
    for (const line of stdout.split('\n').slice(0, -1)) options.onLine?.(line, 'stdout');
    for (const line of stderr.split('\n').slice(0, -1)) options.onLine?.(line, 'stderr');
    return { status, stdout, stderr };
  }

  isRunning(process: number): boolean {
    return this.running.has(process);
  }
}
