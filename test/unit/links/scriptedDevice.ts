import { FrameDecoder, encodeFrame } from '../../../src/protocol/frame';
import type { Request } from '../../../src/protocol/request';
import type { CommandId } from '../../../src/protocol/commandId';
import type { Link, LinkAddress } from '../../../src/links/link';
import { createMemoryDuplex, type DuplexEnd } from '../../../src/links/memoryDuplex';
import { Session } from '../../../src/links/session';
import { isVescError, type ErrorCode } from '../../../src/base/errors';
import { VirtualClock } from '../../support/virtualClock';

export const ADDRESS = { kind: 'serial', path: '/dev/ttyACM0', baudRate: 115_200 } as const;

/** The far end of a link, doing what the test says; it keeps what it was sent. */
export class ScriptedDevice {
  /** The payloads that arrived, oldest first. */
  readonly received: number[][] = [];
  /** What it does with each payload; by default nothing. */
  onPayload: (payload: Uint8Array) => void = () => {};

  constructor(readonly end: DuplexEnd) {
    const decoder = new FrameDecoder();
    end.onData((bytes) => {
      for (const payload of decoder.push(bytes)) {
        this.received.push([...payload]);
        this.onPayload(payload);
      }
    });
  }

  reply(...payload: number[]): void {
    this.end.send(encodeFrame(Uint8Array.from(payload)));
  }

  print(text: string): void {
    this.reply(21, ...Buffer.from(text, 'latin1'));
  }
}

interface Rig {
  readonly clock: VirtualClock;
  readonly session: Session;
  readonly device: ScriptedDevice;
}

/** A new session and device for each test of the `describe` this is called in. */
export function eachConnected(use: (rig: Rig) => void): void {
  let rig: Rig;
  beforeEach(() => use((rig = connected(new VirtualClock()))));
  afterEach(() => rig.session.dispose());
}

/** `link`, with other hands that write. */
export function withWrite(link: Link, write: Link['write']): Link {
  return new Proxy(link, {
    get: (target, key): unknown => (key === 'write' ? write : Reflect.get(target, key, target)),
  });
}

/** A session with a device at its other end. */
export function connected(clock: VirtualClock, address: LinkAddress = ADDRESS): Rig {
  const { link, device } = createMemoryDuplex(address, clock);
  return { clock, session: new Session(link, clock), device: new ScriptedDevice(device) };
}

/** A request that is answered by `[id, value]`. */
export function ask(id: CommandId, ...rest: number[]): Request<number> {
  return { payload: Uint8Array.of(id, ...rest), replyId: id, decode: (payload) => payload[1] };
}

/** A predicate for `assert.rejects`: our error with this code, and these details. */
export function code(
  expected: ErrorCode,
  details: Record<string, unknown> = {},
): (error: unknown) => boolean {
  return (error) => {
    if (!isVescError(error, expected)) throw error;
    const found = error.details as Record<string, unknown>;
    for (const [name, value] of Object.entries(details)) {
      if (found[name] !== value) throw new Error(`${name} is ${String(found[name])}, not ${String(value)}`);
    }
    return true;
  };
}
