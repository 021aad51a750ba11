import { isAbsolute, relative } from 'node:path';

/** Folders whose files are made, or belong to the editor and to git. */
const NO_SOURCE = /^(?:build|builds|tools|downloads|package|\.[^\\/]*)(?:[\\/]|$)/;

/** True for a file that firmware is made of: one of the tree, and none that building or the editor writes there. */
export function isFirmwareSource(root: string, file: string): boolean {
  const inTree = relative(root, file);
  return inTree !== '' && !inTree.startsWith('..') && !isAbsolute(inTree) && !NO_SOURCE.test(inTree);
}
