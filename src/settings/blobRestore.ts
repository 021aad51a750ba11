import { sameBytes } from '../base/sameBytes';
import type { Endpoint } from '../links/endpoint';
import { configurationSignature } from '../protocol/messages/configuration';
import type { Request } from '../protocol/request';
import { layoutBySignature } from '../protocol/settings/releaseLayouts';
import { decodeSettings } from '../protocol/settings/settingsLayout';
import { changedSettings, changeText, isMeasured, type SettingChange } from './settingsComparison';

/** What became of one part of a snapshot. */
export interface RestoredPart {
  /** For people: "motor configuration", "app configuration of motor 2", "LispBM code". */
  readonly what: string;
  /**
   * `restored`: written and read back equal. `adjusted`: written, but the firmware changed values to its limits.
   * `migrated`: carried over to another layout, setting by setting.
   * `kept`: not written, because this firmware's layout is another; the snapshot keeps it.
   * `failed`: could not be written; the snapshot keeps it.
   */
  readonly outcome: 'restored' | 'adjusted' | 'migrated' | 'kept' | 'failed';
  readonly detail?: string;
}

/** How configurations and code are asked for and sent: the controller writes to its flash meanwhile. */
export const BLOB_REQUEST = { timeout_ms: 3000, attempts: 3 } as const;
const OFFSETS_STAY = 'the measured offsets stay as the controller has them';
/** So many changes are named; how many more there are is counted. */
const NAMED = 5;

/** What the firmware made of values that were written, in words. */
export function adjustedTexts(changes: readonly SettingChange[]): string[] {
  const offsets = changes.filter(({ field }) => isMeasured(field));
  const others = changes.filter(({ field }) => !isMeasured(field));
  const named = others.slice(0, NAMED).map(changeText);
  const more = others.length > NAMED ? [`and ${others.length - NAMED} more`] : [];
  return [
    ...(others.length > 0 ? [`the firmware changed ${[...named, ...more].join(', ')}`] : []),
    ...(offsets.length > 0 ? [OFFSETS_STAY] : []),
  ];
}

/** What is written of a configuration when some of its settings stay. */
export interface Selected {
  readonly blob: Uint8Array;
  /** The settings that stay. */
  readonly left: readonly string[];
}

/**
 * Writes a blob and reads it back.
 * @param select what of it is written, beside what is there; without it, all
 */
export async function restoreBlob(
  endpoint: Endpoint,
  what: string,
  blob: Uint8Array,
  get: Request<Uint8Array>,
  set: (blob: Uint8Array) => Request<unknown>,
  select?: (present: Uint8Array) => Promise<Selected | Pick<RestoredPart, 'outcome' | 'detail'>>,
): Promise<RestoredPart> {
  const present = await endpoint.request(get, BLOB_REQUEST);
  if (configurationSignature(present) !== configurationSignature(blob)) {
    return { what, outcome: 'kept', detail: 'this firmware lays its settings out differently' };
  }
  const selected = select ? await select(present) : { blob, left: [] };
  if ('outcome' in selected) return { what, ...selected };
  const written = await writeBlob(endpoint, selected.blob, present, get, set);
  const left = selected.left.length > 0 ? [`left as it is: ${selected.left.join(', ')}`] : [];
  const detail = [...(written.detail === undefined ? [] : [written.detail]), ...left].join('; ');
  return { what, outcome: written.outcome, ...(detail === '' ? {} : { detail }) };
}

async function writeBlob(
  endpoint: Endpoint,
  blob: Uint8Array,
  present: Uint8Array,
  get: Request<Uint8Array>,
  set: (blob: Uint8Array) => Request<unknown>,
): Promise<Pick<RestoredPart, 'outcome' | 'detail'>> {
  if (sameBytes(present, blob)) return { outcome: 'restored' };
  await endpoint.request(set(blob), BLOB_REQUEST);
  const readBack = await endpoint.request(get, BLOB_REQUEST);
  if (sameBytes(readBack, blob)) return { outcome: 'restored' };
  const adjusted = adjustment(blob, readBack);
  const isTaken = adjusted.outcome === 'restored' || !sameBytes(readBack, present);
  return isTaken ? adjusted : { outcome: 'failed', detail: 'the controller did not take it' };
}

/** What the firmware made of `wanted`, setting by setting where the layout is that of a release. */
function adjustment(wanted: Uint8Array, readBack: Uint8Array): Pick<RestoredPart, 'outcome' | 'detail'> {
  const layout = layoutBySignature(configurationSignature(wanted));
  const before = layout && decodeSettings(layout, wanted);
  const after = layout && decodeSettings(layout, readBack);
  if (!before || !after) {
    const bytes = readBack.filter((byte, index) => byte !== wanted[index]).length;
    return { outcome: 'adjusted', detail: `the firmware changed ${bytes} bytes, probably to its limits` };
  }
  const changes = changedSettings(layout.fields, before, after);
  const onlyOffsets = changes.every(({ field }) => isMeasured(field));
  return { outcome: onlyOffsets ? 'restored' : 'adjusted', detail: adjustedTexts(changes).join('; ') };
}
