import type { FileStore } from '../../src/settings/fileStore';

/** A {@link FileStore} that lives and dies with a test. */
export class MemoryFiles implements FileStore {
  readonly content = new Map<string, string>();

  locate(path: string): string {
    return `/data/${path}`;
  }
  read(path: string): Promise<string | undefined> {
    return Promise.resolve(this.content.get(path));
  }
  write(path: string, text: string): Promise<void> {
    this.content.set(path, text);
    return Promise.resolve();
  }
  remove(path: string): Promise<void> {
    this.content.delete(path);
    return Promise.resolve();
  }
  list(folder: string): Promise<string[]> {
    const prefix = `${folder}/`;
    const names = [...this.content.keys()]
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length).split('/')[0]!);
    return Promise.resolve([...new Set(names)].sort());
  }
}
