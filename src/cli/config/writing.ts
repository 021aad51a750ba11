import { VescError } from '../../base/errors';
import type { ConfigurationKind } from '../../protocol/messages/configuration';
import { CONFIGURATION_NAMES, type Configuration } from '../../settings/configuration';
import { writeConfiguration, type WrittenSettings } from '../../settings/configurationAccess';
import { changeText } from '../../settings/settingsComparison';
import { valuesForController } from '../../settings/settingsFile';
import { meaninglessIn } from '../../settings/settingMeaning';
import { readSetting, settingTextWithUnit } from '../../settings/settingText';
import { requireStandstill } from '../../update/standstill';
import type { CommandContext } from '../command';
import { helpOf } from '../options';
import { type Connection, withController } from '../target';
import { needOperands } from './operands';
import type { ConfigValues } from './options';
import { findSetting, readAll } from './reading';
import { changeFields } from './settingsView';
import { ControllerSettings, layoutsOf, settingsIn } from './sources';

/** `vesc config set`: writes settings that are named one by one. */
export function setSettings(
  context: CommandContext,
  options: ConfigValues,
  operands: readonly string[],
): Promise<void> {
  needOperands('set', 'NAME=VALUE', operands);
  return withController(context, options, async (connection) => {
    const settings = new ControllerSettings(connection, layoutsOf(context, options));
    const present = await readAll(settings, options);
    const wanted = new Map<ConfigurationKind, Map<string, number>>();
    const problems: string[] = [];
    for (const operand of operands) {
      const [, name, text] = /^([^=]+)=(.*)$/s.exec(operand) ?? [];
      if (name === undefined) {
        throw new VescError('usage', {
          problem: `vesc config set takes NAME=VALUE, not "${operand}".`,
          help: helpOf('config'),
        });
      }
      const { field, layout } = findSetting(present, name.trim());
      if (wanted.get(layout.kind)?.has(field.name)) {
        throw new VescError('usage', { problem: `${field.name} is given twice.`, help: helpOf('config') });
      }
      const setting = readSetting(field, text!);
      if ('problem' in setting) {
        problems.push(setting.problem);
        continue;
      }
      if (setting.rounded)
        context.report.note(`${field.name} is stored as ${settingTextWithUnit(field, setting.value)}`);
      wanted.set(
        layout.kind,
        (wanted.get(layout.kind) ?? new Map<string, number>()).set(name.trim(), setting.value),
      );
    }
    if (problems.length > 0) throw new VescError('settings-invalid', { problems });
    await write(context, connection, present, wanted);
  });
}

/** `vesc config import`: writes the settings in a file. */
export function importSettings(
  context: CommandContext,
  options: ConfigValues,
  operands: readonly string[],
): Promise<void> {
  const [name] = needOperands('import', 'a file', operands, 1);
  return withController(context, options, async (connection) => {
    const settings = new ControllerSettings(connection, layoutsOf(context, options));
    const present: Configuration[] = [];
    const file = await settingsIn(context, name, async (kind) => {
      present.push(await settings.read(kind));
      return present[0]!.layout;
    });
    const { problems, configuration, kind, unknown } = file;
    if (problems.length > 0) throw new VescError('settings-invalid', { problems });
    if (unknown.length > 0)
      context.report.note(
        `Not settings of this firmware: ${unknown.slice(0, 10).join(', ')}${unknown.length > 10 ? ` and ${unknown.length - 10} more` : ''}`,
      );
    const { values, remarks } = valuesForController(configuration, present[0]!);
    for (const remark of remarks) context.report.note(remark);
    await write(context, connection, present, new Map([[kind, values]]));
  });
}

/** What is wrong with the values that would be new. */
function meaningless(
  { layout, values }: Configuration,
  wanted: ReadonlyMap<string, number> | undefined,
): string[] {
  return layout.fields.flatMap((field) => {
    const value = wanted?.get(field.name);
    if (value === undefined || value === values.get(field.name)) return [];
    return meaninglessIn(field, value) ?? [];
  });
}

/** Writes what is wanted of each configuration, and tells what came of it. */
async function write(
  { report, style }: CommandContext,
  { endpoint, session }: Connection,
  present: readonly Configuration[],
  wanted: ReadonlyMap<ConfigurationKind, ReadonlyMap<string, number>>,
): Promise<void> {
  const problems = present.flatMap((configuration) =>
    meaningless(configuration, wanted.get(configuration.layout.kind)),
  );
  if (problems.length > 0) throw new VescError('settings-invalid', { problems });
  await requireStandstill(endpoint);
  const written: WrittenSettings[] = [];
  for (const configuration of present) {
    const values = wanted.get(configuration.layout.kind);
    if (!values) continue;
    report.progress({
      stage: 'write',
      fraction: 0,
      message: `Writing the ${CONFIGURATION_NAMES[configuration.layout.kind]}`,
    });
    const access = { endpoint, node: (canId: number) => session.node(canId) };
    written.push(await writeConfiguration(access, configuration, values));
  }
  const changed = written.flatMap((each) => each.changed);
  const adjusted = written.flatMap((each) => each.adjusted);
  report.result(
    {
      changed: changed.map((change) => changeFields(change, ['before', 'now'])),
      adjusted: adjusted.map((change) => changeFields(change, ['wanted', 'now'])),
    },
    [
      ...(changed.length === 0 ? ['Nothing changed: it was so already.'] : changed.map(changeText)),
      ...adjusted.map((change) => `${style.yellow('the firmware changed')} ${changeText(change)}`),
    ],
  );
}
