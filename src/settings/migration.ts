import type { SettingsField } from '../protocol/settings/settingsField';
import { storedValue } from '../protocol/settings/settingsLayout';
import type { Configuration } from './configuration';
import { rangeText, settingText, settingTextWithUnit } from './settingText';

/**
 * What becomes of a setting in another layout. `kept`: both have it in the same form. `changed`: both have it, in
 * another type, scale or enumeration. `new`: only the new layout has it. `dropped`: only the old one has it.
 */
export type Fate = 'kept' | 'changed' | 'new' | 'dropped';
export const FATES: readonly Fate[] = ['kept', 'changed', 'new', 'dropped'];

/** One setting on its way from one layout to another. */
export interface SettingMigration {
  readonly name: string;
  readonly fate: Fate;
  /** As it was; absent when it is new. */
  readonly before?: { readonly field: SettingsField; readonly value: number };
  /** As the controller has it before anything is written; absent when it was dropped. */
  readonly present?: { readonly field: SettingsField; readonly value: number };
  /** The old value in the new form; absent when there is none, or the new form cannot hold it. */
  readonly value?: number;
  /** What is different about the form. */
  readonly forms: readonly ('type' | 'scale' | 'enumeration')[];
  /** What there is to know about the value: why it cannot be carried over, or how it is changed by that. */
  readonly remark?: string;
}

/** Every setting of two layouts. */
export interface MigrationPlan {
  readonly settings: readonly SettingMigration[];
}

/**
 * How the settings `before` fit into the layout of `present`: every setting of either is accounted for once.
 * Enumerators are followed by their names, because their numbers mean other things in other releases (facts 14).
 */
export function planMigration(before: Configuration, present: Configuration): MigrationPlan {
  const old = new Map(before.layout.fields.map((field) => [field.name, field]));
  const names = new Set(present.layout.fields.map(({ name }) => name));
  const carried = present.layout.fields.map((to) => {
    const there = { field: to, value: present.values.get(to.name)! };
    const from = old.get(to.name);
    if (!from) return { name: to.name, fate: 'new', present: there, forms: [] } as const;
    const value = before.values.get(to.name)!;
    return {
      name: to.name,
      fate: forms(from, to).length === 0 ? 'kept' : 'changed',
      before: { field: from, value },
      present: there,
      forms: forms(from, to),
      ...carry(from, to, value),
    } as const;
  });
  const dropped = before.layout.fields
    .filter(({ name }) => !names.has(name))
    .map((field) => ({
      name: field.name,
      fate: 'dropped' as const,
      before: { field, value: before.values.get(field.name)! },
      forms: [],
    }));
  return { settings: [...carried, ...dropped] };
}

/** The values that are written when the settings that `wanted` names are carried over. */
export function migratedValues(
  { settings }: MigrationPlan,
  wanted: (name: string) => boolean = () => true,
): Map<string, number> {
  const values = new Map<string, number>();
  for (const { name, value } of settings) if (value !== undefined && wanted(name)) values.set(name, value);
  return values;
}

/** The same plan, but for the settings in `names`, which stay as the controller has them. */
export function withoutSettings({ settings }: MigrationPlan, names: readonly string[]): MigrationPlan {
  return {
    settings: settings.map((setting) => {
      if (!names.includes(setting.name) || setting.value === undefined) return setting;
      const { value: _, ...rest } = setting;
      return { ...rest, remark: 'left as the controller has it' };
    }),
  };
}

/** The settings whose value on the controller would be another one: those about which there is something to choose. */
export function choices({ settings }: MigrationPlan): SettingMigration[] {
  return settings.filter(({ value, present }) => value !== undefined && value !== present?.value);
}

/** How many settings have which fate, and how many of them are not carried over although both layouts have them. */
export function countFates({ settings }: MigrationPlan): Record<Fate | 'stuck', number> {
  const counts = { kept: 0, changed: 0, new: 0, dropped: 0, stuck: 0 };
  for (const setting of settings) {
    counts[setting.fate]++;
    if (isStuck(setting)) counts.stuck++;
  }
  return counts;
}

