// README.md as the package carries it. The editor's page of an extension shows pictures only from an https address and
// has no folder beside the text. This repository has no public address to lead to: once `repository` in package.json
// says one, vsce makes links of that, and this is not needed any more.
import { readFileSync } from 'node:fs';

/** What leads to a file: no address with a scheme, and no place in the same text. */
const TO_FILE = '\\((?![a-z]+:|#)[^)\\s]+\\)';
const PICTURE = new RegExp(`!\\[[^\\]]*\\]${TO_FILE}\\n*`, 'gi');
const LINK = new RegExp(`\\[([^\\]]*)\\]${TO_FILE}`, 'gi');

/** @param {string} file README.md @returns {string} its text without pictures, and with the words of links to files */
export function packagedReadme(file) {
  return readFileSync(file, 'utf8').replace(PICTURE, '').replace(LINK, '$1');
}
