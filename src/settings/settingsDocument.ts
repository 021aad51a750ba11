import type { ConfigurationKind } from '../protocol/messages/configuration';
import type { SettingsField } from '../protocol/settings/settingsField';
import type { SettingsLayout } from '../protocol/settings/settingsLayout';
import { CONFIGURATION_NAMES, type Configuration } from './configuration';
import { readSetting, settingTextWithUnit } from './settingText';

/** Something to say about a line of a document; lines and columns count from 0. */
export interface LineRemark {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** An error keeps the document from being written. */
  readonly severity: 'error' | 'warning' | 'information';
}

/** What a document says. */
export interface ReadDocument {
  /** The values of the lines that are in order. */
  readonly values: ReadonlyMap<string, number>;
  /** Where each setting stands. */
  readonly lines: ReadonlyMap<string, number>;
  readonly remarks: readonly LineRemark[];
}

const LINE = /^(\s*)([\w.[\]]+)(\s*=\s*)(.*?)\s*$/;
const COMMENT = /\s+#.*$/;
/** So many settings with the same beginning make a group of their own. */
const GROUP = 3;

/**
 * A configuration as text: `name = value unit`, a setting a line in the order of the blob, so that two of them can be
 * compared line by line. What does not belong to the settings is not in it.
 */
export function settingsDocument({ layout, values }: Configuration): string {
  const lines = [`# ${CONFIGURATION_NAMES[layout.kind]}`];
  for (const group of groups(layout.fields)) {
    lines.push('');
    for (const field of group) {
      lines.push(`${field.name} = ${settingTextWithUnit(field, values.get(field.name) ?? 0)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Which configuration a document says it is; `undefined` when it does not begin as {@link settingsDocument} does. */
export function documentKind(text: string): ConfigurationKind | undefined {
  const first = text.slice(0, text.search(/\r?\n|$/)).replace(/^#\s*/, '');
  return (Object.keys(CONFIGURATION_NAMES) as ConfigurationKind[]).find(
    (kind) => CONFIGURATION_NAMES[kind] === first.trim(),
  );
}

/** The settings that a document names. */
export function documentNames(text: string): Set<string> {
  return new Set(text.split(/\r?\n/).flatMap((line) => LINE.exec(line)?.[2] ?? []));
}

/** Reads what {@link settingsDocument} writes, as far as it is in order. Lines may be missing, but not twice there. */
export function readDocument(text: string, layout: SettingsLayout): ReadDocument {
  const fields = new Map(layout.fields.map((field) => [field.name, field]));
  const values = new Map<string, number>();
  const lines = new Map<string, number>();
  const remarks: LineRemark[] = [];
  for (const [line, whole] of text.split(/\r?\n/).entries()) {
    const content = whole.replace(COMMENT, '');
    if (content.trim() === '' || content.trimStart().startsWith('#')) continue;
    const remark = (
      message: string,
      start = 0,
      end = content.length,
      severity: LineRemark['severity'] = 'error',
    ): unknown => remarks.push({ line, start, end, message, severity });
    const [, indent, name, equals, value] = LINE.exec(content) ?? [];
    if (name === undefined) {
      remark('a setting a line, as l_current_max = 60 A');
      continue;
    }
    const at = indent!.length;
    const field = fields.get(name);
    if (!field) {
      remark(`this firmware has no setting ${name}`, at, at + name.length);
    } else if (lines.has(name)) {
      remark(`${name} stands here twice`, at, at + name.length);
    } else {
      lines.set(name, line);
      const start = at + name.length + equals!.length;
      const read = readSetting(field, value!);
      if ('problem' in read) {
        remark(read.problem, start);
        continue;
      }
      values.set(name, read.value);
      if (read.rounded) {
        remark(
          `is stored as ${settingTextWithUnit(field, read.value)}`,
          start,
          content.length,
          'information',
        );
      }
    }
  }
  return { values, lines, remarks };
}

/** Settings whose names begin alike, where there are enough of them; what lies between stays together. */
function groups(fields: readonly SettingsField[]): SettingsField[][] {
  const runs: { key: string; fields: SettingsField[] }[] = [];
  for (const field of fields) {
    const key = groupOf(field.name);
    const last = runs.at(-1);
    if (last?.key === key) last.fields.push(field);
    else runs.push({ key, fields: [field] });
  }
  const merged: { small: boolean; fields: SettingsField[] }[] = [];
  for (const run of runs) {
    const small = run.fields.length < GROUP;
    const last = merged.at(-1);
    if (last?.small && small) last.fields.push(...run.fields);
    else merged.push({ small, fields: run.fields });
  }
  return merged.map((group) => group.fields);
}

/** `app_ppm_conf.hyst` is of `app_ppm_conf`, `l_current_max` of `l`. */
function groupOf(name: string): string {
  const dot = name.indexOf('.');
  return dot > 0 ? name.slice(0, dot) : name.slice(0, name.indexOf('_'));
}
