import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** Forbids the files of a folder to import from others. */
function inward(files, others, message) {
  const patterns = [{ group: others, message }];
  return { files, rules: { 'no-restricted-imports': ['error', { patterns }] } };
}

export default tseslint.config(
  { ignores: ['node_modules', 'rspack.config.js', 'style/index.js'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      'max-lines': ['error', 150],
      'max-lines-per-function': ['error', 40],
      'no-console': 'error',
      '@typescript-eslint/explicit-function-return-type': ['error', { allowExpressions: true }],
      // JupyterLab's names of interfaces begin with an I.
      '@typescript-eslint/naming-convention': [
        'error',
        { selector: 'interface', format: ['PascalCase'], prefix: ['I'] }
      ],
      // Signals of Lumino take a method and its object apart.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error'
    }
  },
  // Imports point one way: index -> problems -> notebook -> report -> the files beside index.ts.
  inward(
    ['src/*.ts'],
    ['./report/*', './notebook/*', './problems/*'],
    'What all folders share knows none of them.'
  ),
  { files: ['src/index.ts'], rules: { 'no-restricted-imports': 'off' } },
  inward(
    ['src/report/*.ts'],
    ['../index', '../notebook/*', '../problems/*'],
    'A report is read and drawn without any notebook.'
  ),
  inward(
    ['src/notebook/*.ts'],
    ['../index', '../problems/*'],
    'Cells and fixes know nothing of the side panel, the marks and the status bar.'
  ),
  inward(['src/problems/*.ts'], ['../index'], 'index.ts imports the plugins.'),
  {
    files: ['test/**/*.ts'],
    rules: {
      // `describe` and `test` of node:test return promises that its runner awaits.
      '@typescript-eslint/no-floating-promises': 'off',
      'max-lines-per-function': 'off'
    }
  }
);
