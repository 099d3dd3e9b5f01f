import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';

const OWNERS = {
  tensorflow: { regex: '^@tensorflow/(?!.*\\.wasm\\?url$)', message: 'Only src/tensor may import TensorFlow.js.' },
  idb: { group: ['idb-keyval'], message: 'Only src/store may import idb-keyval.' },
  svelte: { group: ['svelte', 'svelte/*'], message: 'Only src/ui and src/main.ts may import Svelte.' },
};

/** Restricted imports but for those that a layer owns. */
const imports = (...owned) => [
  'error',
  { patterns: Object.entries(OWNERS).filter(([name]) => !owned.includes(name)).map(([, pattern]) => pattern) },
];

const DETERMINISTIC = 'Results are functions of the recipe: draw from src/random, and take times in src/worker.';

export default ts.config(
  { ignores: ['dist/', 'runs/', 'coverage/', 'public/', 'node_modules/', '.cache/', '.*/', 'src/tensor/wasm/assembly/'] },
  ...ts.configs.recommended,
  ...svelte.configs.recommended,
  { files: ['**/*.svelte', '**/*.svelte.ts'], languageOptions: { parserOptions: { parser: ts.parser } } },
  {
    rules: {
      'no-undef': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
      'no-warning-comments': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['src/**/*.ts', 'scripts/**/*.ts'],
    rules: {
      'max-lines': ['error', 250],
      'max-lines-per-function': ['error', 45],
    },
  },
  { files: ['src/**/*.svelte'], rules: { 'max-lines': ['error', 200] } },
  { files: ['src/**'], rules: { 'no-restricted-imports': imports() } },
  { files: ['src/tensor/**'], rules: { 'no-restricted-imports': imports('tensorflow') } },
  { files: ['src/store/**'], rules: { 'no-restricted-imports': imports('idb') } },
  { files: ['src/ui/**', 'src/main.ts'], rules: { 'no-restricted-imports': imports('svelte') } },
  {
    files: ['src/{model,distill,data,train,random}/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'Math', property: 'random', message: DETERMINISTIC },
        { object: 'Date', property: 'now', message: DETERMINISTIC },
        { object: 'performance', property: 'now', message: DETERMINISTIC },
      ],
      'no-restricted-syntax': ['error', { selector: "NewExpression[callee.name='Date']", message: DETERMINISTIC }],
    },
  },
  { files: ['scripts/**', 'bench/**', 'tests/**'], rules: { 'no-console': 'off' } },
);
