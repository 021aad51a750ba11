import { createInterface } from 'node:readline';
import type { Clock } from '../../base/clock';
import { sleep } from '../../base/clock';
import { ExitStatus, type VescError } from '../../base/errors';
import { requireLisp } from '../../controllers/lispProgram';
import { LispRepl } from '../../controllers/lispRepl';
import type { Session } from '../../links/session';
import { decodeLispPrint } from '../../protocol/messages/codeStorage';
import { targetText } from '../target';
import type { LispCall } from './actions';

/** Evaluating begins at once; what it prints first may take longer. */
const ANSWER_MS = 3000;
/** Nothing more comes when nothing came for so long. */
const IDLE_MS = 300;
/** A program that never stops printing does not keep anybody here. */
const LONGEST_MS = 5000;

/** Evaluates one expression, or what is typed line by line. */
export async function repl(call: LispCall): Promise<ExitStatus> {
  await requireLisp(call.connection.endpoint, call.connection.version);
  return call.operands.length > 0 ? evaluateOne(call) : converse(call);
}

async function evaluateOne({ context, connection, operands }: LispCall): Promise<ExitStatus> {
  const { core, report, interruption } = context;
  const { session, endpoint } = connection;
  const expression = operands.join(' ');
  const prints: string[] = [];
  const listening = onLispPrint(session, (text) => void prints.push(text));
  try {
    await new LispRepl(core.clock).send(endpoint, expression);
    await quiet(core.clock, () => prints.length, interruption.signal);
  } finally {
    listening.dispose();
  }
  report.result({ expression, prints }, prints);
  return ExitStatus.ok;
}

/** Resolves when something was printed and then nothing more, or nothing at all. */
async function quiet(clock: Clock, count: () => number, signal: AbortSignal): Promise<void> {
  const start_ms = clock.now();
  let seen = 0;
  for (;;) {
    await sleep(clock, IDLE_MS, signal);
    const waited_ms = clock.now() - start_ms;
    const isOver = count() === 0 ? waited_ms >= ANSWER_MS : count() === seen;
    if (isOver || waited_ms >= LONGEST_MS) return;
    seen = count();
  }
}

async function converse({ context, connection }: LispCall): Promise<ExitStatus> {
  const { core, report, interruption, input } = context;
  const { session, endpoint, version } = connection;
  if (input.isTTY === true)
    report.note(`LispBM on ${version.hardware} at ${targetText(connection)}; Ctrl+D ends.`);
  const pace = new LispRepl(core.clock);
  let expressions = 0;
  let prints = 0;
  const listening = onLispPrint(session, (text) => {
    prints++;
    report.event('print', { text }, text);
  });
  const lines = createInterface({ input, terminal: false });
  let lost: VescError | undefined;
  const closing = session.onClose((reason) => {
    lost = reason;
    lines.close();
  });
  const ended = new AbortController();
  interruption.streams(() => {
    ended.abort();
    lines.close();
  });
  try {
    for await (const line of lines) {
      if (ended.signal.aborted) break;
      if (line.trim() === '') continue;
      expressions++;
      await pace.send(endpoint, line.trim(), ended.signal);
    }
    const before = prints;
    // What the last one evaluates to is still to come.
    if (expressions > 0) await quiet(core.clock, () => prints - before, ended.signal);
  } catch (error) {
    if (!ended.signal.aborted && lost === undefined) throw error;
  } finally {
    listening.dispose();
    closing.dispose();
    lines.close();
  }
  if (lost) throw lost;
  report.result({ expressions }, []);
  return ExitStatus.ok;
}

function onLispPrint(session: Session, take: (text: string) => void): { dispose(): void } {
  return session.onPacket((payload) => {
    const text = decodeLispPrint(payload);
    if (text !== undefined) take(text.replace(/\n$/, ''));
  });
}
