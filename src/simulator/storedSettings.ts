import {
  configurationSignature,
  type ConfigurationKind,
  configurationSignatures,
} from '../protocol/messages/configuration';
import type { BatteryCut, McconfTemp } from '../protocol/messages/telemetry';
import { releaseLayout } from '../protocol/settings/releaseLayouts';
import {
  decodeSettings,
  encodeSettings,
  type SettingsLayout,
  type SettingsValues,
} from '../protocol/settings/settingsLayout';
import { atLeast, type Version } from '../protocol/version';
import { defaultConfiguration } from './defaultConfigurations';
import type { Eeprom } from './eeprom';
import { SettingKind } from './eeprom';
import { applyHardwareLimits } from './hardwareLimits';

/** In every app configuration the controller's CAN id stands right behind the signature. */
const CAN_ID_OFFSET = 4;
const SIGNATURE_LENGTH = 4;

/** Limits of the default motor configuration. */
const defaultLimits: McconfTemp = {
  currentMinScale: 1,
  currentMaxScale: 1,
  minErpm: -100_000,
  maxErpm: 100_000,
  minDuty: 0.005,
  maxDuty: 0.95,
  minPower_W: -1_500_000,
  maxPower_W: 1_500_000,
  minInputCurrent_A: -60,
  maxInputCurrent_A: 99,
  motorPoles: 14,
  gearRatio: 3,
  wheelDiameter_m: 0.083,
};

/** The configurations in force: what is stored, where its signature is this firmware's, else the defaults. */
export class StoredSettings {
  /** Changed by SET_MCCONF_TEMP and kept until the next start. */
  limits: McconfTemp = defaultLimits;
  private readonly current = new Map<SettingKind, Uint8Array>();
  /** The release whose layouts it has. */
  private readonly release: Version;
  private readonly madeUp: Readonly<Record<ConfigurationKind, Uint8Array>>;

  constructor(
    private readonly eeprom: Eeprom,
    version: Version,
    private readonly defaults: { readonly mcconf?: Uint8Array; readonly appconf?: Uint8Array },
    private readonly defaultCanId: number,
    /** It was built with the limits of its hardware. */
    private readonly limited = true,
  ) {
    // The default of the version; for a version nobody knows, that of the newest before it.
    const known = configurationSignatures.filter(({ major, minor }) => atLeast(version, major, minor));
    this.release = known.at(-1) ?? configurationSignatures[0]!;
    this.madeUp = {
      mcconf: defaultConfiguration('mcconf', this.release)!,
      appconf: defaultConfiguration('appconf', this.release)!,
    };
  }

  /** The configuration in force, signature first. */
  get(kind: ConfigurationKind, motor: 0 | 1): Uint8Array {
    const slot = settingKind(kind, motor);
    let blob = this.current.get(slot);
    if (blob === undefined) {
      const stored = this.eeprom.read(slot);
      const fits = stored !== undefined && this.accepts(kind, stored);
      blob = fits ? stored : this.getDefault(kind);
      this.current.set(slot, blob);
    }
    return blob;
  }

  /** What it would be with nothing stored. */
  getDefault(kind: ConfigurationKind): Uint8Array {
    const given = this.defaults[kind];
    const blob =
      given !== undefined && this.accepts(kind, given) ? new Uint8Array(given) : this.madeUp[kind].slice();
    if (kind === 'appconf') blob[CAN_ID_OFFSET] = this.defaultCanId;
    return blob;
  }

  /** True for a blob with this firmware's signature. */
  accepts(kind: ConfigurationKind, blob: Uint8Array): boolean {
    return (
      blob.length >= SIGNATURE_LENGTH &&
      configurationSignature(blob) === configurationSignature(this.madeUp[kind])
    );
  }

  /** Bytes of a configuration of this firmware, signature included. */
  size(kind: ConfigurationKind): number {
    return this.madeUp[kind].length;
  }

  /**
   * Puts a configuration into force as far as the hardware allows, and stores it unless told not to; returns how
   * long the flash takes.
   */
  set(kind: ConfigurationKind, motor: 0 | 1, blob: Uint8Array, store: boolean): number {
    const slot = settingKind(kind, motor);
    const taken = kind === 'mcconf' ? this.within(motor, blob) : new Uint8Array(blob);
    this.current.set(slot, taken);
    return store ? this.eeprom.write(slot, taken) : 0;
  }

  get canId(): number {
    return this.get('appconf', 0)[CAN_ID_OFFSET]!;
  }

  get batteryCut(): BatteryCut {
    const values = this.decode(this.get('mcconf', 0));
    return { start_V: values.get('l_battery_cut_start')!, end_V: values.get('l_battery_cut_end')! };
  }

  setBatteryCut({ start_V, end_V }: BatteryCut, store: boolean): number {
    const values = new Map(this.decode(this.get('mcconf', 0)));
    values.set('l_battery_cut_start', start_V).set('l_battery_cut_end', end_V);
    return this.set('mcconf', 0, encodeSettings(this.layout, values), store);
  }

  private within(motor: 0 | 1, blob: Uint8Array): Uint8Array {
    const present = this.decode(this.get('mcconf', motor));
    return encodeSettings(this.layout, applyHardwareLimits(this.decode(blob), present, this.limited));
  }

  private get layout(): SettingsLayout {
    return releaseLayout('mcconf', this.release)!;
  }

  private decode(mcconf: Uint8Array): SettingsValues {
    return decodeSettings(this.layout, mcconf)!;
  }
}

function settingKind(kind: ConfigurationKind, motor: 0 | 1): SettingKind {
  if (kind === 'appconf') return SettingKind.appconf;
  return motor === 0 ? SettingKind.mcconf : SettingKind.secondMcconf;
}
