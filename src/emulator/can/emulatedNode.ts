import { Emitter, type Event } from '../../base/emitter';
import type { EmulationChannel, EmulationMessage } from '../messages';
import type { CanNode, CanReport } from './bus';

/** The place of an emulated controller at a CAN bus; the emulation itself may be in another thread. */
export class EmulatedCanNode implements CanNode {
  private readonly readiness = new Emitter<boolean>();
  private readonly reports = new Emitter<CanReport>();
  private readonly gone = new Emitter<void>();
  private ready = false;
  private over = false;

  constructor(
    readonly uuid: string,
    private readonly channel: Pick<EmulationChannel, 'post'>,
  ) {}

  get isReady(): boolean {
    return this.ready;
  }

  get onReady(): Event<boolean> {
    return this.readiness.event;
  }

  get onReport(): Event<CanReport> {
    return this.reports.event;
  }

  get onGone(): Event<void> {
    return this.gone.event;
  }

  attach(epoch: number | undefined): void {
    if (!this.over) this.channel.post({ type: 'canAttach', epoch });
  }

  grant(until_ns: number, records: Uint8Array): void {
    if (!this.over) this.channel.post({ type: 'canGrant', until_ns, records });
  }

  /** What the emulation says about its bus. */
  receive(message: Extract<EmulationMessage, { type: 'canReady' | 'canReport' }>): void {
    if (message.type === 'canReport') return this.reports.fire(message.report);
    this.ready = message.isReady;
    this.readiness.fire(message.isReady);
  }

  /** There is no controller any more. */
  end(): void {
    if (this.over) return;
    this.over = true;
    this.ready = false;
    this.gone.fire();
  }
}
