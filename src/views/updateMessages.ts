import { type ErrorCode, isVescError } from '../base/errors';
import { atLeast } from '../protocol/version';
import type { RestoredPart } from '../settings/settingsRestore';
import type { BootloaderResult } from '../update/bootloaderInstaller';
import type { JournalEntry } from '../update/journal';
import { blamesBootloader, describe } from '../update/judgement';
import { OVERRIDABLE } from '../update/overridable';
import type { Proof, UpdateOutcome } from '../update/verdict';
import { LIMIT, sentences } from './messages';
import type { Action, Notice } from './notices';
import { duration, plain } from './text';

const PROOFS: Record<Proof, string> = {
  'build-identity': 'its build identity',
  'read-back': 'reading back every byte of its flash',
  'app-crc': 'the checksum of what runs',
  commit: 'its commit',
  version: 'its version',
};

/**
 * What an update came to.
 * @param title what the user calls the controller
 * @param warnings what speaks for a second thought about the build, as another compiler than the tree wants
 */
export function verdictNotice(
  result: UpdateOutcome,
  title: string,
  warnings: readonly string[] = [],
): Notice {
  const name = plain(title);
  const time = duration(result.stages.reduce((sum, stage) => sum + stage.duration_ms, 0));
  const running = result.after ?? result.before;
  const runs = running ? plain(describe(running)) : 'the image';
  const kept = restoreWords(result);
  switch (result.verdict) {
    case 'updated':
      return {
        severity: kept === '' ? 'information' : 'warning',
        text:
          `${name} now runs ${runs}. Proven by ${PROOFS[result.proof ?? 'version']}, in ${time}.${kept}` +
          warnings.map((warning) => ` ${plain(firstSentence(warning), LIMIT)}`).join(''),
        actions: [...restoreActions(result), 'faults', 'log'],
      };
    case 'already-running':
      return {
        severity: kept === '' ? 'information' : 'warning',
        text: `${name} already runs this build (${runs}).${paidBackWords(result)}${kept}`,
        actions: ['flash-again', ...restoreActions(result), 'log'],
      };
    case 'refused':
      return refusal(result, name);
    default:
      return {
        severity: result.verdict === 'unproven' || isCancelled(result) ? 'warning' : 'error',
        text: `${name}: ${result.error ? sentences(result.error) : `the update ended ${result.verdict}.`}${kept}`,
        actions: [...nextActions(result), ...restoreActions(result), 'log'],
      };
  }
}

/** The way on from an update that did not end well, the likeliest first. */
function nextActions({ verdict, error, after }: UpdateOutcome): readonly Action[] {
  if (verdict === 'lost') return ['recover', 'look-again'];
  // Without a bootloader the next update would end as this one did.
  if (isVescError(error, 'bootloader-missing')) return ['install-bootloader'];
  if (blamesBootloader(error)) return ['install-bootloader', 'flash-again'];
  const tellsCrc = after !== undefined && atLeast(after.firmware, 6, 6);
  if (verdict === 'unproven' && tellsCrc) return ['prove-by-crc', 'flash-again'];
  return ['flash-again'];
}

function restoreActions({ restored, unpaid }: UpdateOutcome): readonly Action[] {
  const has = (outcome: RestoredPart['outcome']): boolean =>
    restored.some((part) => part.outcome === outcome);
  return [
    ...(has('kept') ? (['migrate-settings'] as const) : []),
    ...(has('failed') || unpaid ? (['restore-settings'] as const) : []),
  ];
}

/**
 * What the installation of a bootloader came to.
 * @param next what to offer once there is one
 */
export function bootloaderNotice(result: BootloaderResult, title: string, next: Action): Notice {
  const name = plain(title);
  const { verdict, error } = result;
  if (verdict === 'installed') {
    return {
      severity: 'information',
      text: `${name} has a bootloader that works: it was written, started, and answered. The firmware runs as before.`,
      actions: [next, 'log'],
    };
  }
  if (isVescError(error, 'cancelled'))
    return { severity: 'warning', text: sentences(error), actions: ['log'] };
  return {
    severity: 'error',
    text: `${name}: ${error ? sentences(error) : `the installation ended ${verdict}.`}`,
    actions: isVescError(error, 'not-a-vesc') ? ['log'] : ['install-bootloader', 'log'],
  };
}

