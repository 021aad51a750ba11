/** What single flags of the gate drivers mean (DRV8301, DRV8320S, DRV8323S, as `faults` names them). */
const FLAGS: Readonly<Record<string, string>> = {
  OTW: 'the driver is hot (warning)',
  OTSD: 'the driver was too hot and switched off',
  PVDD_UV: 'the supply of the driver was too low',
  UVLO: 'the supply of the driver was too low',
  GVDD_UV: 'its gate voltage was too low',
  GVDD_OV: 'its gate voltage was too high',
  GDF: 'a gate could not be driven',
  'VDS OCP': 'too much current through a MOSFET',
  'CPU V': 'its charge pump gave too little voltage',
  FAULT: 'the driver reports any fault at all',
};

/** One flag of a gate driver in words; undefined for one we do not know. */
export function describeDriverFlag(flag: string): string | undefined {
  const [, side, phase, kind] = /^FET([LH])([ABC])[_ ](OC|VGS)$/.exec(flag) ?? [];
  if (side !== undefined) {
    const mosfet = `the ${side === 'L' ? 'lower' : 'upper'} MOSFET of phase ${phase}`;
    return kind === 'OC' ? `too much current through ${mosfet}` : `${mosfet} could not be driven`;
  }
  const amplifier = /^AMP ([ABC]) OC$/.exec(flag)?.[1];
  if (amplifier !== undefined) return `too much current seen by the amplifier of phase ${amplifier}`;
  return FLAGS[flag];
}
