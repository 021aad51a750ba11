import { VescError } from '../base/errors';
import type { Endpoint } from '../links/endpoint';
import {
  type ConfigurationKind,
  getConfiguration,
  getDefaultConfiguration,
  setConfiguration,
} from '../protocol/messages/configuration';
import { encodeSettings, type SettingsValues } from '../protocol/settings/settingsLayout';
import { BLOB_REQUEST } from './blobRestore';
import {
  CONFIGURATION_NAMES,
  type Configuration,
  decode,
  type LayoutSource,
  understand,
} from './configuration';
import type { ControllerAccess } from './controllerAccess';
import { changedSettings, isMeasured, type SettingChange } from './settingsComparison';

const CAN_ID = 'controller_id';

/** What writing settings came to. */
export interface WrittenSettings {
  /** What is on the controller now. */
  readonly now: Configuration;
  /** Settings that are not what they were. */
  readonly changed: readonly SettingChange[];
  /** Settings that are not what was wanted, although it was written: from the value wanted to the one in force. */
  readonly adjusted: readonly SettingChange[];
}

/**
 * Reads a configuration of the controller at `endpoint`, or what it would be with nothing stored.
 * @throws VescError of the link, `layout-unknown`, `settings-damaged`
 */
export async function readConfiguration(
  endpoint: Endpoint,
  kind: ConfigurationKind,
  layouts: LayoutSource,
  options: { readonly commit?: string | undefined; readonly defaults?: boolean } = {},
): Promise<Configuration> {
  const request = options.defaults ? getDefaultConfiguration(kind) : getConfiguration(kind);
  return understand(kind, await endpoint.request(request, BLOB_REQUEST), layouts, options.commit);
}

/**
 * Writes the settings in `wanted` and reads all of them back, because the firmware clamps without a word. Settings
 * that are not in `wanted` stay. Nothing is written when there is nothing to change.
 * @param present what was read there before; it tells the layout
 * @throws VescError of the link, `settings-damaged`, `settings-not-taken`
 */
export async function writeConfiguration(
  access: ControllerAccess,
  present: Configuration,
  wanted: SettingsValues,
): Promise<WrittenSettings> {
  const { layout } = present;
  const { endpoint } = access;
  const before = decode(layout, await endpoint.request(getConfiguration(layout.kind), BLOB_REQUEST));
  const merged = new Map(before);
  for (const { name } of layout.fields) {
    const value = wanted.get(name);
    if (value !== undefined) merged.set(name, value);
  }
  const blob = encodeSettings(layout, merged);
  const asked = decode(layout, blob);
  if (changedSettings(layout.fields, before, asked).length === 0) {
    return { now: { layout, values: before }, changed: [], adjusted: [] };
  }
  await endpoint.request(setConfiguration(layout.kind, blob), BLOB_REQUEST);
  const there = whereItIs(access, before, asked);
  const values = decode(layout, await there.request(getConfiguration(layout.kind), BLOB_REQUEST));
  const changed = changedSettings(layout.fields, before, values);
  const adjusted = changedSettings(layout.fields, asked, values);
  if (changed.length === 0 && !adjusted.every(({ field }) => isMeasured(field))) {
    throw new VescError('settings-not-taken', { what: CONFIGURATION_NAMES[layout.kind] });
  }
  return { now: { layout, values }, changed, adjusted };
}

/** A node on the bus answers under its new CAN id as soon as it has one. */
function whereItIs(access: ControllerAccess, before: SettingsValues, asked: SettingsValues): Endpoint {
  const canId = asked.get(CAN_ID);
  const moved = access.endpoint.canId !== undefined && canId !== undefined && canId !== before.get(CAN_ID);
  return moved ? access.node(canId) : access.endpoint;
}
