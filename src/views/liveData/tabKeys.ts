/**
 * The tab that a key leads to, as WAI-ARIA has it: arrows go around, Home and End to the ends.
 * @param index the tab that has the focus
 * @returns undefined for every other key
 */
export function tabAfter(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case 'ArrowRight':
      return (index + 1) % count;
    case 'ArrowLeft':
      return (index - 1 + count) % count;
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
