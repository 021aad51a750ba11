// Activates the extension in a process of its own, as an extension host would:
//   node --expose-gc activate.cjs BUNDLE API_NAMES
// (see activation.ts). Prints what that took, in ms of CPU and bytes of memory, and which files, programs and sockets
// were asked for until it was done.
const { readdirSync } = require('node:fs');
const { Module } = require('node:module');
const { basename, dirname, join } = require('node:path');

/** What the extension's host has loaded itself before any extension. */
const HOST_MODULES = [
  'child_process',
  'crypto',
  'fs',
  'fs/promises',
  'net',
  'os',
  'path',
  'readline',
  'worker_threads',
];
const touched = [];
let watching = false;
for (const name of HOST_MODULES) {
  const module = require(`node:${name}`);
  if (!['child_process', 'fs', 'fs/promises', 'net', 'worker_threads'].includes(name)) continue;
  for (const [key, value] of Object.entries(module)) {
    if (typeof value !== 'function' || /^[A-Z_]/.test(key)) continue;
    module[key] = function (...args) {
      if (watching) touched.push(`${name}.${key}(${String(args[0])})`);
      return value.apply(this, args);
    };
  }
}

/** Anything at all: called, made, or asked for a part, it gives itself. */
const anything = new Proxy(function () {}, {
  get: (_, key) => {
    if (key === Symbol.toPrimitive) return () => '';
    return typeof key === 'symbol' || key === 'then' ? undefined : anything;
  },
  set: () => true,
  apply: () => anything,
  construct: () => anything,
});
class EventEmitter {
  event = () => ({ dispose() {} });
  fire() {}
  dispose() {}
}
const api = Object.fromEntries(process.argv[3].split(',').map((name) => [name, anything]));
Object.assign(api, {
  EventEmitter,
  workspace: new Proxy(
    { workspaceFolders: undefined, isTrusted: true, getConfiguration: () => ({ get: (_, value) => value }) },
    { get: (target, key) => (key in target ? target[key] : anything) },
  ),
});
const load = Module._load;
Module._load = (name, ...rest) => (name === 'vscode' ? api : load(name, ...rest));

const memory = { get: (_, value) => value, update: async () => {}, keys: () => [] };
const context = {
  subscriptions: [],
  workspaceState: memory,
  globalState: memory,
  extensionPath: __dirname,
  extensionUri: anything,
  storageUri: undefined,
  globalStorageUri: { fsPath: '/storage' },
  environmentVariableCollection: anything,
  asAbsolutePath: (path) => path,
};
const cpu_ms = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const used_B = () => {
  globalThis.gc();
  return process.memoryUsage().heapUsed;
};

const before_B = used_B();
const began = cpu_ms();
const extension = require(process.argv[2]);
const loaded = cpu_ms();
watching = true;
extension.activate(context);
const activated = cpu_ms();
// Whatever was begun without being waited for shows by then.
setTimeout(() => {
  const parts = context.subscriptions.length;
  const memory_B = used_B() - before_B;
  const times = { load_ms: loaded - began, activate_ms: activated - loaded };
  watching = false;
  const [folder, name] = [dirname(process.argv[2]), basename(process.argv[2], '.js')];
  const loadedLater = readdirSync(folder).filter(
    (file) => file.startsWith(`${name}-`) && file.endsWith('.js'),
  );
  for (const file of loadedLater) require(join(folder, file));
  console.log(JSON.stringify({ ...times, memory_B, touched, loadedLater, parts }));
  process.exit();
}, 0);
