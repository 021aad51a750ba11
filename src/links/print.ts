import { latin1 } from '../protocol/bytes';
import { CommandId } from '../protocol/commandId';

/** The text of a PRINT payload, undefined for any other; a truncated print ends with a NUL (facts 2.7). */
export function printedText(payload: Uint8Array): string | undefined {
  if (payload[0] !== CommandId.PRINT) return undefined;
  const text = latin1(payload.subarray(1));
  const nul = text.indexOf('\0');
  return nul < 0 ? text : text.slice(0, nul);
}

/** What the firmware prints before the output of a terminal command, from 6.00 on (facts 6.1). */
export function isEcho(print: string, command: string): boolean {
  const plain = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase();
  return plain(print) === plain(`-> ${command}`);
}
