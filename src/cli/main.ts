#!/usr/bin/env node
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ExitStatus } from '../base/errors';
import { thisHost } from '../build/host';
import { createCore } from '../controllers/core';
import { runCommandLine } from './commandLine';
import { Interruption } from './interruption';
import { Output } from './output';

/** What shells call a program that was interrupted. */
const INSISTED = 130;

const output = new Output(process.stdout, process.stderr, process.env);
const interruption = new Interruption();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (interruption.interrupt(signal)) process.exit(INSISTED);
  });
}
output.onReaderGone(() => interruption.readerGone());

void runCommandLine(process.argv.slice(2), {
  output,
  interruption,
  host: thisHost(availableParallelism()),
  folder: process.cwd(),
  input: process.stdin,
  createCore: () => createCore({ stageWorker: join(__dirname, 'stageWorker.js') }),
}).then(async (status) => {
  const written = await output.flush();
  // What is still open (standard input, a port that does not let go) shall not keep the shell waiting.
  process.exit(written || status !== ExitStatus.ok ? status : ExitStatus.failed);
});
