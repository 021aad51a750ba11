/**
 * The signatures of the configuration blobs by firmware version (facts 2.6). They are in every image as literals and
 * are the only thing there that tells its version.
 */
export const configurationSignatures: readonly {
  readonly major: number;
  readonly minor: number;
  readonly mcconf: number;
  readonly appconf: number;
}[] = [
  { major: 5, minor: 3, mcconf: 2525666056, appconf: 3733512279 },
  { major: 6, minor: 0, mcconf: 776184161, appconf: 486554156 },
  { major: 6, minor: 2, mcconf: 776184161, appconf: 486554156 },
  { major: 6, minor: 5, mcconf: 1065524471, appconf: 2099347128 },
  { major: 6, minor: 6, mcconf: 788332866, appconf: 2099347128 },
  { major: 7, minor: 0, mcconf: 1470992211, appconf: 2384027283 },
  { major: 7, minor: 1, mcconf: 2466726157, appconf: 982638166 },
];
