// What the README says is what the product does.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkManifest, formatProblem } from '../../manifests/index.js';
import { RESULT_COLUMNS } from '../../contract/result-columns.js';
import { createProgram } from '../../cli/program.js';
import { PACKAGE_ROOT } from '../../workers/paths.js';
import { SETTINGS } from '../../workers/settings.js';

interface Described {
  secret?: true;
  env?: string;
  default?: string;
  defaultText?: string;
  meaning: string;
}

const readme = readFileSync(join(PACKAGE_ROOT, 'README.md'), 'utf8');

describe('README.md', () => {
  const table = readme.slice(readme.indexOf('| in `reelscore.yaml`')).split('\n\n')[0] ?? '';
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
    expect(readme).toContain(RESULT_COLUMNS.join(','));
  });

  test('shows what validate really prints', async () => {
    const path = 'manifests/examples/broken.csv';
    const { problems } = await checkManifest(join(PACKAGE_ROOT, path));
    const lines = problems.map((problem) => formatProblem({ ...problem, file: path }));
    for (const line of lines.slice(0, 4)) expect(readme).toContain(line);
  });

  test('links only to files that are there', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path = '']) => path);
    expect(links.filter((path) => !existsSync(join(PACKAGE_ROOT, path)))).toEqual([]);
    expect(links.length).toBeGreaterThan(2);
  });

  test('speaks only of commands that exist', () => {
    const named = [...readme.matchAll(/reelscore ([a-z]+)\b/g)].map(([, name = '']) => name);
    const commands = createProgram(() => undefined).commands.map((command) => command.name());
    expect(named.filter((name) => !commands.includes(name) && name !== 'is')).toEqual([]);
    for (const name of commands) {
      expect(readme, `${name} is not in the README`).toMatch(new RegExp(`\\b${name}\\b`));
    }
  });
});
