const WORDS: Readonly<Record<string, string>> = {
  connecting: 'Connecting…',
  silent: 'Does not answer.',
  updating: 'An update owns the link.',
  disconnected: 'Not connected.',
};

/**
 * Why there are no values of a controller; nothing while there are.
 * @param problem the cause, where it is known
 */
export function stateWords(state: string, problem: string | undefined): string {
  const words = WORDS[state];
  if (words === undefined) return '';
  return problem === undefined ? words : `${words} ${problem}`;
}
