import type { Clock } from '../base/clock';
import type { Disposable } from '../base/disposable';
import { Emitter } from '../base/emitter';
import { isVescError, type VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import {
  getStats,
  getValuesSelective,
  getValuesSetupSelective,
  type SetupValues,
  type Stats,
  type Values,
} from '../protocol/messages/telemetry';
import { SlowAverages } from './slowAverages';

/** What is read, by the command that reads it. */
export interface FeedFields {
  readonly values?: readonly (keyof Values)[];
  readonly setup?: readonly (keyof SetupValues)[];
  readonly stats?: readonly (keyof Stats)[];
}

/** What somebody wants to know of a controller, and how often. */
export interface FeedWish extends FeedFields {
  readonly interval_ms: number;
}

/** What was read at one moment. A source that does not answer, or was not asked for, is empty. */
export interface Reading {
  /** When the last of the answers came, by the clock. */
  readonly time_ms: number;
  readonly values: Partial<Values>;
  readonly setup: Partial<SetupValues>;
  readonly stats: Partial<Stats>;
}

/** A share in the readings; dispose it to have no more. */
export interface FeedSubscription extends Disposable {
  change(wish: FeedWish): void;
}

const SOURCES = ['values', 'setup', 'stats'] as const;
type Source = (typeof SOURCES)[number];

const READ_TIMEOUT_MS = 1000;
/** The next try after a failure, however often somebody wants readings. */
const RETRY_MS = 250;
/** A source that was silent so often while another one answered is one this firmware does not have. */
const SILENCES = 3;

interface Subscriber {
  wish: FeedWish;
  due_ms: number;
  readonly averages: SlowAverages;
  readonly listener: (reading: Reading) => void;
}

/**
 * The one reader of a controller's values, whoever wants to see them. Reading the currents resets their averages
 * (facts 1.4), so two readers would each see what the other left over. Everybody says what they want and how often;
 * what is due together is asked for together, and never before the last answer came. Who looks less often than
 * another gets the average since their own last look.
 */
export class ValueFeed implements Disposable {
  private readonly subscribers: Subscriber[] = [];
  private readonly failures = new Emitter<VescError>();
  private readonly silences = new Map<Source, number>();
  private endpoint: Endpoint | undefined;
  private timer: Disposable | undefined;
  private reading = false;
  /** Changes with every start and stop: an answer to a question from before is nobody's. */
  private life = 0;

  /** Fires when nothing answered, or the link does not work; reading goes on. Silent while others own the link. */
  readonly onFailure = this.failures.event;

  constructor(private readonly clock: Clock) {}

  /** Reads from `endpoint` from now on. */
  start(endpoint: Endpoint): void {
    this.stop();
    this.endpoint = endpoint;
    this.silences.clear();
    const now = this.clock.now();
    for (const subscriber of this.subscribers) {
      subscriber.due_ms = now;
      subscriber.averages.forget();
    }
    this.wakeSoon();
  }

  /** Reads nothing until the next start; subscriptions stay. */
  stop(): void {
    this.life++;
    this.reading = false;
    this.endpoint = undefined;
    this.timer?.dispose();
  }

  /** `listener` gets a first reading as soon as it is there, and then one every `interval_ms`. */
  subscribe(wish: FeedWish, listener: (reading: Reading) => void): FeedSubscription {
    const subscriber = { wish, due_ms: this.clock.now(), averages: new SlowAverages(), listener };
    this.subscribers.push(subscriber);
    this.wakeSoon();
    return {
      change: (next) => {
        subscriber.wish = next;
        subscriber.due_ms = Math.min(subscriber.due_ms, this.clock.now() + next.interval_ms);
        this.wakeSoon();
      },
      dispose: () => {
        const at = this.subscribers.indexOf(subscriber);
        if (at >= 0) this.subscribers.splice(at, 1);
      },
    };
  }

  dispose(): void {
    this.stop();
    this.subscribers.length = 0;
    this.failures.dispose();
  }

  private wakeSoon(): void {
    if (!this.endpoint || this.reading || this.subscribers.length === 0) return;
    this.timer?.dispose();
    const next_ms = Math.min(...this.subscribers.map(({ due_ms }) => due_ms));
    this.timer = this.clock.schedule(Math.max(0, next_ms - this.clock.now()), () => void this.round());
  }

  /** One read of what is due, then the next one is planned: never two at a time. */
  private async round(): Promise<void> {
    const { endpoint, life } = this;
    if (!endpoint) return;
    const now = this.clock.now();
    const due = this.subscribers.filter(({ due_ms }) => due_ms <= now);
    if (due.length === 0) return this.wakeSoon();
    this.reading = true;
    let earliest_ms = now;
    try {
      const reading = await this.read(endpoint, fieldsOf(due.map(({ wish }) => wish)));
      if (life !== this.life) return;
      for (const { wish, averages } of this.subscribers) averages.add(reading, wish.values ?? []);
      for (const subscriber of due) {
        // A listener may have let another one go.
        if (this.subscribers.includes(subscriber)) {
          subscriber.listener({ ...reading, values: subscriber.averages.take(reading.values) });
        }
      }
    } catch (error) {
      if (!isVescError(error)) throw error;
      if (life !== this.life) return;
      earliest_ms = this.clock.now() + RETRY_MS;
      if (!isVescError(error, 'link-in-use') && !isVescError(error, 'link-closed')) this.failures.fire(error);
    }
    // A listener may have stopped all of it, or started it on another link.
    if (life !== this.life) return;
    this.reading = false;
    earliest_ms = Math.max(earliest_ms, this.clock.now());
    // A late answer does not shift the readings after it.
    for (const subscriber of due) {
      subscriber.due_ms = Math.max(subscriber.due_ms + subscriber.wish.interval_ms, earliest_ms);
    }
    this.wakeSoon();
  }

  /** Asks for everything at once. Throws only when no source answered. */
  private async read(endpoint: Endpoint, fields: Required<FeedFields>): Promise<Reading> {
    const options = { timeout_ms: READ_TIMEOUT_MS };
    const wanted = SOURCES.filter(
      (source) => fields[source].length > 0 && (this.silences.get(source) ?? 0) < SILENCES,
    );
    const ask = { values: {}, setup: {}, stats: {} };
    const outcomes = await Promise.allSettled(
      wanted.map(async (source) => {
        if (source === 'values')
          ask.values = await endpoint.request(getValuesSelective(fields.values), options);
        else if (source === 'setup')
          ask.setup = await endpoint.request(getValuesSetupSelective(fields.setup), options);
        else ask.stats = await endpoint.request(getStats(fields.stats), options);
      }),
    );
    const failed = outcomes.filter((outcome) => outcome.status === 'rejected');
    if (failed.length === wanted.length && failed[0]) throw failed[0].reason;
    wanted.forEach((source, at) => {
      const isSilent = outcomes[at]!.status === 'rejected';
      this.silences.set(source, isSilent ? (this.silences.get(source) ?? 0) + 1 : 0);
    });
    return { time_ms: this.clock.now(), ...ask };
  }
}

/** Everything that is wanted by any of `wishes`. */
function fieldsOf(wishes: readonly FeedWish[]): Required<FeedFields> {
  const all = <K>(of: (wish: FeedWish) => readonly K[] | undefined): K[] => [
    ...new Set(wishes.flatMap((wish) => of(wish) ?? [])),
  ];
  return {
    values: all((wish) => wish.values),
    setup: all((wish) => wish.setup),
    stats: all((wish) => wish.stats),
  };
}
