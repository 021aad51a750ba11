import * as path from 'node:path';
import * as vscode from 'vscode';
import { sleep } from '../base/clock';
import { isVescError, VescError } from '../base/errors';
import type { Controller } from '../controllers/controller';
import { type LispHost, requireLisp, runLisp, uploadLisp as upload } from '../controllers/lispProgram';
import { packLispFile } from '../controllers/lispSource';
import { maxLispCode } from '../settings/storedCode';
import { requireStandstill } from '../update/standstill';
import { lispUploadNotice } from '../views/lispWords';
import { plain } from '../views/text';
import { chooseController } from './chooseController';
import type { Shell } from './shell';
import { tellsBusy, type WorkHooks, workOn } from './work';

/** What cannot be read, or fails at once, is told before this is over. */
const FIRST_ERRORS_MS = 400;

/** What came of an upload. */
export interface LispUpload {
  readonly size_B: number;
  /** False when the same code was stored already. */
  readonly changed: boolean;
}

/**
 * Stores a LispBM file with its imports on a controller, reads it back and runs it: the file it was called on, else
 * the one in the editor, else the one the user picks.
 * @throws VescError `lisp-import`, `lisp-too-large`, `no-lispbm`, `motor-turning`, and those of the link
 */
export async function uploadLisp(shell: Shell, uri?: vscode.Uri): Promise<LispUpload | undefined> {
  const controller = await chooseController(shell, undefined);
  if (!controller || tellsBusy(shell, controller)) return undefined;
  const file = await chooseFile(uri);
  if (!file) return undefined;
  const host = lispHost(controller);
  const code = await pack(shell, controller, file, host);
  const { programs, prints } = await shell.lisp.get();
  const { watch } = programs.of(controller);
  const title = `Uploading ${plain(path.basename(file))} to ${plain(controller.title)}`;
  const changed = await workOn(shell, controller, title, async (hooks) => {
    const { endpoint } = shell.core.registry.accessTo(controller);
    await requireLisp(endpoint, host, hooks.signal);
    if (host.hardwareType === 'vesc') await requireStandstill(endpoint);
    await watch.pause();
    programs.begin(controller, file);
    const isNew = await upload(endpoint, host, code, progressOf(hooks));
    await runLisp(endpoint, host);
    return isNew;
  });
  watch.start();
  await sleep(shell.core.clock, FIRST_ERRORS_MS);
  const notice = lispUploadNotice(
    path.basename(file),
    controller.title,
    changed,
    programs.of(controller).errors,
  );
  shell.notifier.show(notice, { 'lisp-output': () => prints.show() });
  shell.log.info(
    `${file}: ${code.length} bytes of LispBM code ${changed ? 'stored' : 'were stored already'}`,
  );
  return { size_B: code.length, changed };
}

/** Whose LispBM it is. @throws VescError `not-connected` */
export function lispHost({ identity, title }: Controller): LispHost {
  if (!identity) throw new VescError('not-connected', { what: title });
  const { hardware, hardwareType, firmware } = identity;
  return { hardware, hardwareType, major: firmware.major, minor: firmware.minor };
}

/** An import that cannot be read stands at its line, too. */
async function pack(
  shell: Shell,
  controller: Controller,
  file: string,
  { hardwareType }: LispHost,
): Promise<Uint8Array> {
  try {
    return await packLispFile(shell.host.files, file, maxLispCode(hardwareType));
  } catch (error) {
    if (isVescError(error, 'lisp-import')) {
      const { line, problem } = error.details;
      const text = `Import: ${problem}`;
      const { programs } = await shell.lisp.get();
      programs.refuse(controller, file, {
        text,
        firstLine: line,
        lastLine: line,
        column: undefined,
      });
    }
    throw error;
  }
}

/** What is typed in it is saved first: what runs is what lies on the disk. */
async function chooseFile(uri: vscode.Uri | undefined): Promise<string | undefined> {
  const chosen = uri ?? activeSource() ?? (await pickSource());
  if (!chosen) return undefined;
  const document = vscode.workspace.textDocuments.find((each) => each.uri.toString() === chosen.toString());
  if (document?.isDirty) await document.save();
  return chosen.fsPath;
}

function activeSource(): vscode.Uri | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri?.scheme === 'file' && /\.(?:lisp|lbm)$/i.test(uri.fsPath) ? uri : undefined;
}

async function pickSource(): Promise<vscode.Uri | undefined> {
  const files = await vscode.window.showOpenDialog({
    title: 'VESC: Upload LispBM file',
    openLabel: 'Upload and run',
    filters: { LispBM: ['lisp', 'lbm'] },
  });
  return files?.[0];
}

const STEPS = { erasing: 'Erasing', writing: 'Writing', 'reading back': 'Reading back' } as const;
/** Where each step begins in the bar. */
const BEGINS = { erasing: 0, writing: 0.2, 'reading back': 0.6, end: 1 } as const;
const NEXT = { erasing: 'writing', writing: 'reading back', 'reading back': 'end' } as const;

function progressOf({ signal, report }: WorkHooks): Parameters<typeof upload>[3] {
  return {
    signal,
    onProgress: (step, fraction) => {
      const whole = BEGINS[step] + fraction * (BEGINS[NEXT[step]] - BEGINS[step]);
      report({ message: `${STEPS[step]} LispBM code`, fraction, cancellable: true }, whole);
    },
  };
}
