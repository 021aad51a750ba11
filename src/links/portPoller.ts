/** What serialport's binding waits with on Linux and macOS. */
interface Poller {
  poll(flags?: number): void;
  listenerCount(event: string): number;
}

const READABLE = 1;
const WRITABLE = 2;

/**
 * Repairs an open serialport stream whose reader and writer both wait. Their native poller watches for the newer of
 * the two wishes only, so a write that fills the system's buffer stops the reading (and the other way round), and
 * when the device waits for us to read, nothing moves any more. Nothing is done where there is no such poller.
 */
export function watchForBoth(stream: object): void {
  const poller = pollerOf(stream);
  if (poller === undefined) return;
  const poll = poller.poll.bind(poller);
  poller.poll = (flags = 0) => {
    const reading = poller.listenerCount('readable') > 0 ? READABLE : 0;
    const writing = poller.listenerCount('writable') > 0 ? WRITABLE : 0;
    poll(flags | reading | writing);
  };
}

function pollerOf(stream: object): Poller | undefined {
  const { port } = stream as { port?: { poller?: Partial<Poller> } };
  const poller = port?.poller;
  return poller?.poll && poller.listenerCount ? (poller as Poller) : undefined;
}
