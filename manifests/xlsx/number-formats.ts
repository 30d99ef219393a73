// Which cells show a date or leading zeros: a workbook keeps plain numbers, and says by a cell's format how they look.
import { MAX_XLSX_FORMATS, MAX_XLSX_INDEX_BYTES } from '../limits.js';
import { tooLarge } from './faults.js';
import type { Package } from './package.js';
import { readXml } from './xml.js';

/**
 * How a number is shown, as far as it counts here. `short`: a time without seconds, as programs show what is typed as
 * 1:30; `elapsed`: hours beyond 24; `zeros`: digits at least.
 */
export type NumberFormat =
  'plain' | 'date' | 'time' | 'short' | 'datetime' | 'elapsed' | { zeros: number };

/** Formats by the numbers that cells give. */
export type CellFormats = readonly NumberFormat[];

/** @throws UnreadableManifest */
export async function readFormats(parts: Package, part: string | undefined): Promise<CellFormats> {
  if (part === undefined) return [];
  const own = new Map<string, NumberFormat>();
  const formats: NumberFormat[] = [];
  let inCells = false;
  await readXml(parts.read(part, MAX_XLSX_INDEX_BYTES), part, {
    open(name, { numFmtId: id = '0', formatCode: code }) {
      if (name === 'cellXfs') inCells = true;
      if (name === 'numFmt' && code !== undefined) own.set(id, formatOfCode(code));
      if (own.size > MAX_XLSX_FORMATS || formats.length > MAX_XLSX_FORMATS) {
        throw tooLarge(`it has more than ${MAX_XLSX_FORMATS} formats`);
      }
      if (name === 'xf' && inCells) formats.push(own.get(id) ?? builtIn(Number(id)));
    },
    close(name) {
      if (name === 'cellXfs') inCells = false;
    },
  });
  return formats;
}

/** Formats that files name by number only. [ECMA-376 part 1, 18.8.30] */
function builtIn(id: number): NumberFormat {
  if (id >= 14 && id <= 17) return 'date';
  if (id === 18 || id === 19 || id === 21 || id === 45 || id === 47) return 'time';
  if (id === 20) return 'short';
  if (id === 22) return 'datetime';
  if (id === 46) return 'elapsed';
  // Of East Asian languages.
  if (id === 32 || id === 33) return 'time';
  if ((id >= 27 && id <= 36) || (id >= 50 && id <= 58)) return 'date';
  return 'plain';
}

/** What a format's code makes of a positive number. */
export function formatOfCode(code: string): NumberFormat {
  const [first = ''] = code.replace(/"[^"]*"?|\\.|_.|\*./g, '').split(';', 1);
  const zeros = /^0{2,15}$/.exec(code.split(';', 1)[0] ?? '');
  if (zeros) return { zeros: zeros[0].length };
  if (/\[(h+|m+|s+)\]/i.test(first)) return 'elapsed';
  const signs = first.replace(/\[[^\]]*\]?/g, '').toLowerCase();
  if (/general|[0#?]/.test(signs.replace(/\.0+/g, ''))) return 'plain';
  const hasTime = /[hs]/.test(signs);
  // An m beside hours or seconds means minutes.
  const hasDate = /[ydge]/.test(signs) || (/m/.test(signs) && !hasTime);
  if (hasDate) return hasTime ? 'datetime' : 'date';
  if (!hasTime) return 'plain';
  return /s|a/.test(signs) ? 'time' : 'short';
}
