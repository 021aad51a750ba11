// Bundles what we ship (and, with --tests, what the extension host runs as a test) and puts the native serial
// module's binaries where the bundles find them.
//   node esbuild.js [--production] [--watch] [--tests]
const { cpSync, chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const esbuild = require('esbuild');

const root = __dirname;
const flags = new Set(process.argv.slice(2));
const production = flags.has('--production');
const watch = flags.has('--watch');

/** The extension and the command line: what they do not need to start lies in parts beside them. */
const IN_PARTS = [
  { entry: 'src/extension.ts', name: 'extension', outdir: join(root, 'dist') },
  { entry: 'src/cli/main.ts', name: 'cli', outdir: join(root, 'dist') },
];
const EXECUTABLE = 'dist/cli.js';

/**
 * What else we ship: one row per entry. Every bundle lies exactly in dist/, because the serial module looks for its
 * binaries one folder above the file it is bundled into. A worker gets a row of its own here.
 */
const BUNDLES = [
  { entry: 'src/controllers/stageWorker.ts', outfile: 'dist/stageWorker.js' },
  // Loaded when the first port is looked at, by whichever of the two: neither has to read it to start.
  { entry: 'serialport', outfile: 'dist/serialport.js' },
  // Read when the first error occurs, whichever bundle it occurs in.
  { entry: 'src/base/errorCatalogue.ts', outfile: 'dist/errorCatalogue.js' },
  // Runs in a webview; its styles become dist/liveData.css.
  { entry: 'src/views/liveData/browser/main.ts', outfile: 'dist/liveData.js', browser: true },
  { entry: 'src/views/emulator/browser/main.ts', outfile: 'dist/emulatorView.js', browser: true },
  { entry: 'src/emulator/worker.ts', outfile: 'dist/emulatorWorker.js' },
];

/** The editor tests: run inside the extension host, so they are bundled too, but keep their packages outside. */
const EDITOR_SUITE = 'test/editor/suite';

const BINARIES = 'node_modules/@serialport/bindings-cpp/prebuilds';
const OTHER_SYSTEMS = /^android-/;

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: production ? 'external' : true,
  external: ['vscode'],
  // Its other form asks for its parts in a way that no bundler can follow.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  logLevel: 'warning',
};

/** Leads everything that uses the serial module to its own bundle. */
const serialPortBeside = {
  name: 'serialport-beside',
  setup(build) {
    build.onResolve({ filter: /^serialport$/ }, ({ kind }) =>
      kind === 'entry-point' ? undefined : { path: './serialport.js', external: true },
    );
  },
};

/**
 * Leads everything that uses the error catalogue to its own bundle, which a call of one of its functions reads: an
 * error is made at once, so whoever makes one cannot wait for an `import()`.
 */
const errorCatalogueBeside = {
  name: 'error-catalogue-beside',
  setup(build) {
    build.onLoad({ filter: /errorCatalogue\.ts$/ }, ({ path }) => {
      const entries = build.initialOptions.entryPoints;
      if (Array.isArray(entries) && entries.some((entry) => path === join(root, entry))) return undefined;
      const functions = readFileSync(path, 'utf8').matchAll(/^export function (\w+)/gm);
      return {
        contents: Array.from(
          functions,
          ([, name]) =>
            `export const ${name} = (...args) => require('./errorCatalogue.js').${name}(...args);`,
        ).join('\n'),
      };
    });
    build.onResolve({ filter: /^\.\/errorCatalogue\.js$/ }, ({ path }) => ({ path, external: true }));
  },
};

/** The names in a module that is there at run time: one of Node's, or the editor's API. */
function namesOf(module) {
  if (module !== 'vscode')
    return Object.keys(require(module)).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name));
  const types = readFileSync(require.resolve('@types/vscode/index.d.ts'), 'utf8');
  const declared = /^\texport (?:abstract )?(?:class|enum|namespace|function|const) (\w+)/gm;
  return [...new Set(Array.from(types.matchAll(declared), ([, name]) => name))];
}

/**
 * Takes what is there at run time by its names. Left to itself, esbuild copies all the hundreds of names of a module
 * for every file that imports it as a whole: that was a third of what a start of the extension took.
 */
