import type { BuildComparison, RegionGrowth } from './buildComparison';

const FLASH = /^(?:flash|crcinfo)/;

/** `+1,024 B`, `−8 B`, `±0 B`. */
export function growth(growth_B: number): string {
  const sign = growth_B > 0 ? '+' : growth_B < 0 ? '−' : '±';
  return `${sign}${Math.abs(growth_B).toLocaleString('en')} B`;
}

/** The growth of `region`; undefined when it is used as before. */
export function growthOf(region: string, comparison: BuildComparison | undefined): string | undefined {
  const found = comparison?.regions.find((each) => each.region === region);
  return found && growth(found.growth_B);
}

/** What changed, in so few words that they fit behind a sentence; undefined when nothing did. */
export function comparisonSummary(comparison: BuildComparison | undefined): string | undefined {
  if (!comparison) return undefined;
  const sum = (regions: readonly RegionGrowth[]): number =>
    regions.reduce((total, { growth_B }) => total + growth_B, 0);
  const flash = sum(comparison.regions.filter(({ region }) => FLASH.test(region)));
  const ram = sum(comparison.regions.filter(({ region }) => !FLASH.test(region)));
  const { newWarnings, goneWarnings } = comparison;
  const parts = [
    ...(flash === 0 ? [] : [`${growth(flash)} of flash`]),
    ...(ram === 0 ? [] : [`${growth(ram)} of RAM`]),
    ...(newWarnings.length === 0 ? [] : [`${newWarnings.length} new ${warnings(newWarnings.length)}`]),
    ...(goneWarnings.length === 0 ? [] : [`${goneWarnings.length} ${warnings(goneWarnings.length)} gone`]),
  ];
  return parts.length === 0 ? undefined : parts.join(', ');
}

function warnings(count: number): string {
  return count === 1 ? 'warning' : 'warnings';
}
