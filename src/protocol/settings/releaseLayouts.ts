import { type ConfigurationKind, configurationSignatures } from '../messages/configuration';
import { formatVersion, type Version } from '../version';
import { APPCONF } from './releases/appconf';
import { ENUMERATIONS } from './releases/enumerations';
import { MCCONF } from './releases/mcconf';
import { type Enumerator, isWireType, type SettingMeaning, type SettingsField } from './settingsField';
import type { SettingsLayout } from './settingsLayout';

const TABLES: Readonly<Record<ConfigurationKind, string>> = { mcconf: MCCONF, appconf: APPCONF };
const SCALED = /^(f16|f32)\/([\d.]+)$/;

/** The tables are read when somebody asks, each release once. */
const known = new Map<string, SettingsLayout>();

/** The layout of a release; `undefined` for a version that is none we know. */
export function releaseLayout(kind: ConfigurationKind, version: Version): SettingsLayout | undefined {
  const { major, minor } = version;
  const release = formatVersion({ major, minor });
  const entry = configurationSignatures.find((each) => formatVersion(each) === release);
  if (!entry) return undefined;
  const key = `${kind} ${release}`;
  const layout = known.get(key) ?? {
    kind,
    signature: entry[kind].signature,
    fields: readTable(TABLES[kind], release),
  };
  known.set(key, layout);
  return layout;
}

/** The layouts of all releases, newest first. */
export function releaseLayouts(kind: ConfigurationKind): SettingsLayout[] {
  return configurationSignatures.map((version) => releaseLayout(kind, version)!).reverse();
}

/** The layout whose blobs begin with `signature`; of several releases with the same one the newest. */
export function layoutBySignature(signature: number): SettingsLayout | undefined {
  for (const kind of ['mcconf', 'appconf'] as const) {
    const newest = configurationSignatures.filter((entry) => entry[kind].signature === signature).at(-1);
    if (newest) return releaseLayout(kind, newest);
  }
  return undefined;
}

function readTable(table: string, release: string): SettingsField[] {
  const enumerations = readEnumerations(release);
  const fields: SettingsField[] = [];
  for (const line of table.trim().split('\n')) {
    const [name, types, unit] = line.split(' | ');
    const type = ofRelease(types!.split(', '), release);
    if (type === undefined) continue;
    fields.push({ name: name!, ...readType(type, enumerations), ...(unit === undefined ? {} : { unit }) });
  }
  return fields;
}

function readEnumerations(release: string): Map<string, readonly Enumerator[]> {
  const enumerations = new Map<string, readonly Enumerator[]>();
  for (const block of ENUMERATIONS.trim().split(/\n(?=\w)/)) {
    const [name, ...variants] = block.split(/\n\s*/);
    const names = ofRelease(variants, release);
    if (names !== undefined) enumerations.set(name!, readEnumerators(names));
  }
  return enumerations;
}

function readEnumerators(text: string): Enumerator[] {
  return text.split(' ').map((item, index) => {
    const [name, value] = item.split('=');
    return { name: name!, value: value === undefined ? index : Number(value) };
  });
}

/** The variant of `release`: each is a text behind its releases, or the text alone when it is of all. */
function ofRelease(variants: readonly string[], release: string): string | undefined {
  for (const variant of variants) {
    const [, span, text] = /^(?:([\d.-]+) )?(.*)$/.exec(variant)!;
    if (span === undefined) return text;
    const [from, to = from] = span.split('-');
    if ((from === '' || release >= from!) && (to === '' || release <= to!)) return text;
  }
  return undefined;
}

function readType(
  type: string,
  enumerations: ReadonlyMap<string, readonly Enumerator[]>,
): Pick<SettingsField, 'wire' | 'scale' | 'meaning'> {
  const plain = (meaning: SettingMeaning) => ({ wire: 'u8', scale: 1, meaning }) as const;
  if (type === 'bool' || type === 'flags') return plain({ kind: type });
  const number = { kind: 'number' } as const;
  const scaled = SCALED.exec(type);
  if (scaled) return { wire: scaled[1] as 'f16' | 'f32', scale: Number(scaled[2]), meaning: number };
  if (isWireType(type)) return { wire: type, scale: 1, meaning: number };
  return plain({ kind: 'enumeration', name: type, enumerators: enumerations.get(type)! });
}

/** The setting `name` as the newest release that has it knows it: its unit, and what its bits are. */
export function newestReleaseField(name: string): SettingsField | undefined {
  newest ??= newestFields();
  return newest.get(name);
}

let newest: ReadonlyMap<string, SettingsField> | undefined;

function newestFields(): ReadonlyMap<string, SettingsField> {
  const fields = new Map<string, SettingsField>();
  for (const layout of [...releaseLayouts('mcconf'), ...releaseLayouts('appconf')].reverse()) {
    for (const field of layout.fields) fields.set(field.name, field);
  }
  return fields;
}
