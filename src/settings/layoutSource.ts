import { layoutBySignature } from '../protocol/settings/releaseLayouts';
import type { LayoutSource } from './configuration';

/** The layouts of the releases, and where they end those of `others`. */
export function layoutSource(others?: LayoutSource): LayoutSource {
  return async (kind, signature, commit) => {
    const release = layoutBySignature(signature);
    return release?.kind === kind ? release : others?.(kind, signature, commit);
  };
}
