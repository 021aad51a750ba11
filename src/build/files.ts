import { promises as fs } from 'node:fs';
import * as path from 'node:path';
import { makeFolder } from '../settings/folder';

/** One entry of a folder; links are followed, so a linked folder is a folder. */
export interface FolderEntry {
  readonly name: string;
  readonly kind: 'file' | 'folder';
}

export interface FileStatus {
  readonly kind: 'file' | 'folder';
  readonly size_B: number;
  readonly modified_ms: number;
}

/** The part of the file system that building needs; a test passes its own. What is missing is `undefined`. */
export interface Files {
  list(folder: string): Promise<readonly FolderEntry[]>;
  status(file: string): Promise<FileStatus | undefined>;
  readText(file: string): Promise<string | undefined>;
  readBytes(file: string): Promise<Uint8Array | undefined>;
  /** The path with every link resolved; the path itself when there is nothing. */
  realPath(file: string): Promise<string>;
  /** Writes the whole file in one step: readers see the old content or the new. */
  write(file: string, content: string | Uint8Array): Promise<void>;
  /** Writes a file that must not exist yet; false when it does. */
  createNew(file: string, content: string): Promise<boolean>;
  copy(from: string, to: string): Promise<void>;
  makeFolder(folder: string): Promise<void>;
  /** Removes a file or a folder with everything in it; nothing there is no error. */
  remove(file: string): Promise<void>;
}

/** The computer's own file system. */
export const nodeFiles: Files = {
  async list(folder) {
    const entries = await fs.readdir(folder, { withFileTypes: true }).catch(() => []);
    const found: FolderEntry[] = [];
    for (const entry of entries) {
      if (entry.isFile()) found.push({ name: entry.name, kind: 'file' });
      else if (entry.isDirectory()) found.push({ name: entry.name, kind: 'folder' });
      else if (entry.isSymbolicLink()) {
        const status = await nodeFiles.status(path.join(folder, entry.name));
        if (status) found.push({ name: entry.name, kind: status.kind });
      }
    }
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  },
  async status(file) {
    const status = await fs.stat(file).catch(() => undefined);
    if (!status || !(status.isFile() || status.isDirectory())) return undefined;
    return {
      kind: status.isFile() ? 'file' : 'folder',
      size_B: status.size,
      modified_ms: status.mtimeMs,
    };
  },
  readText: (file) => fs.readFile(file, 'utf8').catch(() => undefined),
  readBytes: (file) => fs.readFile(file).catch(() => undefined),
  realPath: (file) => fs.realpath(file).catch(() => file),
  async write(file, content) {
    await makeFolder(path.dirname(file));
    const temporary = `${file}.${process.pid}.tmp`;
    await fs.writeFile(temporary, content);
    await fs.rename(temporary, file);
  },
  async createNew(file, content) {
    await makeFolder(path.dirname(file));
    try {
      await fs.writeFile(file, content, { flag: 'wx' });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  },
  async copy(from, to) {
    await makeFolder(path.dirname(to));
    await fs.copyFile(from, to);
  },
  makeFolder,
  remove: (file) => fs.rm(file, { recursive: true, force: true }),
};
