// Links that lie on cells of a sheet. They stand behind the rows in the file, so a sheet that has some is read twice.
import { MAX_SHEET_XML_BYTES, MAX_XLSX_LINKS } from '../limits.js';
import { readCellName } from './cell-names.js';
import { tooLarge } from './faults.js';
import type { Package } from './package.js';
import { relationsOf } from './workbook.js';
import { attributeOf, readXml } from './xml.js';

/** Targets by the names of cells, as `B7`. Of a range its first cell counts. */
export type Hyperlinks = ReadonlyMap<string, string>;

/**
 * Links to outside the workbook.
 * @param part of the sheet
 * @throws UnreadableManifest
 */
export async function readHyperlinks(parts: Package, part: string): Promise<Hyperlinks> {
  const links = new Map<string, string>();
  const relations = await relationsOf(parts, part);
  const targets = new Map(
    [...relations].flatMap(([id, { type, target, external }]) =>
      type === 'hyperlink' && external ? [[id, target] as const] : [],
    ),
  );
  if (targets.size === 0) return links;
  await readXml(parts.read(part, MAX_SHEET_XML_BYTES), part, {
    open(name, attributes) {
      if (name !== 'hyperlink') return;
      const target = targets.get(attributeOf(attributes, 'id', true) ?? '');
      const cell = (attributes['ref'] ?? '').split(':', 1)[0] ?? '';
      if (target === undefined || readCellName(cell) === undefined) return;
      if (links.size >= MAX_XLSX_LINKS)
        throw tooLarge(`more than ${MAX_XLSX_LINKS} cells have links`);
      // What follows the # stands apart.
      const { location } = attributes;
      const link = location === undefined ? target : `${target}#${location}`;
      links.set(cell.replaceAll('$', '').toUpperCase(), link);
    },
  });
  return links;
}
