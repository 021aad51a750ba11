import { type ErrorCode, isVescError, VescError } from '../base/errors';
import type { BuildResult } from '../build/buildResult';
import { comparisonSummary } from '../build/growth';
import { faultCatalogue } from '../protocol/faults';
import type { Action, Notice } from './notices';
import { count, duration, plain, shortFault } from './text';

/** Messages may be long: cause, state and next step all have to be in them. */
export const LIMIT = 600;

/** What a failed command says. Everything that is not ours is a bug and says so. */
export function errorNotice(error: unknown): Notice {
  const ours = isVescError(error)
    ? error
    : new VescError('internal', { reason: error instanceof Error ? error.message : String(error) });
  return { severity: 'error', text: sentences(ours), actions: errorActions(ours.code) };
}

/** Options of the command line, which the catalogue names in brackets; here there are buttons for them. */
const OPTIONS = / \(--[^)]*\)/g;
const SENTENCE_END = /[.!?:]$/;

/** Cause, state of the controller, next step; made of the catalogue's words, which quote names from outside. */
export function sentences(error: VescError): string {
  return [error.happened, error.state, error.next]
    .filter((part) => part !== '')
    .map((part) => plain(part.replace(OPTIONS, ''), LIMIT))
    .map((part) => (SENTENCE_END.test(part) ? part : `${part}.`))
    .join(' ');
}

function errorActions(code: ErrorCode): readonly Action[] {
  switch (code) {
    case 'not-connected':
      return ['connect', 'simulate'];
    case 'no-firmware-tree':
      return ['open-folder', 'flash-file'];
    case 'no-board':
    case 'unknown-board':
      return ['select-board'];
    case 'build-failed':
    case 'flash-overflow':
      return ['problems', 'output'];
    case 'port-not-found':
    case 'port-busy':
    case 'port-permission':
    case 'link-failed':
    case 'no-answer':
    case 'not-a-controller':
      return ['connect', 'log'];
    case 'bootloader-foreign':
    case 'bootloader-too-long':
    case 'bootloader-empty':
    case 'bootloader-packed':
    case 'bootloader-is-app':
      return ['install-bootloader', 'log'];
    case 'no-snapshot':
    case 'snapshot-unreadable':
      return ['restore-settings', 'log'];
    case 'build-cancelled':
    case 'cancelled':
      return [];
    default:
      return ['log'];
  }
}

/** Why a command that builds does nothing in a folder that is not trusted. */
export const untrustedNotice: Notice = {
  severity: 'warning',
  text:
    'Building runs the makefiles of this folder, and this folder is not trusted. Nothing was run. Trust the ' +
    'folder to build; controllers can be connected and image files flashed without it.',
  actions: ['trust', 'flash-file'],
};

/** A build that ran to its end, for those who asked for nothing else. */
export function buildNotice(result: BuildResult): Notice {
  if (!result.ok) {
    const { failure } = result;
    return failure
      ? { ...errorNotice(failure), actions: ['problems', 'output'] }
      : {
          severity: 'error',
          text: `Building ${plain(result.board)} failed.`,
          actions: ['problems', 'output'],
        };
  }
  const time = duration(result.duration_ms);
  const what = `${plain(result.board)}${result.version === undefined ? '' : ` ${plain(result.version)}`}`;
  const how = result.compiled === 0 ? 'nothing had changed' : `${count(result.compiled, 'file')} compiled`;
  const warnings = result.warnings.map((warning) => ` ${plain(warning, LIMIT)}`).join('');
  const change = comparisonSummary(result.comparison);
  return {
    severity: result.warnings.length > 0 ? 'warning' : 'information',
    text: `Built ${what} in ${time} (${how}${change === undefined ? '' : `; ${change}`}).${warnings}`,
    actions: [],
  };
}

/** A fault that has just appeared. */
export function faultNotice(title: string, fault: string): Notice {
  return {
    severity: 'warning',
    text: `${plain(title)}: fault ${shortFault(fault)}. ${faultMeaning(fault)}`.trim(),
    actions: ['fault'],
  };
}

/**
 * A crash that was not known.
 * @param crash what ended the firmware, as the card's title tells it
 * @param place the line, where it is known
 */
export function crashNotice(title: string, crash: string, place: string | undefined): Notice {
  const where = place === undefined ? '' : ` at ${place}`;
  const [, kind, reason = crash] = /^(Crash|Halt): (.*)$/.exec(crash) ?? [];
  const word = kind === 'Halt' ? 'halted' : 'crashed';
  return {
    severity: 'warning',
    text: `${plain(title)} ${word}${where} and started over: ${reason}.`,
    actions: [...(place === undefined ? [] : ['line' as const]), 'crash'],
  };
}

/** What a fault tells, in plain words; empty for one that this catalogue does not know. */
export function faultMeaning(fault: string): string {
  return faultCatalogue.find((entry) => entry.name === fault)?.meaning ?? '';
}
