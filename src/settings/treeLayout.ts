import type { ConfigurationKind } from '../protocol/messages/configuration';
import { newestReleaseField } from '../protocol/settings/releaseLayouts';
import type { Enumerator, SettingMeaning, SettingsField, WireType } from '../protocol/settings/settingsField';
import type { SettingsLayout } from '../protocol/settings/settingsLayout';

/** The files of a firmware tree that tell what its blobs look like. */
export interface LayoutFiles {
  /** `confgenerator.c` and `confgenerator.h`, which VESC Tool generates. */
  readonly source: string;
  readonly header: string;
  /** `datatypes.h`: the structures and enumerations. */
  readonly types: string;
}

const STRUCTURES: Readonly<Record<ConfigurationKind, string>> = {
  mcconf: 'mc_configuration',
  appconf: 'app_configuration',
};
/** `buffer_append_…` of the firmware, by the type it writes. */
const WRITERS: Readonly<Record<string, WireType>> = {
  float32_auto: 'f32a',
  float32: 'f32',
  float16: 'f16',
  uint32: 'u32',
  int32: 'i32',
  uint16: 'u16',
  int16: 'i16',
};
const MEMBER = String.raw`conf->([\w.]+(?:\[\d+\])?)`;
const BYTE = new RegExp(String.raw`^buffer\[ind\+\+\] = (?:\(\w+\))?${MEMBER}$`);
const APPEND = new RegExp(String.raw`^buffer_append_(\w+)\(buffer, ${MEMBER}(?:, ([\d.]+))?, &ind\)$`);
/** What stands in the function besides the settings. */
const FRAME = /^(?:int32_t ind = 0|buffer_append_uint32\(buffer, \w+_SIGNATURE, &ind\)|return ind|)$/;

/**
 * The layout of a configuration as a firmware tree serialises it; `undefined` when its files say it in a way that is
 * not understood whole, because a layout with a gap would put every value behind it in the wrong place.
 */
export function treeLayout(kind: ConfigurationKind, files: LayoutFiles): SettingsLayout | undefined {
  const signature = new RegExp(`#define\\s+${kind.toUpperCase()}_SIGNATURE\\s+(\\d+)`).exec(
    files.header,
  )?.[1];
  const body = serializer(kind, files.source);
  if (signature === undefined || body === undefined) return undefined;
  const types = readTypes(files.types);
  const fields: SettingsField[] = [];
  for (const statement of body.split(';').map(oneLine)) {
    if (FRAME.test(statement)) continue;
    const field = readStatement(statement, kind, types);
    if (!field) return undefined;
    fields.push(field);
  }
  return fields.length === 0 ? undefined : { kind, signature: Number(signature), fields };
}

/** What the tree's default headers say about each setting: the comment behind the default it is given. */
export function settingsHelp(source: string, defaults: readonly string[]): Map<string, string> {
  const comments = new Map<string, string>();
  for (const text of defaults) {
    for (const [, name, comment] of text.matchAll(
      /^[ \t]*#define[ \t]+(\w+)[ \t]+[^\n]*?\/\/[ \t]*([^\n]*\S)/gm,
    )) {
      comments.set(name!, comment!);
    }
  }
  const help = new Map<string, string>();
  for (const [, member, define] of source.matchAll(new RegExp(String.raw`${MEMBER} = (\w+);`, 'g'))) {
    const comment = comments.get(define!);
    if (comment !== undefined) help.set(member!, comment);
  }
  return help;
}

function serializer(kind: ConfigurationKind, source: string): string | undefined {
  const start = new RegExp(`\\bconfgenerator_serialize_${kind}\\s*\\([^)]*\\)\\s*\\{`).exec(source);
  if (!start) return undefined;
  const from = start.index + start[0].length;
  const to = source.indexOf('\n}', from);
  return to < 0 ? undefined : withoutComments(source.slice(from, to));
}

function readStatement(statement: string, kind: ConfigurationKind, types: Types): SettingsField | undefined {
  const byte = BYTE.exec(statement);
  if (byte) {
    const name = byte[1]!;
    const type = typeOf(name, kind, types);
    return { name, wire: type === 'int8_t' ? 'i8' : 'u8', scale: 1, ...known(name, type, types) };
  }
  const [, writer, name, scale] = APPEND.exec(statement) ?? [];
  const wire = writer !== undefined && Object.hasOwn(WRITERS, writer) ? WRITERS[writer] : undefined;
  if (wire === undefined || name === undefined) return undefined;
  const isScaled = wire === 'f16' || wire === 'f32';
  if (isScaled !== (scale !== undefined)) return undefined;
  const { meaning: _, ...unit } = known(name, undefined, types);
  return { name, wire, scale: scale === undefined ? 1 : Number(scale), meaning: { kind: 'number' }, ...unit };
}

/** What a byte means, and the unit: from the tree, and what it does not tell from the releases. */
function known(
  name: string,
  type: string | undefined,
  { enumerations }: Types,
): Pick<SettingsField, 'meaning' | 'unit'> {
  const release = newestReleaseField(name);
  const enumerators = type === undefined ? undefined : enumerations.get(type);
  const meaning: SettingMeaning = enumerators
    ? { kind: 'enumeration', name: type!, enumerators }
    : type === 'bool'
      ? { kind: 'bool' }
      : { kind: release?.meaning.kind === 'flags' ? 'flags' : 'number' };
  return { meaning, ...(release?.unit === undefined ? {} : { unit: release.unit }) };
}

interface Types {
  readonly enumerations: ReadonlyMap<string, readonly Enumerator[]>;
  /** The type of each member of each structure. */
  readonly structures: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

function typeOf(name: string, kind: ConfigurationKind, { structures }: Types): string | undefined {
  let type: string | undefined = STRUCTURES[kind];
  for (const member of name.replace(/\[\d+\]$/, '').split('.')) {
    type = type === undefined ? undefined : structures.get(type)?.get(member);
  }
  return type;
}

function readTypes(text: string): Types {
  const enumerations = new Map<string, readonly Enumerator[]>();
  const structures = new Map<string, ReadonlyMap<string, string>>();
  const definitions = withoutComments(text).matchAll(
    /\btypedef\s+(enum|struct)\b[^{;]*\{([^}]*)\}\s*(\w+)\s*;/g,
  );
  for (const [, kind, body, name] of definitions) {
    if (kind === 'enum') enumerations.set(name!, readEnumerators(body!));
    else structures.set(name!, readMembers(body!));
  }
  return { enumerations, structures };
}

function readEnumerators(body: string): Enumerator[] {
  const enumerators: Enumerator[] = [];
  for (const item of body.split(',').map(oneLine)) {
    const [, name, value] = /^(\w+)(?: ?= ?(\w+))?$/.exec(item) ?? [];
    if (name === undefined) continue;
    const next = (enumerators.at(-1)?.value ?? -1) + 1;
    enumerators.push({ name, value: value === undefined ? next : Number(value) });
  }
  return enumerators;
}

function readMembers(body: string): Map<string, string> {
  const members = new Map<string, string>();
  for (const declaration of body.split(';').map(oneLine)) {
    const [, type, names] = /^(?:volatile |const )*((?:unsigned )?\w+) (.+)$/.exec(declaration) ?? [];
    for (const name of names?.split(',') ?? []) members.set(name.replace(/\[.*$/, '').trim(), type!);
  }
  return members;
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
