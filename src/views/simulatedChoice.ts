import { plain } from './text';

/** A simulated controller as a row of the pick. */
export interface SimulatedRow {
  readonly label: string;
  readonly description: string;
  /** What stands behind `sim:`. */
  readonly name: string;
}

/**
 * The simulated controllers that are worth a try.
 * @param hardware the hardware name of the board that is worked on
 * @param speed how many times as fast as a real one they live
 */
export function simulatedRows(hardware: string | undefined, speed: number): SimulatedRow[] {
  const kind = hardware ?? '60';
  const row = (label: string, description: string, parameters: string): SimulatedRow => ({
    label,
    description,
    name: simulatedName(`${encodeHardware(kind)}${parameters === '' ? '' : `?${parameters}`}`, speed),
  });
  const fits = hardware === undefined ? '' : ', fits the selected board';
  return [
    row(`$(beaker) Hardware ${plain(kind)}`, `firmware 7.01, everything in order${fits}`, ''),
    row('$(error) With faults', 'two faults in its history', 'fault=ABS_OVER_CURRENT&fault=DRV'),
    row('$(type-hierarchy) With a CAN bus', 'two more controllers behind it', 'can=2'),
    row('$(history) With firmware 6.05', 'before the build could be read by command', 'version=6.05'),
    row('$(circle-slash) Without a bootloader', 'an update is not taken', 'bootloader=none'),
  ];
}

/** `name` with the speed of the settings, unless it brings its own. */
export function simulatedName(name: string, speed: number): string {
  if (/[?&]speed=/.test(name)) return name;
  return `${name}${name.includes('?') ? '&' : '?'}speed=${speed}`;
}

/** A hardware name comes before the question mark, so it cannot have one. */
function encodeHardware(name: string): string {
  return name.replaceAll('?', '');
}
