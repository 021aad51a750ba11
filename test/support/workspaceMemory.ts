import type { Memory } from '../../src/views/knownPorts';

/** What an editor would remember of a workspace, for as long as a test lives. */
export function workspaceMemory(content: Readonly<Record<string, unknown>> = {}): Memory {
  const kept = new Map<string, unknown>(Object.entries(content));
  return {
    get: (key) => kept.get(key),
    update: (key, value) => Promise.resolve(void kept.set(key, value)),
  };
}
