import { VescError } from '../../base/errors';
import { fileUnwritable } from '../../base/fileErrors';
import { settingsDocument } from '../../settings/settingsDocument';
import { settingsFileText } from '../../settings/settingsFile';
import { settingTextWithUnit } from '../../settings/settingText';
import type { CommandContext } from '../command';
import { helpOf } from '../options';
import { compare } from './comparison';
import { needOperands, noOperands } from './operands';
import { type ConfigValues, kindsOf } from './options';
import { findSetting, readConfigurations } from './reading';
import { configurationFields, settingFields } from './settingsView';
import { pathOf } from './sources';
import { importSettings, setSettings } from './writing';

type Action = (context: CommandContext, options: ConfigValues, operands: readonly string[]) => Promise<void>;

/** What `vesc config` can do. */
export const CONFIG_ACTIONS = {
  show: async (context, options, operands) => {
    noOperands('show', operands);
    const found = await readConfigurations(context, options);
    context.report.result(
      { settings: found.flatMap(configurationFields) },
      found.flatMap((configuration, index) => [
        ...(index > 0 ? [''] : []),
        ...settingsDocument(configuration).trimEnd().split('\n'),
      ]),
    );
  },

  get: async (context, options, operands) => {
    needOperands('get', 'the name of a setting', operands);
    const found = await readConfigurations(context, options);
    const settings = operands.map((name) => findSetting(found, name));
    context.report.result(
      { settings: settings.map(({ field, value }) => settingFields(field, value)) },
      settings.map(({ field, value }) => `${field.name} = ${settingTextWithUnit(field, value)}`),
    );
  },

  set: setSettings,

  diff: compare,

  export: async (context, options, operands) => {
    const [name] = needOperands('export', 'a file', operands, 1);
    const path = pathOf(context, name);
    const kinds = kindsOf(options);
    if (kinds.length > 1) {
      throw new VescError('usage', {
        problem: 'A file holds one configuration: say --kind mcconf or --kind appconf.',
        help: helpOf('config'),
      });
    }
    const [configuration] = await readConfigurations(context, options);
    const text = settingsFileText(configuration!, name);
    await context.host.files.write(path, text).catch((error: unknown) => {
      throw fileUnwritable(path, error);
    });
    const count = configuration!.layout.fields.length;
    context.report.result({ path, kind: kinds[0], settings: count }, [`${count} settings in ${path}`]);
  },

  import: importSettings,
} as const satisfies Readonly<Record<string, Action>>;
export type ConfigAction = keyof typeof CONFIG_ACTIONS;
