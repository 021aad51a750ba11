import { ByteReader, ByteWriter } from '../protocol/bytes';
import {
  configurationSignature,
  type ConfigurationKind,
  configurationSignatures,
} from '../protocol/messages/configuration';
import type { BatteryCut, McconfTemp } from '../protocol/messages/telemetry';
import { atLeast, type Version } from '../protocol/version';
import { defaultConfiguration } from './defaultConfigurations';
import type { Eeprom } from './eeprom';
import { SettingKind } from './eeprom';

/** In every app configuration the controller's CAN id stands right behind the signature. */
const CAN_ID_OFFSET = 4;
/** In every motor configuration the battery cut stands here: f32a before 6.05, later tenths of a volt. */
const BATTERY_CUT_OFFSET = 54;
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

  constructor(
    private readonly eeprom: Eeprom,
    private readonly version: Version,
    private readonly defaults: { readonly mcconf?: Uint8Array; readonly appconf?: Uint8Array },
    private readonly defaultCanId: number,
  ) {}

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
    const blob = given !== undefined && this.accepts(kind, given) ? new Uint8Array(given) : this.madeUp(kind);
    if (kind === 'appconf') blob[CAN_ID_OFFSET] = this.defaultCanId;
    return blob;
  }

  /** True for a blob with this firmware's signature. */
  accepts(kind: ConfigurationKind, blob: Uint8Array): boolean {
    return (
      blob.length >= SIGNATURE_LENGTH &&
      configurationSignature(blob) === configurationSignature(this.madeUp(kind))
    );
  }

  /** Bytes of a configuration of this firmware, signature included. */
  size(kind: ConfigurationKind): number {
    return this.madeUp(kind).length;
  }

  /** Puts a configuration into force, and stores it unless told not to; returns how long the flash takes. */
  set(kind: ConfigurationKind, motor: 0 | 1, blob: Uint8Array, store: boolean): number {
    const slot = settingKind(kind, motor);
    this.current.set(slot, new Uint8Array(blob));
    return store ? this.eeprom.write(slot, blob) : 0;
  }

  get canId(): number {
    return this.get('appconf', 0)[CAN_ID_OFFSET]!;
  }

  get batteryCut(): BatteryCut {
    const reader = new ByteReader(this.get('mcconf', 0), BATTERY_CUT_OFFSET);
    const read = (): number => (atLeast(this.version, 6, 5) ? reader.f16(10) : reader.f32a());
    return { start_V: read(), end_V: read() };
  }

  setBatteryCut({ start_V, end_V }: BatteryCut, store: boolean): number {
    const writer = new ByteWriter();
    for (const value of [start_V, end_V]) {
      if (atLeast(this.version, 6, 5)) writer.f16(value, 10);
      else writer.f32a(value);
    }
    const blob = this.get('mcconf', 0).slice();
    blob.set(writer.finish(), BATTERY_CUT_OFFSET);
    return this.set('mcconf', 0, blob, store);
  }

  /** The default of the version; for a version nobody knows, that of the newest before it. */
  private madeUp(kind: ConfigurationKind): Uint8Array {
    const known = configurationSignatures.filter(({ major, minor }) => atLeast(this.version, major, minor));
    const version = known.at(-1) ?? configurationSignatures[0]!;
    return defaultConfiguration(kind, version)!;
  }
}

function settingKind(kind: ConfigurationKind, motor: 0 | 1): SettingKind {
  if (kind === 'appconf') return SettingKind.appconf;
  return motor === 0 ? SettingKind.mcconf : SettingKind.secondMcconf;
}
