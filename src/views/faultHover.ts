import * as vscode from 'vscode';
import type { Controller } from '../controllers/controller';
import type { ControllerRegistry } from '../controllers/controllerRegistry';
import { tooltip } from './controllerTree';

const FAULT = /\bFAULT_CODE_\w+/;

/** Tells in C files what a fault means, and when it last struck a controller that is connected. */
export function registerFaultHover(registry: Pick<ControllerRegistry, 'controllers'>): vscode.Disposable {
  return vscode.languages.registerHoverProvider([{ language: 'c' }, { language: 'cpp' }], {
    async provideHover(document, position) {
      const range = document.getWordRangeAtPosition(position, FAULT);
      if (!range) return undefined;
      const { faultHoverLines } = await import('./faultHoverWords');
      const all = registry.controllers.flatMap((controller): Controller[] => [
        controller,
        ...(controller.nodes ?? []),
      ]);
      const lines = faultHoverLines(document.getText(range), all);
      return lines.length === 0 ? undefined : new vscode.Hover(tooltip(lines), range);
    },
  });
}
