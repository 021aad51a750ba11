import { isAbsolute, join, relative } from 'node:path';
import type { SourcePlace } from '../build/faultSources';
import type { CodePlace, SourceLine } from '../build/symbolizer';
import type { CardPlace } from './card';
import { plain } from './text';

const TEXT_LIMIT = 160;

const ROLES: Readonly<Record<SourcePlace['kind'], string>> = {
  raises: 'raises it',
  sets: 'hands it on',
  tests: 'asks for it',
  halts: 'halts',
};

/** A place that was found by searching the tree. */
export function sourceLink({ file, line, kind, text, function: name }: SourcePlace, root: string): CardPlace {
  return {
    file,
    line,
    label: `${plain(shortPath(file, root), TEXT_LIMIT)}:${line}`,
    role: ROLES[kind],
    function: plain(name ?? ''),
    text: plain(text, TEXT_LIMIT),
  };
}

/** Places behind an address: the line, then the lines it was inlined to. Only those whose file is known are links. */
export function codeLinks(
  place: CodePlace,
  role: string,
  locate: (file: string) => string,
  root: string | undefined,
): CardPlace[] {
  const link = ({ file, line, function: name }: SourceLine, what: string): CardPlace[] => {
    if (file === undefined) return [];
    const path = locate(file);
    const shown = `${root === undefined ? path : shortPath(path, root)}:${line ?? 1}`;
    const label = plain(shown, TEXT_LIMIT);
    return [{ file: path, line: line ?? 1, label, role: what, function: plain(name ?? ''), text: '' }];
  };
  return [...link(place, role), ...place.inlinedInto.flatMap((each) => link(each, 'inlined here'))];
}

/**
 * Where a file of a build is now: the tree may have been built elsewhere, or be a copy of the one that was.
 * @param builtIn root of the tree at that build
 * @param root root of the tree that is open
 */
export function fileNow(file: string, builtIn: string | undefined, root: string | undefined): string {
  const absolute = isAbsolute(file) || builtIn === undefined ? file : join(builtIn, file);
  if (builtIn === undefined || root === undefined) return absolute;
  const inside = relative(builtIn, absolute);
  return inside.startsWith('..') || isAbsolute(inside) ? absolute : join(root, inside);
}

function shortPath(file: string, root: string): string {
  const inside = relative(root, file);
  return inside.startsWith('..') ? file : inside.replaceAll('\\', '/');
}
