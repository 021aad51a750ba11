import { Attention, cpu } from './cpu';
import { endStretch } from './time';

/** Why a reset happens: the flags that it sets in RCC_CSR besides PINRSTF. */
export const enum ResetCause {
  powerOn = 0x0e000000,
  software = 1 << 28,
  independentWatchdog = 1 << 29,
  windowWatchdog = 1 << 30,
}

/** The chip resets after the current instruction. */
export function requestReset(cause: u32): void {
  cpu.resetCause = cause;
  cpu.attention |= Attention.stop;
  endStretch();
}
