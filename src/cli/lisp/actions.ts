import { resolve } from 'node:path';
import { ExitStatus } from '../../base/errors';
import { fileUnwritable } from '../../base/fileErrors';
import { pauseLisp, requireLisp, runLisp, uploadLisp } from '../../controllers/lispProgram';
import { packLispFile } from '../../controllers/lispSource';
import { unpackLisp } from '../../settings/lispPack';
import { maxLispCode, readCode } from '../../settings/storedCode';
import { requireStandstill } from '../../update/standstill';
import type { CommandContext } from '../command';
import { bytesText } from '../format';
import { type Connection, targetText } from '../target';
import { repl } from './repl';

/** What one action works with. */
export interface LispCall {
  readonly context: CommandContext;
  readonly connection: Connection;
  readonly operands: readonly string[];
  /** Whether what was uploaded is started. */
  readonly run: boolean;
}

interface Action {
  /** What has to stand behind its name. */
  readonly needs?: string;
  /** So many words at most. */
  readonly max: number;
  readonly work: (call: LispCall) => Promise<ExitStatus>;
}

export type LispAction = 'upload' | 'run' | 'stop' | 'repl' | 'read';

/** What `vesc lisp` can do. */
export const LISP_ACTIONS: Readonly<Record<LispAction, Action>> = {
  upload: { needs: 'a file', max: 1, work: upload },
  run: {
    max: 0,
    work: async ({ context: { report }, connection }) => {
      await requireLisp(connection.endpoint, connection.version);
      await runLisp(connection.endpoint, connection.version);
      report.result({ running: true }, [`LispBM runs on ${nameOf(connection)}.`]);
      return ExitStatus.ok;
    },
  },
  stop: {
    max: 0,
    work: async ({ context: { report }, connection }) => {
      await requireLisp(connection.endpoint, connection.version);
      await pauseLisp(connection.endpoint, connection.version);
      report.result({ running: false }, [`LispBM stands still on ${nameOf(connection)}.`]);
      return ExitStatus.ok;
    },
  },
  repl: { max: Infinity, work: repl },
  read: { max: 1, work: read },
};

async function upload({ context, connection, operands, run }: LispCall): Promise<ExitStatus> {
  const { report, host, folder, interruption } = context;
  const { endpoint, version } = connection;
  const [file = ''] = operands;
  const code = await packLispFile(host.files, resolve(folder, file), maxLispCode(version.hardwareType));
  const { source, files } = unpackLisp(code);
  await requireLisp(endpoint, version);
  if (version.hardwareType === 'vesc') await requireStandstill(endpoint);
  const isNew = await uploadLisp(endpoint, version, code, {
    signal: interruption.signal,
    onProgress: (step, fraction) => report.progress({ stage: step, fraction, message: STEPS[step] }),
  });
  if (run) await runLisp(endpoint, version);
  const imports = files.map(({ name, content }) => ({ name, size_B: content.length }));
  const what =
    `${file}: ${bytesText(source.length)}` +
    imports.map(({ name, size_B }) => `, ${name} ${bytesText(size_B)}`).join('');
  report.result({ file, size_B: code.length, imports, changed: isNew, running: run }, [
    isNew ? `Stored and read back: ${what}` : `Stored already: ${what}`,
    ...(run ? [`It runs on ${nameOf(connection)}.`] : []),
  ]);
  return ExitStatus.ok;
}

const STEPS = { erasing: 'Erasing', writing: 'Writing', 'reading back': 'Reading back' } as const;

async function read({ context, connection, operands }: LispCall): Promise<ExitStatus> {
  const { report, host, folder, interruption } = context;
  await requireLisp(connection.endpoint, connection.version);
  const code = await readCode(connection.endpoint, 'lisp', interruption.signal);
  if (!code) {
    report.result({ stored: false }, [`No LispBM code is stored on ${nameOf(connection)}.`]);
    return ExitStatus.ok;
  }
  const { source, files } = unpackLisp(code);
  const imports = files.map(({ name, content }) => ({ name, size_B: content.length }));
  const text = new TextDecoder().decode(source);
  const [file] = operands;
  const fields = { stored: true, size_B: code.length, imports };
  if (file === undefined) {
    report.result({ ...fields, source: text }, text.trimEnd().split(/\r?\n/));
    return ExitStatus.ok;
  }
  const path = resolve(folder, file);
  await host.files.write(path, source).catch((error: unknown) => {
    throw fileUnwritable(path, error);
  });
  report.result({ ...fields, path }, [
    `${bytesText(source.length)} of source in ${path}`,
    ...imports.map(({ name, size_B }) => `Its import ${name} (${bytesText(size_B)}) was left where it is.`),
  ]);
  return ExitStatus.ok;
}

function nameOf(connection: Connection): string {
  return `${connection.version.hardware} at ${targetText(connection)}`;
}
