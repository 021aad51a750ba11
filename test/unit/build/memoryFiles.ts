import * as path from 'node:path';
import type { Files } from '../../../src/build/files';

/** A file system in memory; folders exist as long as something is in them. */
export class MemoryFiles implements Files {
  private readonly files = new Map<string, { bytes: Uint8Array; modified_ms: number }>();
  private changes = 0;

  constructor(
    content: Readonly<Record<string, string>> = {},
    private readonly flavour: path.PlatformPath = path.posix,
  ) {
    for (const [file, text] of Object.entries(content)) this.put(file, text);
  }

  put(file: string, content: string | Uint8Array): void {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content;
    this.files.set(this.flavour.normalize(file), { bytes, modified_ms: ++this.changes });
  }

  get names(): string[] {
    return [...this.files.keys()].sort();
  }

  list: Files['list'] = (folder) => {
    const entries = new Map<string, 'file' | 'folder'>();
    for (const file of this.files.keys()) {
      const relative = this.flavour.relative(folder, file);
      if (relative.startsWith('..') || this.flavour.isAbsolute(relative)) continue;
      const [name = '', ...rest] = relative.split(this.flavour.sep);
      entries.set(name, rest.length > 0 ? 'folder' : 'file');
    }
    return Promise.resolve([...entries].sort().map(([name, kind]) => ({ name, kind })));
  };

  status: Files['status'] = async (file) => {
    const found = this.files.get(this.flavour.normalize(file));
    if (found) return { kind: 'file', size_B: found.bytes.length, modified_ms: found.modified_ms };
    const filled = (await this.list(file)).some((entry) => entry.name !== '');
    return filled ? { kind: 'folder', size_B: 0, modified_ms: 0 } : undefined;
  };

  readBytes: Files['readBytes'] = (file) =>
    Promise.resolve(this.files.get(this.flavour.normalize(file))?.bytes);
  readText: Files['readText'] = async (file) => {
    const bytes = await this.readBytes(file);
    return bytes && Buffer.from(bytes).toString();
  };
  realPath: Files['realPath'] = (file) => Promise.resolve(file);
  write: Files['write'] = (file, content) => Promise.resolve(this.put(file, content));
  createNew: Files['createNew'] = (file, content) => {
    if (this.files.has(file)) return Promise.resolve(false);
    this.put(file, content);
    return Promise.resolve(true);
  };
  copy: Files['copy'] = async (from, to) => {
    const bytes = await this.readBytes(from);
    if (!bytes) throw new Error(`there is no ${from}`);
    this.put(to, bytes);
  };
  makeFolder: Files['makeFolder'] = () => Promise.resolve();
  remove: Files['remove'] = (file) => {
    for (const other of this.files.keys())
      if (other === file || other.startsWith(file + this.flavour.sep)) this.files.delete(other);
    return Promise.resolve();
  };
}
