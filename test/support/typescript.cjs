// Loads TypeScript for mocha, and for what runs in virtual time: here an `import()` of what is loaded takes no time.
// What the compiler itself emits is so close to the source that every branch V8 counts is one that somebody wrote; the
// helpers and getters of faster loaders would be counted, too.
const { readFileSync } = require('node:fs');
const ts = require('typescript');

process.setSourceMapsEnabled(true);

require.extensions['.ts'] = (module, file) => {
  const { outputText } = ts.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      esModuleInterop: true,
      inlineSourceMap: true,
      inlineSources: true,
    },
  });
  module._compile(outputText, file);
};
