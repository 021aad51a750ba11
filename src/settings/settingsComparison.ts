import type { SettingsField } from '../protocol/settings/settingsField';
import type { SettingsValues } from '../protocol/settings/settingsLayout';
import type { Configuration } from './configuration';
import { settingTextWithUnit } from './settingText';

/** A setting that is not the same on both sides; without a text where one side does not have it. */
export interface SettingDifference {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
}

/** Where two configurations differ, as people read them, also across layouts; in the order of the second. */
export function compareConfigurations(one: Configuration, other: Configuration): SettingDifference[] {
  const before = texts(one);
  const after = texts(other);
  const names = [...after.keys(), ...[...before.keys()].filter((name) => !after.has(name))];
  return names
    .filter((name) => before.get(name) !== after.get(name))
    .map((name) => ({
      name,
      ...(before.has(name) ? { before: before.get(name)! } : {}),
      ...(after.has(name) ? { after: after.get(name)! } : {}),
    }));
}

/** The settings of one layout whose values differ. */
export function changedSettings(
  fields: readonly SettingsField[],
  before: SettingsValues,
  after: SettingsValues,
): SettingChange[] {
  return fields
    .filter(({ name }) => before.get(name) !== after.get(name))
    .map((field) => ({ field, before: before.get(field.name)!, after: after.get(field.name)! }));
}

/** A setting with the value it had and the value it has. */
export interface SettingChange {
  readonly field: SettingsField;
  readonly before: number;
  readonly after: number;
}

/**
 * True for the offsets that a controller measures itself: it keeps them, whatever it is sent, unless its calibration
 * mode says otherwise (facts 14).
 */
export function isMeasured({ name }: SettingsField): boolean {
  return name.startsWith('foc_offsets_') && name.endsWith(']');
}

/** `l_current_max: 200 A → 120 A`. */
export function changeText({ field, before, after }: SettingChange): string {
  return `${field.name}: ${settingTextWithUnit(field, before)} → ${settingTextWithUnit(field, after)}`;
}

function texts({ layout, values }: Configuration): Map<string, string> {
  return new Map(
    layout.fields.map((field) => [field.name, settingTextWithUnit(field, values.get(field.name) ?? 0)]),
  );
}
