import { type Clock, sleep } from '../base/clock';
import type { Endpoint } from '../links/endpoint';
import { silenceIs } from '../links/silence';
import { lispReplCommand } from '../protocol/messages/codeStorage';
import { fwVersion } from '../protocol/messages/identity';

/** An expression less than 500 ms after the one before is dropped without a word (facts 2.8). */
const PAUSE_MS = 600;
/** The first expression may start LispBM, which may erase a flash sector; nothing is answered meanwhile. */
const TAKEN_MS = 5000;

/** Sends what is to be evaluated, at the pace that the firmware takes it. */
export class LispRepl {
  private ready_ms = Number.NEGATIVE_INFINITY;
  private turn: Promise<void> = Promise.resolve();

  constructor(private readonly clock: Clock) {}

  /**
   * Sends `text` when its turn has come, and resolves when the controller has taken it; what it evaluates to comes
   * as prints.
   * @throws those of the link, and the reason of `signal`
   */
  send(endpoint: Endpoint, text: string, signal?: AbortSignal): Promise<void> {
    const sent = this.turn.then(async () => {
      signal?.throwIfAborted();
      const wait_ms = this.ready_ms - this.clock.now();
      if (wait_ms > 0) await sleep(this.clock, wait_ms, signal);
      await endpoint.send(lispReplCommand(text));
      // Commands are taken in order: whoever answers this has taken the expression.
      await silenceIs(endpoint.request(fwVersion(), { timeout_ms: TAKEN_MS }), undefined);
      this.ready_ms = this.clock.now() + PAUSE_MS;
    });
    this.turn = sent.catch(() => undefined);
    return sent;
  }
}
