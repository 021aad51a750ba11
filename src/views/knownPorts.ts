/** Where a few words are kept between sessions; a `vscode.Memento` is one. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'vesc.knownPorts';
const MOST = 8;

/** The serial ports that the user connected in this workspace, the latest first; these may be opened again. */
export class KnownPorts {
  constructor(private readonly memory: Memory) {}

  get paths(): readonly string[] {
    const kept = this.memory.get(KEY);
    return Array.isArray(kept) ? kept.filter((path) => typeof path === 'string') : [];
  }

  async add(path: string): Promise<void> {
    await this.memory.update(KEY, [path, ...this.paths.filter((other) => other !== path)].slice(0, MOST));
  }

  /** The user let go of it: it is not opened again without being asked for. */
  async remove(path: string): Promise<void> {
    await this.memory.update(
      KEY,
      this.paths.filter((other) => other !== path),
    );
  }
}