/** The rest was read at the build, and stands in the log. */
function firstSentence(text: string): string {
  return /^.*?\.(?=\s+\p{Lu}|$)/u.exec(text)?.[0] ?? text;
}

function isCancelled(result: UpdateOutcome): boolean {
  return isVescError(result.error, 'cancelled');
}

/** Refusals are listed all at once: nobody wants to learn of the next one only after mending the first. */
function refusal(result: UpdateOutcome, name: string): Notice {
  const refusals = result.refusals ?? (result.error ? [result.error] : []);
  const text = refusals.map(sentences).join(' ');
  const codes = refusals.map((each) => each.code);
  const actions: Action[] = [];
  if (overridesOf(result)) actions.push(needsHardwareName(result) ? 'type-hardware' : 'flash-anyway');
  if (codes.includes('wrong-hardware')) actions.unshift('select-board');
  if (codes.includes('needs-5.03-first')) actions.unshift('flash-file');
  if (codes.includes('motor-turning')) actions.push('flash-again');
  return { severity: 'error', text: `${name} was not flashed. ${text}`, actions: [...actions, 'log'] };
}

/** The refusals that the user may override; undefined when there is one among them that nobody may. */
export function overridesOf(result: UpdateOutcome): readonly ErrorCode[] | undefined {
  const codes = (result.refusals ?? (result.error ? [result.error] : [])).map((each) => each.code);
  return codes.length > 0 && codes.every((code) => OVERRIDABLE.includes(code)) ? codes : undefined;
}

/** True when overriding means typing the controller's hardware name. */
export function needsHardwareName(result: UpdateOutcome): boolean {
  return (overridesOf(result) ?? []).some((code) => code === 'wrong-hardware' || code === 'hardware-unknown');
}

/** What of the settings is not as it was; nothing when all is. */
function restoreWords({ restored: parts, unpaid }: UpdateOutcome): string {
  const words: Partial<Record<RestoredPart['outcome'], string>> = {
    adjusted: 'changed to the limits of this firmware',
    kept: 'not written back, because this firmware has another layout; the snapshot keeps it',
    failed: 'could not be written back; the snapshot keeps it',
  };
  const odd = Object.entries(words).map(([outcome, text]) => {
    const whats = parts.filter((part) => part.outcome === outcome).map((part) => plain(part.what));
    return whats.length === 0 ? '' : ` ${whats.join(', ')}: ${text}.`;
  });
  return odd.join('') + (unpaid ? ` ${sentences(unpaid)}` : '');
}

/** What was written of the settings that an earlier update owed to a controller whose firmware is left as it is. */
function paidBackWords({ restored, unpaid }: UpdateOutcome): string {
  // Writing back that broke off may have written something.
  if (restored.length === 0) return unpaid ? '' : ' Nothing was written.';
  const whats = restored.filter(({ outcome }) => outcome === 'restored').map(({ what }) => plain(what));
  return whats.length === 0 ? '' : ` Written back, as an earlier update owed it: ${whats.join(', ')}.`;
}

/** What was left half-way when the program last ended, and what to do about it. */
export function journalNotice(entry: JournalEntry): Notice {
  const controller = `the ${plain(entry.hardware)} at ${plain(entry.address)} (${plain(entry.uuid).slice(0, 8)})`;
  const when = plain(entry.since).slice(0, 16).replace('T', ' ');
  const words: Record<JournalEntry['state'], string> = {
    staging:
      `An update of ${controller} was left half-way on ${when}. Its old firmware is intact; stored LispBM and QML ` +
      'code may be erased. Connect and flash again.',
    committed:
      `An update of ${controller} on ${when} was not watched to its end: the bootloader had been started. ` +
      'Connect to see what runs now, and flash again if it is not what you want.',
    restoring:
      `After an update of ${controller} on ${when} its settings were not all written back. The snapshot` +
      `${entry.snapshotPath === undefined ? '' : ` ${plain(entry.snapshotPath, LIMIT)}`} has them: connect, and restore them.`,
    bootloader:
      `A bootloader was being written to ${controller} on ${when}. Its firmware is intact; install the bootloader ` +
      'again before any update.',
  };
  const actions: Record<JournalEntry['state'], Action> = {
    staging: 'look-again',
    committed: 'look-again',
    restoring: 'restore-settings',
    bootloader: 'install-bootloader',
  };
  return { severity: 'warning', text: words[entry.state], actions: [actions[entry.state], 'log'] };
}
