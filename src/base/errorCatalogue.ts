import { buildErrors } from './catalogue/buildErrors';
import { configurationErrors } from './catalogue/configurationErrors';
import { imageErrors } from './catalogue/imageErrors';
import { linkErrors } from './catalogue/linkErrors';
import { lispErrors } from './catalogue/lispErrors';
import { recoveryErrors } from './catalogue/recoveryErrors';
import { settingsErrors } from './catalogue/settingsErrors';
import { updateErrors } from './catalogue/updateErrors';
import { usageErrors } from './catalogue/usageErrors';
import type { ErrorEntry } from './errors';

/** Every code this product can fail with. */
const errorCatalogue = {
  ...linkErrors,
  ...imageErrors,
  ...settingsErrors,
  ...configurationErrors,
  ...updateErrors,
  ...recoveryErrors,
  ...lispErrors,
  ...buildErrors,
  ...usageErrors,
};

export type ErrorCode = keyof typeof errorCatalogue;
export type ErrorDetails<C extends ErrorCode> = Parameters<(typeof errorCatalogue)[C]['text']>[0];

/**
 * What `code` stands for. All those words are read when the first error occurs, not at every start: what is shipped
 * holds this file beside (esbuild.js).
 */
export function errorEntry<C extends ErrorCode>(code: C): ErrorEntry<ErrorDetails<C>> {
  return errorCatalogue[code] as ErrorEntry<ErrorDetails<C>>;
}
