import { DISTURBANCES, type Disturbance, type Site } from './trial';

/** One thing going wrong at one place. */
export interface Case {
  readonly site: Site;
  readonly disturbance: Disturbance;
}

/** Everything that can go wrong at every one of `sites`. */
export function allCases(sites: readonly Site[]): Case[] {
  return DISTURBANCES.flatMap((disturbance) =>
    sites.filter((site) => fits(site, disturbance)).map((site) => ({ site, disturbance })),
  );
}

/**
 * `share` of the kinds of cases, one case of each: frames are of one kind when they are the same command in the same
 * stage and direction, flash operations when they do the same in the same sector. The first and the last of each kind
 * come up as often as all others together.
 */
export function sampleCases(sites: readonly Site[], share: number, random: () => number): Case[] {
  const kinds = new Map<string, Case[]>();
  for (const each of allCases(sites)) {
    const kind = `${each.disturbance.name}, ${kindOf(each.site)}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), each]);
  }
  return [...kinds.values()]
    .filter(() => random() < share)
    .map((cases) => {
      const draw = random();
      if (draw < 0.25) return cases[0]!;
      return draw < 0.5 ? cases.at(-1)! : cases[Math.floor(random() * cases.length)]!;
    });
}

function fits(site: Site, { at, inbound }: Disturbance): boolean {
  if (site.kind !== at) return false;
  return !(inbound && site.kind === 'frame' && site.direction === 'to-controller');
}

function kindOf(site: Site): string {
  return site.kind === 'frame'
    ? `${site.stage} ${site.direction} ${site.command}`
    : `${site.stage} ${site.phase} ${site.operation} ${site.address >>> 14}`;
}

/** Where and what, for a person who wants to look at it. */
export function describeCase({ site, disturbance }: Case): string {
  const where =
    site.kind === 'frame'
      ? `frame ${site.index} ${site.direction} (command ${site.command})`
      : `flash operation ${site.index} (${site.operation} at 0x${site.address.toString(16)}, ${site.phase})`;
  return `${disturbance.name}, ${site.stage}, ${where}`;
}

/** Numbers from 0 to 1 that look random and are the same for every run with `seed`. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
