/** What the user can press below a message. */
export const ACTIONS = {
  connect: 'Connect…',
  simulate: 'Start simulated controller',
  'open-folder': 'Open firmware folder',
  trust: 'Manage workspace trust',
  'select-board': 'Select board',
  flash: 'Flash current build',
  'flash-file': 'Flash image file…',
  'flash-again': 'Flash again',
  'type-hardware': 'Type hardware name…',
  'flash-anyway': 'Flash anyway',
  'prove-by-crc': 'Flash and prove by checksum',
  'install-bootloader': 'Install bootloader…',
  'restore-settings': 'Restore settings…',
  'migrate-settings': 'Carry settings over…',
  problems: 'Show problems',
  output: 'Show build output',
  log: 'Show log',
  faults: 'Show faults',
  fault: 'Show fault',
  crash: 'Show crash',
  line: 'Go to line',
  'look-again': 'Connect and look',
  'allow-inputs': 'Allow throttle inputs',
  recover: 'Recover controller…',
  'lisp-output': 'Show prints',
  'debug-emulator': 'Debug in emulator',
} as const;
export type Action = keyof typeof ACTIONS;

/** A message with the buttons that lead on. */
export interface Notice {
  readonly severity: 'information' | 'warning' | 'error';
  readonly text: string;
  readonly actions: readonly Action[];
}
