import type { SettingsValues } from '../protocol/settings/settingsLayout';

type Limits = readonly [min: number, max: number];
const CURRENT_A: Limits = [-120, 120];
const VOLTAGE_V: Limits = [6, 57];
const ERPM: Limits = [-200_000, 200_000];
const TEMPERATURE_C: Limits = [-40, 110];
const SHARE: Limits = [0, 1];

/** What a 60 brings its motor configuration into, whatever it is told; the names as the releases have them. */
const LIMITS: Readonly<Record<string, Limits>> = {
  l_current_max: CURRENT_A,
  l_current_min: CURRENT_A,
  l_in_current_max: CURRENT_A,
  l_in_current_min: CURRENT_A,
  l_abs_current_max: [0, 160],
  l_max_vin: VOLTAGE_V,
  l_min_vin: VOLTAGE_V,
  l_max_erpm: ERPM,
  l_min_erpm: ERPM,
  l_min_duty: [0, 0.1],
  l_max_duty: [0, 0.99],
  l_temp_fet_start: TEMPERATURE_C,
  l_temp_fet_end: TEMPERATURE_C,
};
/** Those that hold even where the firmware was built without hardware limits. */
const ALWAYS: Readonly<Record<string, Limits>> = {
  l_current_max_scale: SHARE,
  l_current_min_scale: SHARE,
  l_erpm_start: SHARE,
};

const OFFSETS = /^foc_offsets_(current|voltage|voltage_undriven)\[/;
/** In `foc_offsets_cal_mode` (6.06 or newer): offsets that are sent are taken. */
const TAKES_OFFSETS = 1 << 1;

/**
 * What becomes of a motor configuration that is sent: values beyond the limits are clamped without a word, and
 * measured offsets stay as they are unless the calibration mode says otherwise (facts 14).
 */
export function applyHardwareLimits(
  sent: SettingsValues,
  present: SettingsValues,
  limited: boolean,
): SettingsValues {
  const keepsOffsets = ((sent.get('foc_offsets_cal_mode') ?? TAKES_OFFSETS) & TAKES_OFFSETS) === 0;
  const taken = new Map(sent);
  for (const [name, value] of sent) {
    const limits = ALWAYS[name] ?? (limited ? LIMITS[name] : undefined);
    if (limits) taken.set(name, Math.min(Math.max(value, limits[0]), limits[1]));
    else if (keepsOffsets && OFFSETS.test(name)) taken.set(name, present.get(name)!);
  }
  return taken;
}
