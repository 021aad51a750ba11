import { crc16 } from '../../protocol/crc16';
import { faultName } from '../../protocol/faults';
import { encodePlotStep, type PlotStep } from '../../protocol/messages/plots';
import { atLeast } from '../../protocol/version';
import { clearCrashMemory, formatCrashDiag } from '../crashMemory';
import { formatFaultListing } from '../faultLog';
import type { Firmware } from '../firmware';
import { fixed, hex } from '../printf';

/** A terminal command; `since` and `until` bound the versions that have it (facts 6.2). */
export interface TerminalCommand {
  readonly name: string;
  readonly help: string;
  readonly since?: readonly [major: number, minor: number];
  readonly until?: readonly [major: number, minor: number];
  readonly run: (firmware: Firmware, words: readonly string[]) => void | Promise<void>;
}

const STOP_MS = 1000;
const HALL_TURN_DEG = 720;
const HALL_STEP_DEG = 5;
const HALL_STEP_MS = 50;

/** Fixed texts of an invented but usual moment. */
const MEMORY = ['core free memory : 11528 bytes', 'heap fragments   : 1', 'heap free total  : 96 bytes\n'];
const THREADS: readonly (readonly [name: string, priority: number, state: string, load: number])[] = [
  ['main', 64, 'SLEEPING', 0],
  ['idle', 1, 'READY', 78.6],
  ['USB read', 64, 'SUSPENDED', 0.1],
  ['Packet process', 64, 'WTOREVT', 0.2],
  ['CAN process', 64, 'WTOREVT', 0],
  ['FOC timer', 64, 'SLEEPING', 3.1],
  ['MC Timer', 64, 'SLEEPING', 0.8],
  ['Flash check', 2, 'SLEEPING', 4.2],
];

function lines(...texts: readonly string[]): (firmware: Firmware) => void {
  return (firmware) => texts.forEach((text) => firmware.printLine(text));
}

function threads(firmware: Firmware): void {
  const modern = atLeast(firmware.version, 6, 0);
  const stackTitle = modern ? ' stackmin' : '';
  firmware.printLine(`    addr    stack prio refs     state           name motor${stackTitle}  time    `);
  firmware.printLine('-------------------------------------------------------------------------------');
  THREADS.forEach(([name, priority, state, load], index) => {
    const address = hex(0x10001000 + index * 0x400, 8).toLowerCase();
    const left = `${address} ${address} ${String(priority).padStart(4)}    1 ${state.padStart(9)}`;
    const stack = modern ? ` ${String(412 + 16 * index).padStart(8)}` : '';
    firmware.printLine(
      `${left} ${name.padStart(14)} ${'0'.padStart(5)}${stack}  ${index * 1000} (${fixed(load, 1)} %)`,
    );
  });
  firmware.printLine(' ');
}

function hardwareStatus(firmware: Firmware): void {
  const { board, version, identity, settings } = firmware;
  const { traits, backup } = board;
  const modern = atLeast(version, 6, 0);
  const uuid = (traits.uuid.toUpperCase().match(/../g) ?? []).join(' ');
  const kept = atLeast(version, 6, 6)
    ? ['Enc Corr EN : 0', `Bkp CAN ID  : ${settings.canId}`, 'Bkp CAN Baud: 2']
    : [];
  const ranges = modern
    ? ['Current Measurement Range: 165.0 A', 'Voltage Measurement Range: 72.2 V', 'Dead time: 360 ns']
    : [];
  lines(
    `Firmware: ${version.major}.${version.minor}`,
    `Hardware: ${identity.hardware}`,
    `UUID: ${uuid}`,
    'Permanent NRF found: No',
    ...(modern ? [`Phase Shunts: ${traits.phaseFilters ? 'Yes' : 'No'}`] : []),
    `Odometer : ${backup.odometer_m} m`,
    `Runtime  : ${Math.trunc(backup.runtime_s + firmware.uptime_ms / 1000)} s`,
    ...kept,
    'FOC Current Offsets: 2048.00 2048.00 2048.00',
    'FOC Voltage Offsets: 0.0000 0.0000 0.0000',
    'FOC Voltage Offsets Undriven: 0.0000 0.0000 0.0000',
    'USB config events: 1',
    'USB write timeouts: 0',
    ...ranges,
    'Mempool mcconf now: 0 highest: 2 (max 3)',
    'Mempool appconf now: 0 highest: 2 (max 3)',
    ' ',
  )(firmware);
}

function firmwareInfo(firmware: Firmware): void {
  const { branch, commit, compiler, userBranch, userCommit } = firmware.identity;
  const modern = atLeast(firmware.version, 6, 6);
  const git = modern ? 'Git' : 'GIT';
  firmware.printLine(`${git} Branch: ${branch}`);
  firmware.printLine(`${git} Hash  : ${commit}`);
  firmware.printLine(`Compiler  : ${compiler}`);
  if (modern && userBranch !== '') firmware.printLine(`User Git Branch: ${userBranch}`);
  if (modern && userCommit !== '') firmware.printLine(`User Git Hash  : ${userCommit}`);
  firmware.printLine(' ');
}

function configurationCrc(firmware: Firmware): void {
  const mcconf = hex(crc16(firmware.settings.get('mcconf', 0)), 4);
  const appconf = hex(crc16(firmware.settings.get('appconf', 0)), 4);
  lines(
    `MC CFG crc: 0x${mcconf} (stored)  0x${mcconf} (recalc)`,
    `APP CFG crc: 0x${appconf} (stored)  0x${appconf} (recalc)`,
    'Discrepancy is expected due to run-time recalculation of config params.\n',
  )(firmware);
}

