/** True when `print` is what the firmware prints ahead of a command's output, from 6.00 on (facts 6.1). */
export function isEcho(print: string, command: string): boolean {
  return plain(print) === plain(`-> ${command}`);
}

/** Blanks and letter case are the firmware's own. */
function plain(text: string): string {
  return text.trim().replace(/\s+/g, ' ').toLowerCase();
}
