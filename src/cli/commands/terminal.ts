import { createInterface } from 'node:readline';
import { type ErrorCode, ExitStatus, isVescError, type VescError } from '../../base/errors';
import { isEcho } from '../../links/echo';
import { type CommandContext, defineCommand } from '../command';
import { type Connection, TARGET_OPTIONS, targetText, withController } from '../target';

/** Some commands measure for seconds before they print anything. */
const ANSWER_MS = 10_000;
/** After a command that prints nothing, as many do. */
const SILENT_MS = 2000;

export const terminalCommand = defineCommand({
  name: 'terminal',
  summary: "use the firmware's terminal: one command, or line by line",
  positionals: { usage: '[COMMAND]', max: 100 },
  options: TARGET_OPTIONS,
  details: [
    'With a command: runs it and prints what the firmware answers. Without one: reads',
    'commands line by line until the end of the input (Ctrl+D), and shows everything',
    'the firmware prints. "help" lists what the firmware knows.',
  ],
  examples: ['vesc terminal faults', 'vesc terminal "hw_status"', 'vesc terminal'],
  run: (context, { options, positionals }) =>
    withController(context, options, (connection) =>
      positionals.length > 0
        ? runOne(context, connection, positionals.join(' '))
        : converse(context, connection),
    ),
});

async function runOne(
  { report, interruption }: CommandContext,
  { endpoint }: Connection,
  command: string,
): Promise<ExitStatus> {
  const prints = await endpoint.terminal(command, { timeout_ms: ANSWER_MS, signal: interruption.signal });
  report.result({ command, prints }, prints.map(shown));
  return ExitStatus.ok;
}

async function converse(
  { report, interruption, input }: CommandContext,
  connection: Connection,
): Promise<ExitStatus> {
  const { session, endpoint } = connection;
  const person = input.isTTY === true;
  if (person) report.note(`${connection.version.hardware} at ${targetText(connection)}; Ctrl+D ends.`);
  let current = '';
  let commands = 0;
  const showing = session.onPrint((text) => {
    if (!isEcho(text, current)) report.event('print', { text }, shown(text));
  });
  const lines = createInterface({ input, terminal: false });
  let lost: VescError | undefined;
  const closing = session.onClose((reason) => {
    lost = reason;
    lines.close();
  });
  let ended = false;
  interruption.streams(() => {
    ended = true;
    lines.close();
    interruption.cancel('The terminal');
  });
  try {
    for await (const line of lines) {
      if (ended) break;
      current = line.trim();
      if (current === '') continue;
      commands++;
      // What it prints is shown as it comes; silence is an answer too.
      await endpoint
        .terminal(current, { timeout_ms: SILENT_MS, signal: interruption.signal })
        .catch(passOver);
    }
  } finally {
    showing.dispose();
    closing.dispose();
    lines.close();
  }
  if (lost) throw lost;
  report.result({ commands }, []);
  return ExitStatus.ok;
}

/** Most prints are a line without its end; those that bring one do not need another. */
function shown(print: string): string {
  return print.replace(/\n$/, '');
}

/** Silence is an answer, and the end of the input ends the waiting. */
function passOver(error: unknown): void {
  const codes: readonly ErrorCode[] = ['no-answer', 'can-node-silent', 'cancelled'];
  if (!isVescError(error) || !codes.includes(error.code)) throw error;
}
