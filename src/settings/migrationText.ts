import { formText, type SettingMigration } from './migration';
import { settingTextWithUnit } from './settingText';

/** A setting on its way to another layout, as people read it; a side that does not have it is empty. */
export interface MigrationRow {
  readonly name: string;
  readonly fate: SettingMigration['fate'];
  readonly before: string;
  /** The value it gets; where it cannot be carried over, the one it has. */
  readonly now: string;
  readonly remark: string;
}

/** One row for a setting. */
export function migrationRow(setting: SettingMigration): MigrationRow {
  const { name, fate, before, present, value } = setting;
  return {
    name,
    fate,
    before: before ? settingTextWithUnit(before.field, before.value) : '',
    now: present ? settingTextWithUnit(present.field, value ?? present.value) : '',
    remark: remarkText(setting),
  };
}

/** True for a setting that is not simply kept as it is. */
export function isNews({ fate, value, remark }: SettingMigration): boolean {
  return fate !== 'kept' || value === undefined || remark !== undefined;
}

function remarkText({ before, present, forms, remark }: SettingMigration): string {
  const words: string[] = [];
  if (before && present) {
    const [was, is] = [formText(before.field), formText(present.field)];
    if (was !== is) words.push(`was ${was}, is ${is}`);
    else if (forms.includes('enumeration')) words.push('has other enumerators');
  }
  if (remark !== undefined) words.push(remark);
  return words.join('; ');
}
