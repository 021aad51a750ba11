import { VescError } from '../base/errors';
import type { ConfigurationKind } from '../protocol/messages/configuration';
import { releaseLayouts } from '../protocol/settings/releaseLayouts';
import type { SettingsLayout } from '../protocol/settings/settingsLayout';
import { type Configuration, layoutOfFile } from './configuration';
import { migratedValues, planMigration } from './migration';
import { documentKind, documentNames, readDocument, settingsDocument } from './settingsDocument';
import { readSettingsXml, settingsXml, xmlKind, xmlNames } from './settingsXml';

/** Settings in a file of VESC Tool or of ours. */
export interface SettingsFile {
  readonly kind: ConfigurationKind;
  /** What it was saved with; of the values those that are in order. */
  readonly configuration: Configuration;
  readonly problems: readonly string[];
  /** Elements that are no settings of that release. */
  readonly unknown: readonly string[];
}

/**
 * The settings in the text of a file, as the release has them that it was saved with.
 * @param path for messages
 * @param present the layout the controller has, for a file of no release and for one that has only some settings
 * @throws VescError `settings-file-unreadable`
 */
export async function readSettingsFile(
  text: string,
  path: string,
  present: (kind: ConfigurationKind) => Promise<SettingsLayout | undefined>,
): Promise<SettingsFile> {
  const isXml = xmlKind(text) !== undefined;
  const kind = xmlKind(text) ?? documentKind(text);
  if (kind === undefined) {
    const reason = 'neither an XML file of VESC Tool nor a list of settings';
    throw new VescError('settings-file-unreadable', { path, reason });
  }
  const here = await present(kind);
  const layouts = here ? [here, ...releaseLayouts(kind)] : releaseLayouts(kind);
  const layout = layoutOfFile(isXml ? xmlNames(text) : documentNames(text), layouts) ?? layouts[0]!;
  if (isXml) {
    const { values, problems, unknown } = readSettingsXml(text, layout);
    return { kind, configuration: { layout, values }, problems, unknown };
  }
  const { values, remarks } = readDocument(text, layout);
  const problems = remarks
    .filter(({ severity }) => severity === 'error')
    .map(({ line, message }) => `line ${line + 1}: ${message}`);
  return { kind, configuration: { layout, values }, problems, unknown: [] };
}

/** The text of a file with `configuration`: VESC Tool's XML, or lines that can be edited, as its name says. */
export function settingsFileText(configuration: Configuration, name: string): string {
  return name.toLowerCase().endsWith('.xml') ? settingsXml(configuration) : settingsDocument(configuration);
}

/** The values of a file as the controller has them, and what there is to say about them. */
export function valuesForController(
  file: Configuration,
  present: Configuration,
): { readonly values: ReadonlyMap<string, number>; readonly remarks: readonly string[] } {
  if (file.layout === present.layout) return { values: file.values, remarks: [] };
  const fields = file.layout.fields.filter(({ name }) => file.values.has(name));
  const plan = planMigration({ layout: { ...file.layout, fields }, values: file.values }, present);
  const remarks = plan.settings
    .filter(({ remark }) => remark !== undefined)
    .map(
      ({ name, remark, value }) => `${name}: ${remark}${value === undefined ? '; it stays as it is' : ''}`,
    );
  return {
    values: migratedValues(plan),
    remarks: [
      'The file was saved with another release: enumerators are followed by their names.',
      ...remarks,
    ],
  };
}
