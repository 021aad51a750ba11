import type { CrashReport } from '../build/crashReport';
import type { CrashDiag, CrashRegisters } from '../protocol/crashDiag';
import { describeFaultBits } from '../protocol/faultRegisters';
import type { CardPlace } from './card';
import { codeLinks, fileNow, sourceLink } from './sourceLinks';
import { plain } from './text';

/** What ended the firmware, in a few words. */
export function crashTitle(diag: CrashDiag): string {
  const { crash } = diag;
  if (crash?.kind === 'halt') return `Halt: ${plain(crash.reason ?? 'the reason was lost')}`;
  if (crash) return `Crash: ${crashKind(crash.registers)}`;
  return isWatchdogReset(diag) ? 'Reset by the watchdog' : 'No crash is recorded';
}

/** True when the firmware hung, as far as the last reset tells. */
export function isWatchdogReset({ resetFlags }: CrashDiag): boolean {
  return resetFlags.includes('IWDG');
}

const NAMES: Readonly<Record<string, string>> = {
  IACCVIOL: 'jump to memory that holds no code',
  DACCVIOL: 'access to protected memory',
  IBUSERR: 'jump to where no memory is',
  PRECISERR: 'access to where no memory is',
  IMPRECISERR: 'write to where no memory is',
  STKERR: 'stack overflow',
  MSTKERR: 'stack overflow',
  UNSTKERR: 'damaged stack',
  MUNSTKERR: 'damaged stack',
  UNDEFINSTR: 'undefined instruction',
  INVSTATE: 'jump through a wrong function pointer',
  INVPC: 'damaged stack',
  NOCP: 'floating-point instruction without its unit',
  UNALIGNED: 'unaligned access',
  DIVBYZERO: 'division by zero',
};

function crashKind(registers: Partial<CrashRegisters>): string {
  const known = describeFaultBits(registers).find(({ name }) => name in NAMES);
  return known ? NAMES[known.name]! : 'hard fault';
}

/**
 * The places behind a crash, that to look at first ahead: lines, or what is known in their place.
 * @param root of the firmware tree of this window; undefined when there is none
 */
export function crashPlaces({ places, halts, build }: CrashReport, root: string | undefined): CardPlace[] {
  const { pc, lr, culprit } = places;
  const locate = (file: string): string => fileNow(file, build?.tree, root);
  const at = pc ? codeLinks(pc, 'crashed here', locate, root) : [];
  const from = lr ? codeLinks(lr, 'called from here', locate, root) : [];
  const code = culprit === 'lr' ? [...from, ...at] : [...at, ...from];
  return [...code, ...(root === undefined ? [] : halts.map((place) => sourceLink(place, root)))];
}
