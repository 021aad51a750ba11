import type { CrashRegisters } from '../protocol/crashDiag';
import type { CodePlace, Symbolizer } from './symbolizer';

/** Where a crash happened. */
export interface CrashPlaces {
  /** Where the processor was when it could not go on. */
  readonly pc?: CodePlace;
  /** From where that function was called, as far as the link register still tells. */
  readonly lr?: CodePlace;
  /** The place to look at first: PC, or the caller when PC was led astray. */
  readonly culprit?: 'pc' | 'lr';
}

/** Values of the link register that mean the return from an interrupt, not an address (ARMv7-M, B1.5.8). */
const EXCEPTION_RETURN = 0xffff_ff00;

/**
 * Finds the lines behind the registers of a crash.
 * @param elf the ELF of the build that crashed
 * @param compiler path of the compiler that made it
 * @throws VescError as {@link Symbolizer.locate}
 */
export async function findCrashPlaces(
  { pc, lr }: Partial<CrashRegisters>,
  elf: string,
  compiler: string | undefined,
  symbolizer: Pick<Symbolizer, 'locate'>,
): Promise<CrashPlaces> {
  // The link register holds where the call returns to: the call itself stands just before.
  const caller = lr === undefined || lr >= EXCEPTION_RETURN || lr < 2 ? undefined : ((lr & ~1) >>> 0) - 1;
  const addresses = [pc, caller].filter((address) => address !== undefined);
  const places = await symbolizer.locate(elf, addresses, compiler);
  const placeOf = (address: number | undefined): CodePlace | undefined =>
    address === undefined ? undefined : places[addresses.indexOf(address)];
  const found = { pc: placeOf(pc), lr: placeOf(caller) };
  const culprit =
    found.pc?.function !== undefined ? 'pc' : found.lr?.function !== undefined ? 'lr' : undefined;
  return {
    ...(found.pc ? { pc: found.pc } : {}),
    ...(found.lr ? { lr: { ...found.lr, address: lr! } } : {}),
    ...(culprit ? { culprit } : {}),
  };
}
