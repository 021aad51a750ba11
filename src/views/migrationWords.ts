import { FATES, fatesText, isStuck, type Fate, choices } from '../settings/migration';
import { isNews, migrationRow } from '../settings/migrationText';
import type { PartMigration } from '../settings/snapshotMigration';
import { plain } from './text';

/** A setting that may be carried over, as a row with a box to tick. */
export interface MigrationChoice {
  readonly label: string;
  readonly description: string;
  readonly detail?: string;
  readonly picked: true;
  readonly what: string;
  readonly name: string;
}

const TITLES: Readonly<Record<Fate, string>> = {
  kept: 'Kept, with something to know',
  changed: 'Changed in type, scale or enumeration',
  new: 'New, with the default of the firmware',
  dropped: 'Dropped: the new firmware does not have them',
};
const CELL = 300;

/** Those settings about which there is something to choose: their value on the controller would be another one. */
export function migrationChoices(parts: readonly PartMigration[]): MigrationChoice[] {
  return parts.flatMap(({ what, plan }) =>
    (plan ? choices(plan) : []).map((setting) => {
      const { name, before, now, remark } = migrationRow(setting);
      const there = setting.present ? migrationRow({ ...setting, value: setting.present.value }).now : '';
      return {
        label: name,
        description:
          before === now
            ? `${now} (the controller has ${there})`
            : `${before} → ${now} (the controller has ${there})`,
        ...(remark === '' ? {} : { detail: plain(remark, CELL) }),
        picked: true as const,
        what,
        name,
      };
    }),
  );
}

/** A document that accounts for every setting, for reading beside the choice. */
export function migrationDocument(parts: readonly PartMigration[], title: string): string {
  const lines = [`# Settings of ${cell(title)} on their way to another layout`, ''];
  for (const { what, plan, problem } of parts) {
    lines.push(`## ${cell(what)}`, '');
    if (!plan) {
      lines.push(cell(problem?.message ?? ''), '');
      continue;
    }
    lines.push(`${fatesText(plan)}.`, '');
    for (const fate of FATES.filter((each) => each !== 'kept')) {
      section(
        lines,
        TITLES[fate],
        plan.settings.filter((setting) => setting.fate === fate),
      );
    }
    section(
      lines,
      TITLES.kept,
      plan.settings.filter((each) => each.fate === 'kept' && isNews(each)),
    );
    const same = plan.settings.filter((each) => each.fate === 'kept' && !isNews(each));
    section(lines, 'Kept as they are', same);
  }
  return `${lines.join('\n')}\n`;
}

function section(lines: string[], title: string, settings: Parameters<typeof migrationRow>[0][]): void {
  if (settings.length === 0) return;
  lines.push(
    `### ${title} (${settings.length})`,
    '',
    '| setting | before | now | remark |',
    '|---|---|---|---|',
  );
  for (const setting of settings) {
    const { name, before, now, remark } = migrationRow(setting);
    const stuck = isStuck(setting) ? ['**not carried over**'] : [];
    lines.push(
      `| ${cell(name)} | ${cell(before)} | ${cell(now)} | ${[...stuck, cell(remark)].join(' ').trim()} |`,
    );
  }
  lines.push('');
}

/** One cell of a table: nothing in it ends the cell or the row. */
function cell(text: string): string {
  return plain(text, CELL).replace(/[\\|`*<>]/g, '\\$&');
}
