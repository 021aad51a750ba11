import type { ConfigurationKind } from '../protocol/messages/configuration';
import type { SettingsField } from '../protocol/settings/settingsField';
import type { SettingsLayout } from '../protocol/settings/settingsLayout';
import type { Configuration } from './configuration';
import { readSetting, settingText } from './settingText';

/** The root elements of VESC Tool's files. */
const ROOTS: Readonly<Record<ConfigurationKind, string>> = {
  mcconf: 'MCConfiguration',
  appconf: 'APPConfiguration',
};
/** Stands in files of VESC Tool besides the settings. */
const VERSION_ELEMENT = 'ConfigVersion';
const ELEMENT = /<([A-Za-z_][\w.-]*)\s*>([^<]*)<\/\1\s*>/g;
const BYTE = 0x100;
const SIGN = 0x80;

/** What an XML file of VESC Tool says. */
export interface ReadXml {
  readonly values: ReadonlyMap<string, number>;
  /** Values that are none of their setting, in words. */
  readonly problems: readonly string[];
  /** Elements that are no setting of this layout: of another release, or only for VESC Tool. */
  readonly unknown: readonly string[];
}

/**
 * A configuration as VESC Tool saves it: an element a setting, enumerators by number. VESC Tool's own remarks about
 * the motor, which a controller does not store, are not in it.
 */
export function settingsXml({ layout, values }: Configuration): string {
  const root = ROOTS[layout.kind];
  const elements = layout.fields.map((field) => {
    const name = elementName(field.name);
    return `    <${name}>${numberText(field, values.get(field.name) ?? 0)}</${name}>`;
  });
  return ['<?xml version="1.0" encoding="UTF-8"?>', `<${root}>`, ...elements, `</${root}>`, ''].join('\n');
}

/** Which configuration an XML file of VESC Tool holds; `undefined` when it is none. */
export function xmlKind(text: string): ConfigurationKind | undefined {
  const root = /<([A-Za-z]\w*)[\s>]/.exec(text.replace(/<\?.*?\?>|<!--[\s\S]*?-->/g, ''))?.[1];
  return (Object.keys(ROOTS) as ConfigurationKind[]).find((kind) => ROOTS[kind] === root);
}

/** The settings that a file of VESC Tool names. */
export function xmlNames(text: string): Set<string> {
  return new Set(Array.from(text.matchAll(ELEMENT), ([, name]) => settingName(name!)));
}

/** Reads a file of VESC Tool as far as it is about settings of `layout`. */
export function readSettingsXml(text: string, layout: SettingsLayout): ReadXml {
  const fields = new Map(layout.fields.map((field) => [field.name, field]));
  const values = new Map<string, number>();
  const problems: string[] = [];
  const unknown: string[] = [];
  for (const [, name, content] of text.matchAll(ELEMENT)) {
    const field = fields.get(settingName(name!));
    if (!field) {
      if (name !== VERSION_ELEMENT) unknown.push(name!);
      continue;
    }
    const read = readSetting(field, unsigned(field, content!.trim()));
    if ('problem' in read) problems.push(read.problem);
    else values.set(field.name, read.value);
  }
  return { values, problems, unknown };
}

/** Brackets cannot stand in the name of an element. */
function elementName(name: string): string {
  return name.replace(/\[(\d+)\]/g, '__$1');
}

function settingName(element: string): string {
  return element.replace(/__(\d+)$/, '[$1]');
}

/** Everything is a number there. */
function numberText(field: SettingsField, value: number): string {
  return field.meaning.kind === 'number' ? settingText(field, value) : String(value);
}

/** VESC Tool takes some bytes for signed. */
function unsigned({ wire }: SettingsField, text: string): string {
  const number = Number(text);
  return wire === 'u8' && number < 0 && number >= -SIGN ? String(number + BYTE) : text;
}
