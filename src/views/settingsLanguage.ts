import * as vscode from 'vscode';
import type { SettingsField } from '../protocol/settings/settingsField';
import { SETTINGS_SCHEME } from './settingsPlace';
import type { SettingsFiles } from './settingsFiles';

const NAME = /[\w.[\]]+/;
const BEFORE_VALUE = /^\s*([\w.[\]]+)\s*=\s*\S*$/;

/** What the firmware tree says about each setting; empty where there is none. */
export type HelpSource = () => Promise<ReadonlyMap<string, string>>;

/** Explains settings where they stand: what they hold, what the tree says about them, which names there are. */
export function explainSettings(files: SettingsFiles, help: HelpSource): vscode.Disposable {
  const fieldAt = (document: vscode.TextDocument, name: string | undefined): SettingsField | undefined =>
    files.configurationOf(document.uri)?.layout.fields.find((field) => field.name === name);
  const hover = vscode.languages.registerHoverProvider(
    { scheme: SETTINGS_SCHEME },
    {
      async provideHover(document, { line }) {
        const text = document.lineAt(line).text;
        const field = fieldAt(document, NAME.exec(text)?.[0]);
        if (!field) return undefined;
        const { fieldHelp } = await import('./fieldHelp');
        const said = (await help()).get(field.name);
        return new vscode.Hover(
          fieldHelp(field, said).map((part) => new vscode.MarkdownString(escaped(part))),
        );
      },
    },
  );
  const completion = vscode.languages.registerCompletionItemProvider(
    { scheme: SETTINGS_SCHEME },
    {
      provideCompletionItems(document, position) {
        const before = document.lineAt(position.line).text.slice(0, position.character);
        const field = fieldAt(document, BEFORE_VALUE.exec(before)?.[1]);
        return field ? valuesOf(field).map((name) => new vscode.CompletionItem(name, ITEM_KIND)) : [];
      },
    },
    '=',
    ' ',
  );
  return vscode.Disposable.from(hover, completion);
}

const ITEM_KIND = vscode.CompletionItemKind.EnumMember;

function valuesOf({ meaning }: SettingsField): readonly string[] {
  if (meaning.kind === 'bool') return ['true', 'false'];
  return meaning.kind === 'enumeration' ? meaning.enumerators.map(({ name }) => name) : [];
}

/** Nothing in a text from outside is taken for formatting. */
function escaped(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!|<>&~]/g, '\\$&');
}
