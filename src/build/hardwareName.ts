import type { Files } from './files';
import { readMacros } from './headerReader';

/**
 * The value of HW_NAME after `header`. Undefined when the name is not a plain string or hangs on a condition that
 * cannot be decided here.
 */
export async function readHardwareName(
  header: string,
  files: Files,
  root: string,
): Promise<string | undefined> {
  const macros = await readMacros(header, files, root);
  const name = macros.get('HW_NAME');
  if (!name?.certain) return undefined;
  let value = name.body;
  for (let step = 0; macros.has(value) && step < 10; step++) value = macros.get(value)!.body;
  const parts = value.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? [];
  if (parts.length === 0 || parts.some((part) => !/^"[^"\\]*"$/.test(part))) return undefined;
  return parts.map((part) => part.slice(1, -1)).join('');
}
