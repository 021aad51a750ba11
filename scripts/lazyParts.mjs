// Bundles an entry so that what it needs to start is one script, and what stands behind an `import()` lies in parts
// beside it that are read when they are first needed. esbuild splits only ES modules, and into many small ones, while
// the editor's host starts fastest with one script: so it splits first, and what it made is bundled once more.
import { mkdir, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as esbuild from 'esbuild';

/**
 * The options of a build in parts.
 * @param {{name: string, entry: string, outdir: string}} bundle `name` is the script's, without `.js`; its parts are
 *   called after it
 * @param {import('esbuild').BuildOptions} common what every build of ours is made with
 * @returns {import('esbuild').BuildOptions}
 */
export function inParts({ name, entry, outdir }, common) {
  return {
    ...common,
    entryPoints: { [name]: entry },
    outdir,
    chunkNames: `${name}-[name]-[hash]`,
    format: 'esm',
    splitting: true,
    minify: false,
    sourcemap: 'inline',
    metafile: true,
    write: false,
    plugins: [
      ...common.plugins,
      {
        name: 'in-parts',
        setup(build) {
          build.onEnd(async ({ outputFiles, metafile }) => {
            if (outputFiles?.length > 0) await writeParts({ name, outdir, outputFiles, metafile }, common);
          });
        },
      },
    ],
  };
}

async function writeParts({ name, outdir, outputFiles, metafile }, common) {
  const parts = new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
  const needed = neededToStart(`${name}.js`, metafile.outputs);
  await mkdir(outdir, { recursive: true });
  for (const file of await readdir(outdir)) {
    if (file.startsWith(`${name}-`)) await rm(join(outdir, file));
  }
  const lazy = [...parts.keys()].filter((part) => !needed.has(part));
  await esbuild.build({
    ...common,
    entryPoints: [name, ...lazy.map((part) => part.replace(/\.js$/, ''))],
    outdir,
    plugins: [startInOne({ name, parts, needed })],
  });
}

/** The parts that `start` imports, and those that these do; not what they ask for later. */
function neededToStart(start, outputs) {
  const byName = new Map(Object.entries(outputs).map(([path, output]) => [basename(path), output]));
  const needed = new Set();
  const visit = (part) => {
    if (needed.has(part)) return;
    needed.add(part);
    for (const { path, kind } of byName.get(part)?.imports ?? []) {
      if (kind === 'import-statement' && byName.has(basename(path))) visit(basename(path));
    }
  };
  visit(start);
  return needed;
}

/** Puts all that is `needed` into the first script; the others get it from there, so that nothing exists twice. */
function startInOne({ name, parts, needed }) {
  const keyOf = (part) => part.replace(/\W/g, '_');
  return {
    name: 'start-in-one',
    setup(build) {
      build.onResolve({ filter: /./ }, ({ path, kind, importer, namespace }) => {
        if (kind === 'entry-point') {
          return path === name ? { path, namespace: 'start' } : { path: `${path}.js`, namespace: 'part' };
        }
        const part = basename(path);
        if (namespace === 'started' || !path.startsWith('./') || !needed.has(part))
          return { path, external: true };
        const isInside = namespace === 'start' || needed.has(importer);
        return { path: part, namespace: isInside ? 'part' : 'started' };
      });
      build.onLoad({ filter: /./, namespace: 'start' }, () => ({
        resolveDir: '.',
        contents: [
          `export * from './${name}.js';`,
          ...[...needed].map((part) => `export * as ${keyOf(part)} from './${part}';`),
        ].join('\n'),
      }));
      build.onLoad({ filter: /./, namespace: 'started' }, ({ path }) => ({
        contents: `module.exports = require('./${name}.js').${keyOf(path)};`,
      }));
      build.onLoad({ filter: /./, namespace: 'part' }, ({ path }) => ({ contents: parts.get(path) }));
    },
  };
}
