import { fromLatin1 } from '../bytes';
import { CommandId } from '../commandId';
import { contentsOf, message } from './message';

/**
 * Runs a terminal command. What it prints arrives as any number of PRINT payloads ({@link decodePrint}) without
 * an end mark, at the interface that sent the last blocking command, of which this is one (facts 1.4).
 */
export function terminalCommand(text: string): Uint8Array {
  return message(CommandId.TERMINAL_CMD).bytes(fromLatin1(text)).finish();
}

/** Runs a terminal command ahead of blocking ones; its output goes to whoever sent the last blocking command. */
export function terminalCommandSync(text: string): Uint8Array {
  return message(CommandId.TERMINAL_CMD_SYNC).bytes(fromLatin1(text)).finish();
}

/** The text of a PRINT payload, Latin-1, mostly without a newline; `undefined` for any other payload. */
export function decodePrint(payload: Uint8Array): string | undefined {
  return contentsOf(CommandId.PRINT, payload)?.string();
}

/** The PRINT payload of `text`. */
export function encodePrint(text: string): Uint8Array {
  return message(CommandId.PRINT).bytes(fromLatin1(text)).finish();
}
