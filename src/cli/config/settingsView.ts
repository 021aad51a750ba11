import type { SettingsField } from '../../protocol/settings/settingsField';
import type { Configuration } from '../../settings/configuration';
import { FATES, fatesText, type SettingMigration } from '../../settings/migration';
import { isNews, migrationRow } from '../../settings/migrationText';
import type { SettingChange } from '../../settings/settingsComparison';
import { settingJson } from '../../settings/settingText';
import type { PartMigration } from '../../settings/snapshotMigration';
import type { Style } from '../output';
import type { Fields } from '../report';
import { table } from '../table';

const MIGRATION_COLUMNS = ['SETTING', 'IS', 'BEFORE', 'NOW', 'REMARK'].map((title) => ({ title }));

/** A setting as JSON carries it. */
export function settingFields(field: SettingsField, value: number): Fields {
  return { name: field.name, value: settingJson(field, value), ...unitOf(field) };
}

/** Every setting of a configuration as JSON carries it. */
export function configurationFields({ layout, values }: Configuration): readonly Fields[] {
  return layout.fields.map((field) => ({
    kind: layout.kind,
    ...settingFields(field, values.get(field.name) ?? 0),
  }));
}

/** A change as JSON carries it; the two ends are called as the caller says. */
export function changeFields(
  { field, before, after }: SettingChange,
  ends: readonly [string, string],
): Fields {
  return {
    name: field.name,
    [ends[0]]: settingJson(field, before),
    [ends[1]]: settingJson(field, after),
    ...unitOf(field),
  };
}

/** What becomes of each setting of each part, as JSON carries it. */
export function migrationFields(parts: readonly PartMigration[]): readonly Fields[] {
  return parts.map(({ what, plan, problem }) => ({
    what,
    ...(problem ? { problem: problem.code } : {}),
    settings: (plan?.settings ?? []).map(oneMigrationFields),
  }));
}

function oneMigrationFields(setting: SettingMigration): Fields {
  const { name, fate, before, present, value, forms, remark } = setting;
  return {
    name,
    fate,
    ...(before ? { before: settingJson(before.field, before.value) } : {}),
    ...(present ? { present: settingJson(present.field, present.value) } : {}),
    ...(present && value !== undefined ? { value: settingJson(present.field, value) } : {}),
    ...(forms.length > 0 ? { forms } : {}),
    ...(remark === undefined ? {} : { remark }),
  };
}

/** What becomes of the settings, for people: those about which there is something to say. */
export function migrationText(parts: readonly PartMigration[], style: Style): string[] {
  return parts.flatMap(({ what, plan, problem }) => {
    if (!plan) return ['', `${style.bold(what)}: ${problem?.happened ?? ''}`];
    const shown = FATES.flatMap((fate) => plan.settings.filter((each) => each.fate === fate && isNews(each)));
    const rows = shown.map(migrationRow).map((row) => [row.name, row.fate, row.before, row.now, row.remark]);
    return [
      '',
      `${style.bold(what)}: ${fatesText(plan)}`,
      ...table(MIGRATION_COLUMNS, rows, style.dim).map((line) => `  ${line}`),
    ];
  });
}

function unitOf({ unit }: SettingsField): Fields {
  return unit === undefined ? {} : { unit };
}
