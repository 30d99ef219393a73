// What README and docs/ say is what the product does.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkManifest, formatProblem } from '../../manifests/index.js';
import { RESULT_COLUMNS } from '../../contract/result-columns.js';
import { createProgram } from '../../cli/program.js';
import { PACKAGE_ROOT } from '../../config/paths.js';
import { SETTINGS } from '../../config/settings.js';
import { DOCS, textOf } from './pages.js';

interface Described {
  secret?: true;
  env?: string;
  default?: string;
  defaultText?: string;
  meaning: string;
}

describe('README.md and docs/', () => {
  const settings = textOf('docs/settings.md');
  const table = settings.slice(settings.indexOf('| in `reelscore.yaml`')).split('\n\n')[0] ?? '';
  const rows = table
    .split('\n')
    .slice(2)
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));

  test('lists every setting with its names, default and meaning, and no other', () => {
    const code = (text: string | undefined) => (text === undefined ? '' : `\`${text}\``);
    const expected = Object.entries(SETTINGS as Record<string, Described>).map(
      ([name, { secret, env, defaultText, default: value, meaning }]) => [
        secret ? '' : code(name),
        code(env),
        defaultText ?? code(value),
        meaning,
      ],
    );
    expect(rows.map((row) => row.slice(1, 5))).toEqual(expected);
  });

  test('names the columns of the results in their order', () => {
    expect(textOf('docs/results.md')).toContain(RESULT_COLUMNS.join(','));
  });

  test('shows what validate really prints', async () => {
    const path = 'examples/broken.csv';
    const { problems } = await checkManifest(join(PACKAGE_ROOT, path));
    const lines = problems.map((problem) => formatProblem({ ...problem, file: path }));
    for (const line of lines.slice(0, 4)) expect(textOf('docs/manifest.md')).toContain(line);
  });

  test('speak only of commands that exist, and the command-line page of all of them', () => {
    const commands = createProgram(() => undefined).commands.map((command) => command.name());
    for (const page of ['README.md', 'examples/README.md', ...DOCS]) {
      // As code: in prose any word may follow the name.
      const code = [...textOf(page).matchAll(/`reelscore ([a-z]+)\b|^\$ reelscore ([a-z]+)\b/gm)];
      const named = code.map(([, inline, shown]) => inline ?? shown ?? '');
      expect(
        named.filter((name) => !commands.includes(name)),
        page,
      ).toEqual([]);
    }
    for (const name of commands) {
      expect(textOf('docs/command-line.md')).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });
});
