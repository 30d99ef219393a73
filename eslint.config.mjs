import tseslint from 'typescript-eslint';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      '.dist-*/',
      'node_modules/',
      'results/',
      'test/.tmp/',
      'bench/out/',
      'examples/clips/',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked],
    // One program, which has every file: the project service would make one for each tsconfig.json.
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      'no-console': 'error',
    },
  },
  {
    files: ['**/*.ts'],
    ignores: [
      'config/environment.ts',
      // A program of its own, which tells what it is from what it plays.
      'tomoviee/simulator/main.ts',
      // Sets a variable for the SDK's native code, which takes it from nowhere else.
      'workers/core-threads.ts',
      // Likewise for the SDK for S3.
      'store/bucket/client.ts',
      'test/**',
      'bench/**',
      'examples/**',
    ],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Take it from config/environment.ts.' },
      ],
    },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts'],
    rules: { 'no-console': 'off', '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  {
    files: ['examples/*.ts'],
    rules: { 'no-console': 'off' },
  },
);
