import type { CrashRegisters } from './crashDiag';

/** One bit of a fault status register, in words. */
export interface FaultBit {
  readonly register: 'cfsr' | 'hfsr';
  /** As the processor's manual names it. */
  readonly name: string;
  readonly meaning: string;
}

type Row = readonly [bit: number, name: string, meaning: string];

/** Configurable Fault Status Register (ARMv7-M Architecture Reference Manual, B3.2.15). */
const CFSR: readonly Row[] = [
  [0, 'IACCVIOL', 'The processor was sent to code at an address that must not be executed.'],
  [1, 'DACCVIOL', 'It read or wrote data at an address that is protected.'],
  [3, 'MUNSTKERR', 'Returning from an interrupt hit protected memory: the stack is damaged.'],
  [4, 'MSTKERR', 'Entering an interrupt hit protected memory: the stack has overflowed.'],
  [5, 'MLSPERR', 'Saving the floating-point registers hit protected memory.'],
  [
    8,
    'IBUSERR',
    'The processor was sent to code where no memory is: a wrong function pointer or return address.',
  ],
  [9, 'PRECISERR', 'The instruction at PC read or wrote where no memory is.'],
  [
    10,
    'IMPRECISERR',
    'A write shortly before PC went where no memory is; PC is a little behind the culprit.',
  ],
  [11, 'UNSTKERR', 'Returning from an interrupt read a stack where no memory is.'],
  [12, 'STKERR', 'Entering an interrupt wrote to a stack where no memory is: the stack has overflowed.'],
  [13, 'LSPERR', 'Saving the floating-point registers went where no memory is.'],
  [16, 'UNDEFINSTR', 'The instruction at PC is none that the processor knows.'],
  [17, 'INVSTATE', 'A jump left Thumb mode: a wrong function pointer, often a null pointer.'],
  [18, 'INVPC', 'Returning from an interrupt found an impossible return value: the stack is damaged.'],
  [19, 'NOCP', 'A floating-point instruction ran while the floating-point unit is off.'],
  [24, 'UNALIGNED', 'It read or wrote at an address that is not a multiple of the size.'],
  [25, 'DIVBYZERO', 'It divided by zero.'],
];

/** HardFault Status Register (the same manual, B3.2.16). */
const HFSR: readonly Row[] = [
  [1, 'VECTTBL', 'The table of interrupt handlers could not be read.'],
  [30, 'FORCED', 'Another fault became a hard fault; CFSR tells which.'],
  [31, 'DEBUGEVT', 'A breakpoint was hit without a debugger.'],
];

const MMARVALID = 7;
const BFARVALID = 15;
/** The lowest 9 bits of PSR: which interrupt or exception was being served; 0 for none. */
const EXCEPTION_MASK = 0x1ff;
const FIRST_INTERRUPT = 16;

function isSet(value: number, bit: number): boolean {
  return ((value >>> bit) & 1) === 1;
}

/** The bits that are set in the two fault registers, those that tell the cause first. */
export function describeFaultBits({ cfsr = 0, hfsr = 0 }: Partial<CrashRegisters>): FaultBit[] {
  const bits = (register: FaultBit['register'], value: number, rows: readonly Row[]): FaultBit[] =>
    rows.filter(([bit]) => isSet(value, bit)).map(([, name, meaning]) => ({ register, name, meaning }));
  return [...bits('cfsr', cfsr, CFSR), ...bits('hfsr', hfsr, HFSR)];
}

/** The address that was read or written in vain, where the processor kept it. */
export function faultAddress({ cfsr = 0, mmfar, bfar }: Partial<CrashRegisters>): number | undefined {
  if (isSet(cfsr, BFARVALID)) return bfar;
  return isSet(cfsr, MMARVALID) ? mmfar : undefined;
}

/** What the processor was doing: ordinary code, an interrupt by its number (as in the manual of the STM32F405), … */
export function describeContext({ psr }: Partial<CrashRegisters>): string | undefined {
  if (psr === undefined) return undefined;
  const exception = psr & EXCEPTION_MASK;
  if (exception === 0) return 'in a thread';
  return exception < FIRST_INTERRUPT
    ? `in the exception handler ${exception}`
    : `in the interrupt handler ${exception - FIRST_INTERRUPT}`;
}

/** True when PC is not the culprit but a few instructions behind it. */
export function isImprecise({ cfsr = 0 }: Partial<CrashRegisters>): boolean {
  return isSet(cfsr, 10);
}
