/**
 * Splits a command line into its words as a POSIX shell does: blanks part words, quotes and backslashes keep what is
 * in them together. Nothing is expanded and nothing is run. Undefined for what is more than one plain command
 * (a pipe, a list, a redirection, a substitution) or has a quote that is not closed.
 */
export function shellWords(line: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const letter = line[at]!;
    if (/\s/.test(letter)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (letter === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) return undefined;
      word = (word ?? '') + line.slice(at + 1, end);
      at = end;
    } else if (letter === '"') {
      const quoted = doubleQuoted(line, at + 1);
      if (quoted === undefined) return undefined;
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (letter === '\\') {
      if (at + 1 === line.length) return undefined;
      word = (word ?? '') + line[++at]!;
    } else if ('|&;<>()$`'.includes(letter)) {
      return undefined;
    } else word = (word ?? '') + letter;
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** What stands between double quotes from `start` on, and where the closing one is. */
function doubleQuoted(line: string, start: number): { text: string; end: number } | undefined {
  let text = '';
  for (let at = start; at < line.length; at++) {
    const letter = line[at]!;
    if (letter === '"') return { text, end: at };
    if (letter === '$' || letter === '`') return undefined;
    if (letter === '\\' && '"\\$`'.includes(line[at + 1] ?? '')) text += line[++at]!;
    else text += letter;
  }
  return undefined;
}
