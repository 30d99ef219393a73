// What docs/programs.md shows, taken from it, so that a test runs that and nothing else.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../config/paths.js';

export const DOCUMENT = readFileSync(join(PACKAGE_ROOT, 'docs/programs.md'), 'utf8');

/** Code of the blocks in one language, in order. */
export function blocksOf(language: string): string[] {
  const blocks = DOCUMENT.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'));
  return [...blocks].map(([, text = '']) => text);
}

/** Commands that are shown behind a `$`, in order, with the lines that go on after a backslash. */
export function shownCommands(): string[] {
  const shown = blocksOf('console')
    .join('')
    .matchAll(/^\$ ((?:.*\\\n)*.*)$/gm);
  return [...shown].map(([, command = '']) => command);
}

/** What is shown below a command, up to the next one or the end of the block. */
export function outputBelow(command: string): string {
  const block = blocksOf('console').find((text) => text.includes(`$ ${command}\n`)) ?? '';
  return (block.split(`$ ${command}\n`)[1] ?? '').split('\n$ ')[0]!.trimEnd();
}

/** Rows of the table below a heading, without its head; each cell as it is written. */
export function tableBelow(heading: string): string[][] {
  const from = DOCUMENT.indexOf(`\n${heading}\n`);
  if (from < 0) throw new Error(`docs/programs.md has no ${heading}`);
  const table = /^\|.*\n\|[ |-]+\|\n((?:\|.*\n)+)/m.exec(DOCUMENT.slice(from))?.[1] ?? '';
  return table
    .trimEnd()
    .split('\n')
    .map((row) =>
      row
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

/** Names in backticks. */
export function namesIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);
}
