import { VescError } from '../../base/errors';
import type { ConfigurationKind } from '../../protocol/messages/configuration';
import type { SettingsField } from '../../protocol/settings/settingsField';
import type { SettingsLayout } from '../../protocol/settings/settingsLayout';
import type { Configuration, LayoutSource } from '../../settings/configuration';
import type { CommandContext } from '../command';
import { closest } from '../suggestion';
import { withController } from '../target';
import { type ConfigValues, kindsOf, motorOf } from './options';
import { ControllerSettings, layoutsOf, ofSnapshot, snapshotIn } from './sources';

/** What is compared: a configuration, and what it is called. */
export interface Side {
  readonly title: string;
  readonly configurations: ReadonlyMap<ConfigurationKind, Configuration>;
}

/** What the options mean: a snapshot, or the controller. */
export async function readConfigurations(
  context: CommandContext,
  options: ConfigValues,
): Promise<Configuration[]> {
  const layouts = layoutsOf(context, options);
  const { snapshot: name } = options;
  if (name === undefined) {
    return withController(context, options, (connection) =>
      readAll(new ControllerSettings(connection, layouts), options),
    );
  }
  return [...(await snapshotSide(context, options, layouts, name)).configurations.values()];
}

export async function readAll(settings: ControllerSettings, options: ConfigValues): Promise<Configuration[]> {
  const found: Configuration[] = [];
  for (const kind of kindsOf(options)) found.push(await settings.read(kind, options.defaults));
  return found;
}

export async function snapshotSide(
  context: CommandContext,
  options: ConfigValues,
  layouts: LayoutSource,
  name: string,
): Promise<Side> {
  const snapshot = await snapshotIn(context, name);
  if (!snapshot) {
    throw new VescError('settings-file-unreadable', { path: name, reason: 'it is not a snapshot' });
  }
  const configurations = new Map<ConfigurationKind, Configuration>();
  for (const kind of kindsOf(options)) {
    configurations.set(kind, await ofSnapshot(snapshot, kind, layouts, name, motorOf(options)));
  }
  return { title: name, configurations };
}

export interface FoundSetting {
  readonly field: SettingsField;
  readonly value: number;
  readonly layout: SettingsLayout;
}

/** @throws VescError `unknown-setting` */
export function findSetting(configurations: readonly Configuration[], name: string): FoundSetting {
  for (const { layout, values } of configurations) {
    const field = layout.fields.find((each) => each.name === name);
    if (field) return { field, value: values.get(name) ?? 0, layout };
  }
  const names = configurations.flatMap(({ layout }) => layout.fields.map((field) => field.name));
  throw new VescError('unknown-setting', { name, similar: similarSettings(name, names) });
}

/** Which of the settings `names` may have been meant by `name`. */
export function similarSettings(name: string, names: readonly string[]): readonly string[] {
  const containing = [...new Set(names)].filter((each) => each.includes(name)).slice(0, 5);
  const similar = closest(name, names);
  return containing.length > 0 ? containing : similar === undefined ? [] : [similar];
}
