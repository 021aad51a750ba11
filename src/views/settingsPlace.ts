import type { ConfigurationKind } from '../protocol/messages/configuration';

/** The scheme of settings that are opened as documents. */
export const SETTINGS_SCHEME = 'vesc-settings';

/** Which settings a document shows. Motors are told apart by their UUID: the second one has its own. */
export type SettingsPlace =
  | { readonly source: 'controller' | 'defaults'; readonly uuid: string; readonly kind: ConfigurationKind }
  /** Of the motor `uuid` in the snapshot at `path`. */
  | {
      readonly source: 'snapshot';
      readonly uuid: string;
      readonly kind: ConfigurationKind;
      readonly path: string;
    }
  /** What becomes of settings in a new layout; there is one for each controller. */
  | { readonly source: 'migration'; readonly uuid: string };

/** The parts of a URI that name a place. */
export interface PlaceUri {
  readonly scheme: string;
  readonly path: string;
  readonly query: string;
}

const NAMES: Readonly<Record<ConfigurationKind, string>> = {
  mcconf: 'motor configuration',
  appconf: 'app configuration',
};
const PATH = /^\/(controller|defaults|snapshot|migration)\/([0-9a-f]{24})\/([\w ]+)\.(?:conf|md)$/;

/** The URI of a place; its last part is the title of the tab. */
export function placeUri(place: SettingsPlace): PlaceUri {
  const { source, uuid } = place;
  const file = source === 'migration' ? 'settings after the update.md' : `${NAMES[place.kind]}.conf`;
  return {
    scheme: SETTINGS_SCHEME,
    path: `/${source}/${uuid}/${file}`,
    query: source === 'snapshot' ? place.path : '',
  };
}

/** The place a URI names; `undefined` when it names none. */
export function readPlace({ scheme, path, query }: PlaceUri): SettingsPlace | undefined {
  const [, source, uuid, name] = PATH.exec(path) ?? [];
  if (scheme !== SETTINGS_SCHEME || uuid === undefined) return undefined;
  if (source === 'migration') return { source, uuid };
  const kind = (Object.keys(NAMES) as ConfigurationKind[]).find((each) => NAMES[each] === name);
  if (kind === undefined) return undefined;
  if (source === 'snapshot') return query === '' ? undefined : { source, uuid, kind, path: query };
  return { source: source as 'controller' | 'defaults', uuid, kind };
}
