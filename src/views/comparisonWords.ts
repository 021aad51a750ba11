import { localTime } from '../base/localTime';
import type { BuildComparison } from '../build/buildComparison';
import { growth } from '../build/growth';
import { count, plain } from './text';

const MOST_SYMBOLS = 12;
const MOST_WARNINGS = 5;
const LINE_LIMIT = 300;

/** What changed since the build before, line by line; nothing when nothing did. */
export function comparisonLines(comparison: BuildComparison | undefined): string[] {
  if (!comparison) return [];
  const { since, symbols, moreSymbols, newWarnings, goneWarnings } = comparison;
  const shown = symbols.slice(0, MOST_SYMBOLS);
  const width = Math.max(0, ...shown.map(({ growth_B }) => growth(growth_B).length));
  const rest = symbols.length + moreSymbols - shown.length;
  const lines = [
    ...shown.map(({ symbol, memory, growth_B, size_B }) => {
      const now =
        size_B === 0 ? 'gone' : size_B === growth_B ? 'new' : `now ${size_B.toLocaleString('en')} B`;
      return `${growth(growth_B).padStart(width)}  ${plain(symbol)}  (${memory}, ${now})`;
    }),
    ...(rest > 0 ? [`and ${count(rest, 'other symbol')}`] : []),
    ...newWarnings
      .slice(0, MOST_WARNINGS)
      .map(({ file, line, message }) => plain(`new warning: ${file}:${line}: ${message}`, LINE_LIMIT)),
    ...(newWarnings.length > MOST_WARNINGS
      ? [`and ${count(newWarnings.length - MOST_WARNINGS, 'other new warning')}`]
      : []),
    ...goneWarnings
      .slice(0, MOST_WARNINGS)
      .map(({ file, message }) => plain(`gone: ${file}: ${message}`, LINE_LIMIT)),
    ...(goneWarnings.length > MOST_WARNINGS
      ? [`and ${count(goneWarnings.length - MOST_WARNINGS, 'other warning')} gone`]
      : []),
  ];
  if (lines.length === 0) return [];
  const commit = since.commit === undefined ? '' : `, commit ${since.commit.slice(0, 8)}`;
  return [`Against the build of ${localTime(since.date)}${commit}:`, ...lines.map((line) => `  ${line}`)];
}
