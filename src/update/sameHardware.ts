/** The image's copy of the name may have its spaces replaced (facts 12); upper and lower case mean the same. */
export function sameHardware(a: string, b: string): boolean {
  const normal = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, '_');
  return normal(a) === normal(b);
}
