import type { ResetFlag } from '../protocol/crashDiag';

/** The reset flags in words, the one that tells most. A reset by any cause pulls the reset pin, too. */
export function describeReset(flags: readonly ResetFlag[]): string {
  const has = (flag: ResetFlag): boolean => flags.includes(flag);
  if (has('IWDG')) return 'the independent watchdog: the firmware hung and was reset';
  if (has('WWDG')) return 'the window watchdog: a bootloader that found nothing to install ends so';
  if (has('LPWR')) return 'an attempt to enter a low-power mode';
  if (has('SFT')) return 'the firmware itself: a restart that was asked for, or the end of a crash or halt';
  if (has('POR')) return 'the power came on';
  if (has('BOR')) return 'the supply of the microcontroller broke down';
  return has('PIN') ? 'the reset pin, as a programmer pulls it' : 'not known';
}
