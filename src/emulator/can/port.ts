import type { EmulatorCore } from '../emulatorCore';
import type { CanReport } from './bus';

/** A core at its CAN bus: how far it may run, and what the two have to tell each other. Lives with the core. */
export class CanPort {
  private epoch: number | undefined;
  private granted_ns = 0n;
  private readonly records: Uint8Array[] = [];

  constructor(
    private readonly core: EmulatorCore,
    private readonly send: (report: CanReport) => void,
  ) {}

  /** False while the others on the bus have to come on first. */
  get mayRun(): boolean {
    return this.epoch === undefined || this.core.now_ns < this.granted_ns;
  }

  /** The end of a slice that is to go up to `until_ns`. */
  limit(until_ns: bigint): bigint {
    return this.epoch === undefined || until_ns < this.granted_ns ? until_ns : this.granted_ns;
  }

  /** There are others on the bus, in an attachment of that number; `undefined`: there is nobody. */
  attach(epoch: number | undefined): void {
    this.core.take('canIn');
    this.core.take('canOut');
    this.records.length = 0;
    this.epoch = epoch;
    this.granted_ns = this.core.now_ns;
    this.core.attachCan(epoch !== undefined);
    this.report();
  }

  grant(until_ns: number, records: Uint8Array): void {
    if (this.epoch === undefined) return;
    this.core.put('canIn', records);
    // While the flash is busy the core is ahead: what has happened to its bus since happens now.
    this.core.run(this.core.now_ns);
    this.granted_ns = BigInt(Math.round(until_ns));
  }

  /** Tells how far the core has come, when it may go no further. */
  report(): void {
    this.collect();
    if (this.epoch === undefined || this.core.now_ns < this.granted_ns) return;
    const records = new Uint8Array(this.records.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of this.records.splice(0)) {
      records.set(piece, at);
      at += piece.length;
    }
    this.send({ epoch: this.epoch, time_ns: Number(this.core.now_ns), records });
  }

  private collect(): void {
    const records = this.core.take('canOut');
    if (records.length > 0) this.records.push(records);
  }
}