function crashDiagnosis(firmware: Firmware, words: readonly string[]): void {
  const { backup, lastReset } = firmware.board;
  if (words.length === 1 && words[0] === 'clear') clearCrashMemory(backup);
  else lines(...formatCrashDiag(backup, lastReset, Math.trunc(firmware.uptime_ms / 1000)))(firmware);
}

function stop(firmware: Firmware): void {
  if (atLeast(firmware.version, 7, 0)) {
    firmware.motors.forEach((motor) => motor.ignoreInput(STOP_MS));
    firmware.printLine('Stopping all motors\n');
  } else {
    firmware.motor(0).command('duty', 0);
    firmware.printLine('Motor stopped');
  }
}

function adcDuration(): (firmware: Firmware) => void {
  return lines(
    'Latest ADC duration: 0.0112 ms',
    'Latest injected ADC duration: 0.0000 ms',
    'Latest sample ADC duration: 0.0017 ms\n',
  );
}

/** Hall sensors of an ideal motor over two electrical revolutions, drawn as the firmware draws (facts 6.2). */
async function hallAnalyze(firmware: Firmware, words: readonly string[]): Promise<void> {
  if (!(Number(words[0]) > 0)) {
    firmware.printLine('This command requires one argument.\n');
    return;
  }
  const draw = (step: PlotStep): void => firmware.stream(encodePlotStep(step));
  draw({ kind: 'init', xLabel: 'Angle', yLabel: 'Hall' });
  for (const name of ['Hall 1', 'Hall 2', 'Hall 3']) draw({ kind: 'addGraph', name });
  for (let angle = 0; angle < HALL_TURN_DEG; angle += HALL_STEP_DEG) {
    await firmware.board.wait(HALL_STEP_MS);
    for (let sensor = 0; sensor < 3; sensor++) {
      const isHigh = (angle + 120 * sensor) % 360 < 180;
      draw({ kind: 'setGraph', index: sensor });
      // One above the other, as levels of a logic analyser.
      draw({ kind: 'point', x: angle, y: 1.5 * sensor + (isHigh ? 1 : 0) });
    }
  }
  firmware.printLine('Hall sensors: all six steps seen\n');
}

/** What the terminal knows, in the order `help` lists it. */
export const terminalCommands: readonly TerminalCommand[] = [
  { name: 'stop', help: 'Stop the motor', until: [6, 0], run: stop },
  { name: 'stop', help: 'Stop all motors', since: [7, 0], run: stop },
  { name: 'ping', help: 'Print pong here to see if the reply works', until: [6, 0], run: lines('pong\n') },
  {
    name: 'last_adc_duration',
    help: 'The time the latest ADC interrupt took',
    until: [7, 1],
    run: adcDuration(),
  },
  {
    name: 'kv',
    help: 'The calculated kv of the motor',
    until: [7, 1],
    run: lines('Calculated KV: 0.00 rpm/volt\n'),
  },
  { name: 'mem', help: 'Show memory usage', run: lines(...MEMORY) },
  { name: 'threads', help: 'List all threads', run: threads },
  {
    name: 'fault',
    help: 'Prints the current fault code',
    run: (firmware) => firmware.printLine(`${faultName(firmware.faults.activeCode(1))}\n`),
  },
  {
    name: 'faults',
    help: 'Prints all stored fault codes and conditions when they arrived',
    run: (firmware) =>
      lines(...formatFaultListing(firmware.faults.listed, firmware.faults.activeCode(1), firmware.version))(
        firmware,
      ),
  },
  {
    name: 'rpm',
    help: 'Prints the current electrical RPM',
    until: [6, 0],
    run: (firmware) =>
      firmware.printLine(`Electrical RPM: ${fixed(firmware.motor(0).values().erpm, 2)} rpm\n`),
  },
  {
    name: 'tacho',
    help: 'Prints tachometer value',
    until: [6, 0],
    run: (firmware) => firmware.printLine(`Tachometer counts: ${firmware.motor(0).values().tachometer}\n`),
  },
  {
    name: 'volt',
    help: 'Prints different voltages',
    run: (firmware) =>
      firmware.printLine(`Input voltage: ${fixed(firmware.motor(0).values().voltage_V, 2)}\n`),
  },
  {
    name: 'uptime',
    help: 'Prints how many seconds have passed since boot',
    run: (firmware) => firmware.printLine(`Uptime: ${fixed(firmware.uptime_ms / 1000, 2)} s\n`),
  },
  { name: 'hw_status', help: 'Print some hardware status information', run: hardwareStatus },
  { name: 'fwinfo', help: 'Print detailed firmware info', since: [6, 0], until: [6, 6], run: firmwareInfo },
  { name: 'fw_info', help: 'Print detailed firmware info', since: [6, 6], run: firmwareInfo },
  { name: 'crc', help: 'Print CRC values', run: configurationCrc },
  { name: 'hall_analyze', help: 'Rotate motor in open loop and analyze hall sensors', run: hallAnalyze },
  { name: 'drv_reset_faults', help: 'Reset gate driver faults (if possible)', run: lines() },
  {
    name: 'rebootwdt',
    help: 'Reboot using the watchdog timer',
    since: [6, 0],
    run: (firmware) => firmware.board.reset('watchdog'),
  },
  {
    name: 'crash_diag',
    help: 'Print what is known of the last reset; clear forgets it',
    since: [7, 1],
    run: crashDiagnosis,
  },
];
