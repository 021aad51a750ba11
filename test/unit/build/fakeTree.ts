import type { FirmwareTree } from '../../../src/build/firmwareTree';

/** A tree of which nothing is known but where it lies. */
export const fakeTree: FirmwareTree = {
  root: '/w/bldc',
  name: 'bldc',
  layout: 'boards',
  buildsCustomBoards: true,
  version: () => Promise.resolve(undefined),
  gitState: () => Promise.resolve(undefined),
};
