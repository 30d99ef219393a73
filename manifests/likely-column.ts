// Finds the column that may be meant where one of ours is missing, by what people call such columns.
import { isExtraColumn } from './columns.js';

/** Parts of names, the surest first. */
const USUAL = {
  file_link: [
    'url',
    'link',
    'uri',
    'href',
    'video',
    'clip',
    'footage',
    'source',
    'src',
    'file',
    'path',
  ],
  prompt: ['prompt', 'music', 'description', 'mood', 'style', 'brief', 'genre', 'text'],
} as const;

/** The column that is probably meant for `name`; undefined if none is called as usual. */
export function likelyColumn(
  name: keyof typeof USUAL,
  columns: readonly string[],
): string | undefined {
  const others = columns.filter(isExtraColumn).map((column) => [column, column.toLowerCase()]);
  for (const part of USUAL[name]) {
    const found = others.find(([, plain = '']) => plain.includes(part));
    if (found !== undefined) return found[0];
  }
  return undefined;
}
