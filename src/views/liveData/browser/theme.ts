/** The colours of the editor, as a canvas needs them. */
export interface Theme {
  readonly text: string;
  readonly grid: string;
  readonly lines: readonly string[];
  readonly isHighContrast: boolean;
  readonly font: string;
}

/** Not charts-orange: that one is a highlight one can see through. */
const LINES = [
  'charts-blue',
  'charts-yellow',
  'charts-green',
  'charts-red',
  'charts-purple',
  'terminal-ansiCyan',
] as const;
/** Where colours alone do not tell lines apart. */
const DASHES: readonly (readonly number[])[] = [[], [8, 4], [2, 3], [10, 3, 2, 3]];

function read(): Theme {
  const style = getComputedStyle(document.documentElement);
  const variable = (name: string, otherwise: string): string =>
    style.getPropertyValue(`--vscode-${name}`).trim() || otherwise;
  const text = variable('foreground', '#888');
  const isHighContrast = document.body.classList.contains('vscode-high-contrast');
  return {
    text,
    grid: variable('charts-lines', variable('editorLineNumber-foreground', text)),
    lines: LINES.map((name) => variable(name, text)),
    isHighContrast,
    font: `11px ${variable('font-family', 'sans-serif')}`,
  };
}

let current: Theme | undefined;

export function theme(): Theme {
  current ??= read();
  return current;
}

/** Calls `changed` when the editor gets another theme. */
export function onTheme(changed: () => void): void {
  const observer = new MutationObserver(() => {
    current = undefined;
    changed();
  });
  observer.observe(document.body, { attributes: true, attributeFilter: ['class'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}

/** The colour of the line with this place in the list. */
export function lineColor(index: number): string {
  const { lines } = theme();
  return lines[index % lines.length]!;
}

/** Dashes where lines cannot, or need not, be told apart by colour: more lines than colours, high contrast. */
export function lineDash(index: number): number[] {
  const { lines, isHighContrast } = theme();
  const round = Math.floor(index / lines.length) + (isHighContrast ? index : 0);
  return [...DASHES[round % DASHES.length]!];
}
