/** Characters that mean something inside a quoted word of Tcl. */
const SPECIAL = /[\\"$[\]]/g;
const CONTROL: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** `text` as one word of Tcl that stands for itself, whatever is in it: paths are data. */
export function quoteTcl(text: string): string {
  const escaped = text
    .replace(SPECIAL, (character) => `\\${character}`)
    .replace(/[\n\r\t]/g, (character) => CONTROL[character]!);
  return `"${escaped}"`;
}

/** A command of words that stand for themselves. Words of letters, digits and a few harmless signs stay bare. */
export function tclCommand(...words: readonly (string | number)[]): string {
  return words.map((word) => (/^[\w./:-]+$/.test(`${word}`) ? `${word}` : quoteTcl(`${word}`))).join(' ');
}
