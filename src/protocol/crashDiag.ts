/** A cause of the last reset, as the microcontroller's reset register names it (facts 6.2, `crash_diag`). */
export type ResetFlag = 'BOR' | 'PIN' | 'POR' | 'SFT' | 'IWDG' | 'WWDG' | 'LPWR';

const FLAGS: readonly string[] = ['BOR', 'PIN', 'POR', 'SFT', 'IWDG', 'WWDG', 'LPWR'] satisfies ResetFlag[];

/** The reset flags in the output of the terminal's `crash_diag` (7.01 and later); undefined when it has none. */
export function parseResetFlags(prints: readonly string[]): ResetFlag[] | undefined {
  const line = /^Reset flags:(.*)$/m.exec(prints.join('\n'))?.[1];
  return line?.split(/\s+/).filter((word): word is ResetFlag => FLAGS.includes(word));
}
