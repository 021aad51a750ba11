import { type CanPacket, FIFO_FRAMES } from './canBus';
import type { Firmware } from './firmware';

/** Packets that came over the bus: taken one by one, lost while the processor stands still. */
export class CanInbox {
  private packets: CanPacket[] = [];
  private busy = false;
  /** Changes with every reset, so that work from before it can be told. */
  private life = 0;

  constructor(private readonly reader: () => Firmware | 'stalled' | undefined) {}

  arrive(packet: CanPacket): void {
    const reader = this.reader();
    if (reader === undefined) return;
    const waiting = this.packets.reduce((sum, { frames }) => sum + frames, 0);
    // What the receive FIFO does not hold is gone.
    if (reader === 'stalled' && waiting + packet.frames > FIFO_FRAMES) return;
    this.packets.push(packet);
    this.resume();
  }

  /** Goes on after the processor stood still. */
  resume(): void {
    for (;;) {
      const reader = this.reader();
      if (this.busy || reader === undefined || reader === 'stalled') return;
      const packet = this.packets.shift();
      if (packet === undefined) return;
      const work = reader.receivePacket(packet);
      if (work !== undefined) this.waitFor(work);
    }
  }

  clear(): void {
    this.life++;
    this.packets = [];
    this.busy = false;
  }

  private waitFor(work: Promise<void>): void {
    const { life } = this;
    this.busy = true;
    void work.then(() => {
      if (life !== this.life) return;
      this.busy = false;
      this.resume();
    });
  }
}
