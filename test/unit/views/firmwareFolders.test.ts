import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { firmwareFolders } from '../../../src/views/firmwareFolders';

describe('where firmware is looked for', () => {
  const docs = resolve('/docs');
  const work = resolve('/work');
  const look = (open: readonly string[], settings: Readonly<Record<string, string>>) =>
    firmwareFolders(open, (folder) => settings[folder ?? 'window'] ?? '');

  it('is in the open folders when none is named', () => {
    assert.deepEqual(look([docs, work], {}), [
      { path: docs, owner: docs },
      { path: work, owner: work },
    ]);
    assert.deepEqual(look([], {}), []);
  });

  it('is in the one that is set for a single one of several folders, and nowhere else', () => {
    assert.deepEqual(look([docs, work], { [work]: 'firmware' }), [
      { path: resolve(work, 'firmware'), owner: work },
    ]);
  });

  it('is in the one that is set for the window when no folder is open', () => {
    const path = resolve('/firmware');
    assert.deepEqual(look([], { window: path }), [{ path, owner: undefined }]);
  });
});