/** True for a setting of both layouts whose old value is not carried over: the new form cannot hold it. */
export function isStuck({ fate, value }: SettingMigration): boolean {
  return (fate === 'kept' || fate === 'changed') && value === undefined;
}

/** `196 kept, 9 changed, 6 new, 4 dropped`; what is not there is left out. */
export function fatesText(plan: MigrationPlan): string {
  const counts = countFates(plan);
  const parts = FATES.filter((fate) => counts[fate] > 0).map((fate) => `${counts[fate]} ${fate}`);
  if (counts.stuck > 0) parts.push(`${counts.stuck} of them not carried over`);
  return parts.join(', ');
}

/** `f16 in steps of 0.1` as people read it: what the form of a setting is. */
export function formText({ meaning, wire, scale }: SettingsField): string {
  if (meaning.kind === 'enumeration') return meaning.name;
  if (meaning.kind !== 'number') return meaning.kind;
  return scale === 1 ? wire : `${wire}/${scale}`;
}

function forms(from: SettingsField, to: SettingsField): SettingMigration['forms'] {
  const sameMeaning = from.meaning.kind === to.meaning.kind;
  return [
    ...(from.wire !== to.wire || !sameMeaning ? (['type'] as const) : []),
    ...(from.scale !== to.scale ? (['scale'] as const) : []),
    ...(sameMeaning && enumeratorsText(from) !== enumeratorsText(to) ? (['enumeration'] as const) : []),
  ];
}

function enumeratorsText({ meaning }: SettingsField): string {
  if (meaning.kind !== 'enumeration') return '';
  return meaning.enumerators.map(({ name, value }) => `${name}=${value}`).join(' ');
}

function carry(
  from: SettingsField,
  to: SettingsField,
  value: number,
): Pick<SettingMigration, 'value' | 'remark'> {
  if (from.meaning.kind === 'enumeration' || to.meaning.kind === 'enumeration') {
    return carryEnumerator(from, to, value);
  }
  const stored = storedValue(to, value);
  if (stored === undefined) {
    const text = settingTextWithUnit(from, value);
    return { remark: `${text} does not fit: now it holds ${rangeText(to)}` };
  }
  const [before, after] = [settingText(from, value), settingText(to, stored)];
  const same = before === after || from.meaning.kind !== to.meaning.kind;
  return { value: stored, ...(same ? {} : { remark: `rounded from ${before} to ${after}` }) };
}

/** By name; where names were given another beginning, by what is behind it. */
function carryEnumerator(
  from: SettingsField,
  to: SettingsField,
  value: number,
): Pick<SettingMigration, 'value' | 'remark'> {
  if (from.meaning.kind !== 'enumeration' || to.meaning.kind !== 'enumeration') {
    return { remark: `${formText(from)} and ${formText(to)} have nothing in common` };
  }
  const [before, after] = [from.meaning.enumerators, to.meaning.enumerators];
  const name = before.find((each) => each.value === value)?.name;
  if (name === undefined) return { remark: `what ${value} means is not known` };
  const tail = tailOf(before.map((each) => each.name));
  const newTail = tailOf(after.map((each) => each.name));
  const same =
    after.find((each) => each.name === name) ?? after.find((each) => newTail(each.name) === tail(name));
  if (!same) return { remark: `${name} is not there any more` };
  const renumbered = same.value !== value ? [`was number ${value}, is ${same.value}`] : [];
  const renamed = same.name !== name ? [`was called ${name}`] : [];
  const remark = [...renamed, ...renumbered].join(', ');
  return { value: same.value, ...(remark === '' ? {} : { remark }) };
}

/** Cuts off what all names begin with, up to an underscore. */
function tailOf(names: readonly string[]): (name: string) => string {
  let [shared = ''] = names;
  for (const name of names) while (!name.startsWith(shared)) shared = shared.slice(0, -1);
  const cut = shared.lastIndexOf('_') + 1;
  return (name) => name.slice(cut);
}