const modulesByName = {
  name: 'modules-by-name',
  setup(build) {
    const namespace = 'modules-by-name';
    build.onResolve({ filter: /^(?:vscode$|node:)/ }, ({ path, kind, ...from }) => {
      if (kind === 'require-call') return undefined;
      return from.namespace === namespace ? { path, external: true } : { path, namespace };
    });
    build.onLoad({ filter: /./, namespace }, ({ path }) => ({
      contents: `export { ${namesOf(path).join(', ')} } from '${path}';`,
    }));
  },
};

/** Copies the prebuilt serial binaries next to dist/. */
function copyBinaries() {
  rmSync(join(root, 'prebuilds'), { recursive: true, force: true });
  for (const system of readdirSync(join(root, BINARIES))) {
    if (OTHER_SYSTEMS.test(system)) continue;
    cpSync(join(root, BINARIES, system), join(root, 'prebuilds', system), { recursive: true });
  }
}

/** The folder of the package that a bundled file comes from, or undefined when the file is ours. */
function packageOf(file) {
  const at = file.lastIndexOf('node_modules/');
  if (at < 0) return undefined;
  const [scope, name] = file.slice(at + 'node_modules/'.length).split('/');
  return file.slice(0, at) + 'node_modules/' + (scope.startsWith('@') ? `${scope}/${name}` : scope);
}

/** Writes dist/THIRD-PARTY-NOTICES.txt: the licence of every package that is in a bundle. */
function writeNotices(inputs) {
  const folders = [...new Set(inputs.map(packageOf))].filter((folder) => folder !== undefined).sort();
  const notices = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim();
    return `${name} ${version} (${license})\n\n${text}`;
  });
  writeFileSync(join(root, 'dist/THIRD-PARTY-NOTICES.txt'), notices.join(`\n\n${'-'.repeat(80)}\n\n`) + '\n');
}

const BROWSER = { platform: 'browser', target: 'es2022', format: 'iife', external: [] };

const shipped = {
  ...common,
  plugins: [serialPortBeside, errorCatalogueBeside, modulesByName],
  // A bundle beside is loaded as any script, not as a module of another kind.
  supported: { 'dynamic-import': false },
  minify: production || flags.has('--minify'),
  sourcesContent: false,
};

function shippedOptions({ entry, outfile, browser }) {
  return { ...shipped, ...(browser ? BROWSER : {}), entryPoints: [entry], outfile, metafile: true };
}

function suiteOptions() {
  const entryPoints = readdirSync(join(root, EDITOR_SUITE))
    .filter((file) => file === 'index.ts' || file.endsWith('.test.ts'))
    .map((file) => `${EDITOR_SUITE}/${file}`);
  return { ...common, entryPoints, outdir: 'out/editor', packages: 'external' };
}

async function main() {
  const { buildEmulatorCore } = await import('./scripts/emulatorCore.mjs');
  await buildEmulatorCore();
  const { inParts } = await import('./scripts/lazyParts.mjs');
  const options = [...IN_PARTS.map((bundle) => inParts(bundle, shipped)), ...BUNDLES.map(shippedOptions)];
  if (flags.has('--tests')) {
    rmSync(join(root, 'out/editor'), { recursive: true, force: true });
    options.push(suiteOptions());
  }
  if (watch) {
    copyBinaries();
    const report = {
      name: 'report',
      setup(build) {
        build.onStart(() => console.log('[watch] build started'));
        build.onEnd(() => console.log('[watch] build finished'));
      },
    };
    for (const each of options) {
      const context = await esbuild.context({ ...each, plugins: [...(each.plugins ?? []), report] });
      await context.watch();
    }
    return;
  }
  const results = await Promise.all(options.map((each) => esbuild.build(each)));
  copyBinaries();
  chmodSync(join(root, EXECUTABLE), 0o755);
  const { packagedReadme } = await import('./scripts/packagedReadme.mjs');
  writeFileSync(join(root, 'dist/README.md'), packagedReadme(join(root, 'README.md')));
  writeNotices(results.flatMap(({ metafile }) => Object.keys(metafile?.inputs ?? {})));
}

main().catch((error) => {
  // esbuild has printed its own diagnostics already.
  if (!Array.isArray(error?.errors)) console.error(error);
  process.exitCode = 1;
});
