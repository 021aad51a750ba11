// Where everything lies in the linear memory of the module. All state is in there, none in globals: a copy of the
// memory is a copy of the controller.

/** r0 to r15 as words. r15 holds the address of the next instruction, and only while no instruction runs. */
export const REGISTERS: usize = 0x1000;
/** s0 to s31 as words. */
export const FLOATS: usize = 0x1080;
/** The rest of the core's state: {@link CpuState}. */
export const CPU_STATE: usize = 0x1100;
/** Pending, enabled, active and line bits by exception number (four words each), then a priority byte for each. */
export const EXCEPTIONS: usize = 0x1200;
/** Deadlines of the events, i64 nanoseconds each. */
export const DEADLINES: usize = 0x1400;
/** State of the peripherals that is not in a register. */
export const PERIPHERAL_STATE: usize = 0x1800;
/** The record of an instruction that is not in flash, decoded again each time. */
export const SCRATCH_RECORD: usize = 0x3000;
/** The word registers of the system control space, 0xE000E000–0xE000EFFF. */
export const SYSTEM_REGISTERS: usize = 0x4000;
/** Breakpoint addresses, words. */
export const BREAKPOINTS: usize = 0x5000;
/** The motor and what its equations need: {@link MotorState}. */
export const MOTOR: usize = 0x6000;
/** Bytes to and from the host: see queues.ts. */
export const QUEUES: usize = 0x8000;
/** For each 64 KiB of the address space: linear address minus address, or 0 where there is no memory to read. */
export const READ_PAGES: usize = 0x40000;
/** The same for memory that can be written directly. */
export const WRITE_PAGES: usize = 0x80000;
export const SRAM: usize = 0x100000;
export const CCM: usize = 0x120000;
export const FLASH: usize = 0x200000;
/** Shadow of 0x40000000–0x4007FFFF, then of 0x50000000–0x5007FFFF. */
export const PERIPHERALS: usize = 0x300000;
export const PERIPHERALS_AHB2: usize = 0x380000;
/** One record of 8 bytes for each half-word of flash: see record.ts. */
export const RECORDS: usize = 0x400000;

export const FLASH_BASE: u32 = 0x08000000;
export const FLASH_SIZE: u32 = 0x100000;
export const SRAM_BASE: u32 = 0x20000000;
export const SRAM_SIZE: u32 = 0x20000;
export const CCM_BASE: u32 = 0x10000000;
export const CCM_SIZE: u32 = 0x10000;
