/** A firmware version as the wire carries it: 6.05 is major 6, minor 5 (facts, trap 11). */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** True when `version` is `major.minor` or newer; a test version counts as the release it leads to. */
export function atLeast(version: Version, major: number, minor: number): boolean {
  return version.major > major || (version.major === major && version.minor >= minor);
}

/** As people write it: "6.05", and "7.01 test 1" for a test version (0 means release). */
export function formatVersion(version: Version & { readonly test?: number }): string {
  const number = `${version.major}.${version.minor.toString().padStart(2, '0')}`;
  return version.test ? `${number} test ${version.test}` : number;
}
