import { VescError } from '../../base/errors';
import { FLASH_ADDRESS } from '../../image/flashMap';
import type { Adapter } from './adapters';
import { readStep } from './script';

/** Below this a chip of 3.3 V does not run. */
const POWERED_V = 1.8;
const LONGEST_REASON = 300;
/** Lines that only say where in a script something failed, or are no failure. */
const NOISE = /^(Info|Debug|User|in procedure|at file|\s*$|vesc:|embedded:|\*\* )/;

interface Clue {
  readonly pattern: RegExp;
  readonly error: (adapter: Adapter, match: RegExpExecArray) => VescError;
}

/** Causes that OpenOCD (0.11 to 0.12) names itself, the most telling first. */
const CLUES: readonly Clue[] = [
  {
    pattern: /Can't find (\S+)/,
    error: (_, [, file]) => new VescError('openocd-incomplete', { file: file! }),
  },
  {
    pattern: /debug interface was not found|debug adapters are available/,
    error: ({ name }) => new VescError('adapter-driver', { adapter: name }),
  },
  {
    pattern: /LIBUSB_ERROR_ACCESS|[Pp]ermission denied|Access denied|EACCES/,
    error: ({ name }) => new VescError('adapter-permission', { adapter: name }),
  },
  {
    pattern: /LIBUSB_ERROR_BUSY|[Rr]esource busy|device is already in use|EBUSY/,
    error: ({ name }) => new VescError('adapter-busy', { adapter: name }),
  },
  {
    pattern: /target voltage may be too low|VTarget = 0\.\d+|Target power failure/,
    error: (_, [text]) => new VescError('target-unpowered', { voltage_V: voltageIn(text) ?? 0 }),
  },
  {
    pattern: /UNEXPECTED|Cannot identify target as a STM32|expected 1 of 1: 0x/,
    error: () => new VescError('swd-wrong-chip', { found: 'another chip' }),
  },
  {
    pattern:
      /init mode failed|cannot read IDR|Error connecting DP|Could not find MEM-AP|Could not initialize the debug port|SWD DPIDR (?:read )?failed|Examination failed|Target not examined|not halted|timed out while waiting for target halted|TARGET: .* - Not halted|DP initialisation failed/,
    error: ({ name }) => new VescError('swd-wiring', { adapter: name }),
  },
  {
    pattern:
      /open failed|unable to find a matching CMSIS-DAP device|No J-Link device found|LIBUSB_ERROR_NO_DEVICE|LIBUSB_ERROR_NOT_FOUND|unable to open CMSIS-DAP|Cannot open \/dev\/(?:gpio)?mem/,
    error: ({ name }) => new VescError('adapter-missing', { adapter: name }),
  },
];

/** What went wrong in a run of OpenOCD that did not reach its end. */
export function openOcdFailure(output: string, adapter: Adapter): VescError {
  const lines = output.split('\n').map((line) => line.trimEnd());
  const voltage_V = lines.map((line) => voltageIn(line)).find((value) => value !== undefined);
  const steps = lines.flatMap((line) => readStep(line) ?? []);
  const last = steps.at(-1);
  const reason = reasonIn(lines);
  // From the erase on the firmware is gone, whatever broke it off.
  if (
    last?.name === 'verify' &&
    /checksum mismatch|diff \d+ address|[Vv]erify failed|contents differ/.test(output)
  ) {
    return new VescError('swd-verify-failed', { address: differenceIn(output) ?? FLASH_ADDRESS });
  }
  if (last?.name === 'unlock') return new VescError('swd-unlock-failed', { reason });
  if (/stm32x device protected|flash memory write protected|Device Security Bit/.test(output))
    return new VescError('swd-locked', {});
  if (last?.name === 'erase') return new VescError('swd-erase-failed', { reason });
  if (last?.name === 'write') return new VescError('swd-write-failed', { address: FLASH_ADDRESS, reason });
  if (last?.name === 'verify') return new VescError('swd-interrupted', { reason });
  if (voltage_V !== undefined && voltage_V < POWERED_V)
    return new VescError('target-unpowered', { voltage_V });
  for (const { pattern, error } of CLUES) {
    const match = pattern.exec(output);
    if (match) return error(adapter, match);
  }
  return new VescError('openocd-failed', { reason });
}

/** The first complaint, in OpenOCD's own words, made fit to be quoted. */
function reasonIn(lines: readonly string[]): string {
  const complaint =
    lines.find((line) => line.startsWith('Error:')) ?? lines.findLast((line) => !NOISE.test(line)) ?? '';
  const text = complaint.replace(/^Error:\s*/, '').slice(0, LONGEST_REASON);
  return text === '' ? 'it did not say why.' : text.endsWith('.') ? text : `${text}.`;
}

function voltageIn(line: string): number | undefined {
  const match = /(?:Target voltage: |VTarget = )(\d+(?:\.\d+)?)/.exec(line);
  return match ? Number(match[1]) : undefined;
}

function differenceIn(output: string): number | undefined {
  const match = /diff \d+ address 0x([0-9a-f]+)/i.exec(output);
  return match ? parseInt(match[1]!, 16) : undefined;
}
