import type { JournalEntry, UpdateJournal } from '../update/journal';
import type { Report } from './report';

/** Tells of an update of the controller `uuid` that was left half-way, if there is one. */
export async function tellPending(report: Report, journal: UpdateJournal, uuid: string): Promise<void> {
  const entry = (await journal.pending()).find((each) => each.uuid === uuid);
  if (entry && report.json) report.event('pending-update', { ...entry });
  else if (entry) report.warn(noteOf(entry));
}

const LEFT: Record<JournalEntry['state'], (entry: JournalEntry) => string> = {
  staging: () => 'it stopped while sending; the old firmware is intact. vesc flash starts it anew.',
  committed: () =>
    'the bootloader had been started, and nobody looked what came of it. vesc flash settles that.',
  restoring: ({ snapshotPath }) =>
    'the firmware is in place, but the settings may not be back' +
    (snapshotPath === undefined ? '.' : `: vesc restore ${snapshotPath}`),
  bootloader: () =>
    'a bootloader was being written; the firmware is intact. Install the bootloader again first.',
};

function noteOf(entry: JournalEntry): string {
  const { hardware, image, since, state } = entry;
  const when = since.slice(0, 16).replace('T', ' ');
  return `An update of this controller (${hardware}) with ${image} from ${when} UTC was left half-way: ${LEFT[state](entry)}`;
}
