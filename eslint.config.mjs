import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** The floors of the house, from the ground up: a room may import rooms before it in this list, never after. */
const ROOMS = [
  'base',
  'protocol',
  'image',
  'links',
  'simulator',
  'emulator',
  'settings',
  'build',
  'update',
  'recovery',
  'controllers',
  'cli',
  'views',
  'commands',
];
/** Only the shell knows VS Code. */
const SHELL = ['views', 'commands'];
/** Pure rooms: bytes in, values out; no I/O, no timers, no Node. */
const PURE = ['base', 'protocol', 'image'];

const NODE = { regex: '^node:', message: 'This room is pure: no Node, no I/O.' };
/** Views that run in a webview: neither Node nor the editor is there. */
const BROWSER = {
  files: ['src/views/*/browser/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [NODE],
        paths: [{ name: 'vscode', message: 'A webview talks to the editor by messages.' }],
      },
    ],
  },
};
const VSCODE = {
  name: 'vscode',
  message: 'Only src/views, src/commands and src/extension.ts import vscode.',
};

function roomRules(room, index) {
  // The shell is not built on the command line, nor the other way round.
  const above = ROOMS.filter((other, at) => at > index || (other === 'cli' && SHELL.includes(room)));
  const patterns = above.map((other) => ({
    regex: `^(\\.\\./)+${other}(/|$)`,
    message: `src/${room} may not use src/${other}: it is a floor above.`,
  }));
  if (PURE.includes(room)) patterns.push(NODE);
  return {
    files: [`src/${room}/**/*.ts`],
    rules: {
      'no-restricted-imports': ['error', { patterns, paths: SHELL.includes(room) ? [] : [VSCODE] }],
      ...(PURE.includes(room) && room !== 'base'
        ? {
            'no-restricted-globals': [
              'error',
              'setTimeout',
              'setInterval',
              'setImmediate',
              'process',
              'fetch',
            ],
          }
        : {}),
    },
  };
}

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'out/',
      'coverage/',
      '.cache/',
      'test-results/',
      'prebuilds/',
      'node_modules/',
      'test/fixtures/',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  ...tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-definitions': ['error', 'interface'],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      // Tables of bytes are read by index in loops that know their bounds.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/prefer-nullish-coalescing': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      // A leading underscore says: not used, and meant so.
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  ...ROOMS.map(roomRules),
  BROWSER,
  {
    files: ['test/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      'no-console': 'off',
    },
  },
  {
    // AssemblyScript: looks like TypeScript, but its types are its own compiler's matter (see docs/emulator.md).
    files: ['src/emulator/core/**/*.ts'],
    ...tseslint.configs.disableTypeChecked,
    languageOptions: { parserOptions: { projectService: false, project: null } },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    ...tseslint.configs.disableTypeChecked,
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      'no-console': 'off',
      '@typescript-eslint/explicit-module-boundary-types': 'off',
      '@typescript-eslint/no-require-imports': 'off',
    },
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        Buffer: 'readonly',
        URL: 'readonly',
        setTimeout: 'readonly',
        require: 'readonly',
        module: 'readonly',
        __dirname: 'readonly',
      },
      parserOptions: { projectService: false, project: null },
    },
  },
);
