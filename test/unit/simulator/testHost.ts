import type { Link } from '../../../src/links/link';
import { latin1, toHex } from '../../../src/protocol/bytes';
import { CommandId } from '../../../src/protocol/commandId';
import { encodeFrame, FrameDecoder } from '../../../src/protocol/frame';
import { terminalCommand } from '../../../src/protocol/messages/terminal';
import { decodeReply, type Request } from '../../../src/protocol/request';
import type { VirtualClock } from '../../support/virtualClock';

/** The far end of a link: speaks frames, keeps what comes. */
export class TestHost {
  readonly received: Uint8Array[] = [];
  closed = false;
  private readonly decoder = new FrameDecoder();

  constructor(
    readonly link: Link,
    private readonly clock: VirtualClock,
  ) {
    link.onData((bytes) => this.received.push(...this.decoder.push(bytes)));
    link.onClose(() => (this.closed = true));
  }

  /** Sends a payload and returns what came within `wait_ms`. */
  async exchange(payload: Uint8Array, wait_ms = 0): Promise<Uint8Array[]> {
    const before = this.received.length;
    await this.link.write(encodeFrame(payload));
    await this.clock.advance(wait_ms);
    return this.received.slice(before);
  }

  /** The answer to `request` among what came within `wait_ms`. */
  async ask<R>(request: Request<R>, wait_ms = 0): Promise<R | undefined> {
    const payloads = await this.exchange(request.payload, wait_ms);
    for (const payload of payloads) {
      const reply = decodeReply(request, payload);
      if (reply !== undefined) return reply;
    }
    return undefined;
  }

  /** What a terminal command prints. */
  async terminal(text: string, wait_ms = 0): Promise<string[]> {
    return prints(await this.exchange(terminalCommand(text), wait_ms));
  }
}

/** The texts of those payloads that are prints. */
export function prints(payloads: readonly Uint8Array[]): string[] {
  return payloads.filter(([id]) => id === CommandId.PRINT).map((payload) => latin1(payload.subarray(1)));
}

export const hexes = (payloads: readonly Uint8Array[]): string[] => payloads.map(toHex);
