import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from './folder';

/** The few file operations that what we keep needs; in memory for tests. Paths are relative to one root. */
export interface FileStore {
  /** Where `path` lies, for messages to the user. */
  locate(path: string): string;
  /** The content, or `undefined` when there is no such file. */
  read(path: string): Promise<string | undefined>;
  /** Replaces the content in one step: after a crash or power cut either the old or the new text is there. */
  write(path: string, text: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** The names in a folder, sorted; none when there is no such folder. */
  list(folder: string): Promise<string[]>;
}

/**
 * A {@link FileStore} under the folder `root`, which is made when first written to.
 * @param syncFolder puts what a folder lists on the disk, where the system can
 */
export function fileStore(root: string, syncFolder = systemSync(process.platform)): FileStore {
  let drafts = 0;
  return {
    locate: (path) => join(root, path),
    read: (path) => readFile(join(root, path), 'utf8').catch(undefinedWhenMissing),
    async write(path, text) {
      const target = join(root, path);
      // Two writes of one file at the same time must not share their draft.
      const draft = `${target}.${process.pid}-${++drafts}.tmp`;
      await makeFolder(dirname(target));
      try {
        const file = await open(draft, 'w', 0o600);
        try {
          await file.writeFile(text);
          // What is about to be erased on the controller must be on the disk, not only in its cache.
          await file.sync();
        } finally {
          await file.close();
        }
        await rename(draft, target);
        await syncFolder(dirname(target));
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
    remove: (path) => rm(join(root, path), { force: true }),
    async list(folder) {
      const names = await readdir(join(root, folder)).catch(undefinedWhenMissing);
      return (names ?? []).sort();
    },
  };
}

/** A renamed file is on the disk when its folder is. Windows opens no folders, and some file systems sync none. */
export function systemSync(platform: NodeJS.Platform): (folder: string) => Promise<void> {
  if (platform === 'win32') return () => Promise.resolve();
  return async (path) => {
    const folder = await open(path, 'r').catch(() => undefined);
    await folder?.sync().catch(() => undefined);
    await folder?.close();
  };
}

function undefinedWhenMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
