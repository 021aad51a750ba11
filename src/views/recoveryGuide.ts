import type { RecoveryResult } from '../recovery/recovery';
import type { Answering } from '../recovery/search';
import { formatLinkAddress } from '../links/linkAddress';
import { formatVersion } from '../protocol/version';
import { verdictNotice } from './updateMessages';
import type { Notice } from './notices';
import { plain } from './text';

/** What the LEDs of a controller that does not answer can show, and what that means (facts 4). */
export interface Sight {
  readonly label: string;
  readonly detail: string;
  /** Where it leads: a controller that may yet answer is looked for first. */
  readonly way: 'search' | 'swd';
}

export const SIGHTS: readonly Sight[] = [
  {
    label: '$(circle-outline) Dark: no LED lights at all',
    detail: 'No firmware, or no power. It may also wait for its watchdog for up to a minute.',
    way: 'search',
  },
  {
    label: '$(pulse) Red flashes fast and never stops',
    detail: 'The new firmware failed its own check and never answers: only SWD helps.',
    way: 'swd',
  },
  {
    label: '$(error) Red blinked eight times',
    detail: 'The bootloader erased the firmware and could not write the new one: only SWD helps.',
    way: 'swd',
  },
  {
    label: '$(warning) Red blinked three to five times',
    detail: 'The bootloader refused the upload; the old firmware starts again, perhaps at another port.',
    way: 'search',
  },
  {
    label: '$(pass) Green blinked three times',
    detail: 'The bootloader has copied: the new firmware starts, perhaps at another port.',
    way: 'search',
  },
  {
    label: '$(lightbulb) Lit as always',
    detail: 'Its firmware runs: the way to it is lost, not the controller.',
    way: 'search',
  },
  {
    label: '$(question) It has no LEDs, or I cannot see them',
    detail: 'Then everything is tried in its turn.',
    way: 'search',
  },
];

/** The bootloader of a missing one is waited out: 22 to 60 s, and 6 s of boot (facts 4, 13). */
export const WATCHDOG_PATIENCE_MS = 70_000;

export type RecoveryRoute = 'adapter' | 'controller' | 'wiring' | 'search' | 'bootloader';

export interface RouteRow {
  readonly label: string;
  readonly detail: string;
  readonly route: RecoveryRoute;
}

/** The ways to program a chip whose firmware does not run. */
export const ROUTES: readonly RouteRow[] = [
  {
    label: '$(debug) With an ST-Link or another debug adapter',
    detail: 'ST-Link, CMSIS-DAP, J-Link, or the pins of a Raspberry Pi; OpenOCD does the work.',
    route: 'adapter',
  },
  {
    label: '$(circuit-board) With another VESC as the programmer',
    detail: 'Any healthy motor controller: its SWD connector is wired to that of the dead one.',
    route: 'controller',
  },
  {
    label: '$(file-media) Show the wiring',
    detail: 'Which wires, who powers the board, and what not to connect.',
    route: 'wiring',
  },
  {
    label: '$(search) Look for it without tools once more',
    detail: 'Every port, every baud rate, the CAN bus behind each controller; waits for a watchdog, too.',
    route: 'search',
  },
];

/** Somebody who answered, as a row: the one that is missed may be among them. */
export function answeringRow({ target, version }: Answering): { label: string; description: string } {
  const place = formatLinkAddress(target.address);
  return {
    label: `$(plug) ${plain(version.hardware)}  ${formatVersion(version)}`,
    description: plain(`${place}${target.canId === undefined ? '' : `, CAN id ${target.canId}`}`, 200),
  };
}

/** What a recovery came to. */
export function recoveryNotice(result: RecoveryResult, title: string): Notice {
  const { verdict, bootloader } = result;
  const notice = verdictNotice(result, title);
  if (verdict === 'updated' && bootloader === 'none') {
    const text = `${notice.text} It has no bootloader: install one before the next update.`;
    return { severity: 'warning', text, actions: ['install-bootloader', 'log'] };
  }
  if (verdict === 'updated' || verdict === 'already-running') return { ...notice, actions: ['log'] };
  return { ...notice, actions: ['recover', 'log'] };
}
