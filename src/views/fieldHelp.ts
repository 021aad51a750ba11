import type { SettingsField } from '../protocol/settings/settingsField';
import { formText } from '../settings/migration';
import { rangeText } from '../settings/settingText';
import { plain } from './text';

const LIMIT = 300;

/** What a setting is, for people: what the tree says, what it holds, and how it is stored. */
export function fieldHelp(field: SettingsField, said: string | undefined): string[] {
  const unit = field.unit === undefined ? '' : `, in ${field.unit}`;
  const holds =
    field.meaning.kind === 'enumeration'
      ? `One of ${field.meaning.enumerators.map(({ name }) => name).join(', ')}.`
      : field.meaning.kind === 'number'
        ? `Holds ${rangeText(field)}${unit}.`
        : field.meaning.kind === 'bool'
          ? 'true or false.'
          : 'Eight bits, each with a meaning of its own.';
  return [...(said === undefined ? [] : [plain(said, LIMIT)]), holds, `Stored as ${formText(field)}.`];
}
