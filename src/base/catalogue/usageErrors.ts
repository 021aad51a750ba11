import { defineErrors } from './define';

/** What was asked cannot be understood, or cannot be done with what was named. */
export const usageErrors = defineErrors({
  usage: {
    exitStatus: 2,
    text: (d: { problem: string; didYouMean?: string; help?: string }) => ({
      happened: d.problem,
      state: '',
      next: `${d.didYouMean === undefined ? '' : `Did you mean ${d.didYouMean}? `}See ${d.help ?? 'vesc --help'}.`,
    }),
  },
  'no-controller': {
    exitStatus: 3,
    text: (d: { others: readonly string[] }) => ({
      happened: 'No controller is plugged in here.',
      state:
        d.others.length === 0
          ? ''
          : `Serial ports that do not look like one: ${d.others.slice(0, 5).join(', ')}.`,
      next:
        'Plug one in by USB and give it power; or name the link with --port: a serial path, tcp://host:65102, or sim: ' +
        'for a simulated controller.',
    }),
  },
  'several-controllers': {
    exitStatus: 2,
    text: (d: { ports: readonly string[] }) => ({
      happened: `${d.ports.length} controllers are plugged in: ${d.ports.join(', ')}.`,
      state: 'None of them was touched.',
      next: `Say which one, for example --port ${d.ports[0] ?? ''}.`,
    }),
  },
  'not-a-motor-controller': {
    exitStatus: 2,
    text: (d: { hardware: string; hardwareType: string; wanted: string }) => ({
      happened: `${d.hardware} is a ${d.hardwareType === 'bms' ? 'VESC BMS' : 'module (ESP32 or other)'}: it has no ${d.wanted}.`,
      state: 'Nothing on it was changed.',
      next: 'Name the motor controller behind it with --can; vesc scan lists them.',
    }),
  },
  'no-crash-record': {
    exitStatus: 2,
    text: (d: { hardware: string; version: string }) => ({
      happened: `Firmware ${d.version} of the ${d.hardware} tells nothing of crashes; firmware from 7.01 on does.`,
      state: 'Nothing on it was changed.',
      next: 'Look at its faults instead: a reset by the watchdog is one of them.',
    }),
  },
  'no-snapshot': {
    exitStatus: 2,
    text: (d: { path: string; uuid: string; hardware: string }) => ({
      happened: `${d.path} holds no settings of this controller (${d.hardware}, UUID ${d.uuid}).`,
      state: 'The controller is untouched.',
      next: 'Name the folder or the file that vesc backup or vesc flash wrote for this very controller.',
    }),
  },
  'restore-incomplete': {
    exitStatus: 1,
    text: (d: { what: string; reason: string }) => ({
      happened: `Not everything could be written back: ${d.what}${d.reason === '' ? '' : ` (${d.reason})`}.`,
      state: 'The firmware and the parts that were restored are in order; the snapshot is kept.',
      next: 'Restore again.',
    }),
  },
  'file-unwritable': {
    exitStatus: 2,
    text: (d: { path: string; reason: string }) => ({
      happened: `${d.path} cannot be written: ${d.reason}.`,
      state: '',
      next: 'Check the path, its permissions and the free space.',
    }),
  },
  'file-exists': {
    exitStatus: 2,
    text: (d: { path: string }) => ({
      happened: `${d.path} exists already.`,
      state: 'It is as it was.',
      next: 'Name another file, or say that it may be replaced (--force).',
    }),
  },
  'motor-not-stopped': {
    exitStatus: 1,
    text: (d: { motors: readonly string[] }) => ({
      happened: `Not every motor is known to have stopped. ${d.motors.join(' ')}`,
      state: 'Whatever could be told to stop was told, in the strongest way its firmware knows.',
      next: 'Cut the power if a motor turns.',
    }),
  },
  'not-a-recording': {
    exitStatus: 2,
    text: (d: { file: string; reason: string }) => ({
      happened: `${d.file} cannot be shown as a recording: ${d.reason}.`,
      state: '',
      next: 'Choose a file that VESC: Open live data or vesc values --csv wrote.',
    }),
  },
  'cannot-listen': {
    exitStatus: 3,
    text: (d: { address: string; reason: string }) => ({
      happened: `Nothing can be offered at ${d.address}: ${d.reason}.`,
      state: '',
      next: 'Choose another port or path; a TCP port of 0 picks any that is free.',
    }),
  },
  'launch-file-unreadable': {
    exitStatus: 2,
    text: (d: { reason: string }) => ({
      happened: `.vscode/launch.json cannot be read: ${d.reason}.`,
      state: 'Nothing was changed in it.',
      next: 'Mend it, or delete it if nothing in it is needed, and try again.',
    }),
  },
  'not-connected': {
    exitStatus: 3,
    text: (d: { what: string }) => ({
      happened: `No connection to ${d.what}.`,
      state: '',
      next: 'Connect to it first.',
    }),
  },
  internal: {
    exitStatus: 1,
    text: (d: { reason: string }) => ({
      happened: `Something went wrong inside: ${d.reason}.`,
      state: '',
      next: 'If a controller was being changed, look what runs on it before you go on. Please report this with the log.',
    }),
  },
});
