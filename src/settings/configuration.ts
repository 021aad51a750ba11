import { VescError } from '../base/errors';
import { type ConfigurationKind, configurationSignature } from '../protocol/messages/configuration';
import {
  decodeSettings,
  type SettingsLayout,
  type SettingsValues,
} from '../protocol/settings/settingsLayout';

/** One configuration of a motor, understood: which settings there are, and their values. */
export interface Configuration {
  readonly layout: SettingsLayout;
  readonly values: SettingsValues;
}

/** What a configuration is called in sentences. */
export const CONFIGURATION_NAMES: Readonly<Record<ConfigurationKind, string>> = {
  mcconf: 'motor configuration',
  appconf: 'app configuration',
};

/**
 * Finds the layout of blobs that begin with `signature`.
 * @param commit what the firmware they are from says it was built from, where that is known
 */
export type LayoutSource = (
  kind: ConfigurationKind,
  signature: number,
  commit?: string,
) => Promise<SettingsLayout | undefined>;

/**
 * The settings in `blob`, signature first.
 * @throws VescError `layout-unknown`, `settings-damaged`
 */
export async function understand(
  kind: ConfigurationKind,
  blob: Uint8Array,
  layouts: LayoutSource,
  commit?: string,
): Promise<Configuration> {
  const what = CONFIGURATION_NAMES[kind];
  if (blob.length < 4) throw new VescError('settings-damaged', { what });
  const signature = configurationSignature(blob);
  const layout = await layouts(kind, signature, commit);
  if (!layout) throw new VescError('layout-unknown', { what, signature });
  return { layout, values: decode(layout, blob) };
}

/** @throws VescError `settings-damaged` when `blob` is not one of `layout` */
export function decode(layout: SettingsLayout, blob: Uint8Array): SettingsValues {
  const values = decodeSettings(layout, blob);
  if (!values) throw new VescError('settings-damaged', { what: CONFIGURATION_NAMES[layout.kind] });
  return values;
}

/**
 * Which of `layouts` a file with the settings `names` was saved with: the largest whose settings are all in it, the
 * first of equals. It matters where a file has numbers for enumerators, which mean other things in other releases.
 * `undefined` when settings of each are missing.
 */
export function layoutOfFile(
  names: ReadonlySet<string>,
  layouts: readonly SettingsLayout[],
): SettingsLayout | undefined {
  let best: SettingsLayout | undefined;
  for (const layout of layouts) {
    const isWhole = layout.fields.every(({ name }) => names.has(name));
    if (isWhole && layout.fields.length > (best?.fields.length ?? 0)) best = layout;
  }
  return best;
}
