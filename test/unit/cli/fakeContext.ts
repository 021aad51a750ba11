import { Readable } from 'node:stream';
import { type BuildHost, thisHost } from '../../../src/build/host';
import type { Command } from '../../../src/cli/command';
import { runCommandLine } from '../../../src/cli/commandLine';
import { Interruption } from '../../../src/cli/interruption';
import type { Core } from '../../../src/controllers/core';
import { fakeOutput, type FakeStream } from './fakeOutput';

export interface FakeRun {
  readonly status: number;
  readonly stdout: FakeStream;
  readonly stderr: FakeStream;
  /** Every line of stdout as JSON. */
  readonly lines: () => readonly Record<string, unknown>[];
}

export interface FakeSurroundings {
  /** The parts of the core that the command touches. */
  readonly core?: Partial<Core>;
  readonly commands?: readonly Command[];
  readonly interruption?: Interruption;
  readonly host?: BuildHost;
}

/** Runs a command line against a core that is made up. */
export async function runWith(args: readonly string[], fake: FakeSurroundings = {}): Promise<FakeRun> {
  const { output, stdout, stderr } = fakeOutput();
  const core = { dispose: () => {}, ...fake.core } as Core;
  const status = await runCommandLine(
    args,
    {
      output,
      interruption: fake.interruption ?? new Interruption(),
      host: fake.host ?? thisHost(1),
      folder: '/',
      input: Readable.from([]),
      createCore: () => core,
    },
    fake.commands,
  );
  const lines = (): Record<string, unknown>[] =>
    stdout.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { status, stdout, stderr, lines };
}
