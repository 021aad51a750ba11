/** The first line of a thrown thing, without the prefix and the full stop that our own sentence has. */
export function plainReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text
    .replace(/\n[^]*/, '')
    .replace(/^Error:?\s*/, '')
    .replace(/[.\s]+$/, '');
}
