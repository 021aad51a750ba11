import type { SettingsField } from '../protocol/settings/settingsField';
import { settingText } from './settingText';

/** CAN ids end here: 254 is VESC Tool's, 255 means everybody. */
const MAX_CAN_ID = 253;

/**
 * Why `value`, although the field can hold it, means nothing to firmware; `undefined` when it does. Firmware takes it
 * without a word.
 */
export function meaninglessIn(field: SettingsField, value: number): string | undefined {
  const { name, meaning } = field;
  if (meaning.kind === 'enumeration' && !meaning.enumerators.some((each) => each.value === value)) {
    return `${name} is one of ${meaning.enumerators.map((each) => each.name).join(', ')}, not ${value}`;
  }
  if (name === 'controller_id' && value > MAX_CAN_ID) {
    return `${name} is a CAN id from 0 to ${MAX_CAN_ID}, not ${settingText(field, value)}`;
  }
  return undefined;
}
