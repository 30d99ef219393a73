// What a workbook says of itself: its sheets in order, and where its parts are.
import { MAX_XLSX_INDEX_BYTES, MAX_XLSX_LINKS, MAX_XLSX_SHEETS } from '../limits.js';
import { unescapeCell } from './escapes.js';
import { damaged, noWorkbook, NOT_WORKBOOKS, tooLarge } from './faults.js';
import type { Package } from './package.js';
import { attributeOf, readXml } from './xml.js';

export interface SheetEntry {
  name: string;
  /** Its part. */
  part: string;
  hidden: boolean;
}

export interface Workbook {
  /** Those that hold cells; charts have sheets of their own. */
  sheets: SheetEntry[];
  /** Days are counted from 1904, as Excel for the Mac did. */
  from1904: boolean;
  /** Parts. */
  strings?: string;
  styles?: string;
}

interface Relation {
  /** Last word of its type: the rest differs between the two forms of the standard. */
  type: string;
  target: string;
  external: boolean;
}

/** @throws UnreadableManifest if the package is no workbook, which it names */
export async function readWorkbook(parts: Package): Promise<Workbook> {
  refuseOthers(parts);
  const roots = await relationsOf(parts, '');
  const main = [...roots.values()].find(({ type }) => type === 'officeDocument');
  const place = main === undefined ? 'xl/workbook.xml' : partAt('', main.target);
  if (place.endsWith('.bin')) throw refusal('xlsb');
  if (!parts.has(place)) throw refusal(main === undefined ? 'zip' : 'office');
  const relations = await relationsOf(parts, place);
  const named: { name: string; relation: string | undefined; hidden: boolean }[] = [];
  let [root, from1904] = ['', false];
  await readXml(parts.read(place, MAX_XLSX_INDEX_BYTES), place, {
    open(name, attributes) {
      root ||= name;
      if (name === 'workbookPr') from1904 = isTrue(attributes['date1904']);
      if (name !== 'sheet') return;
      if (named.length >= MAX_XLSX_SHEETS)
        throw tooLarge(`it has more than ${MAX_XLSX_SHEETS} sheets`);
      named.push({
        name: unescapeCell(attributes['name'] ?? ''),
        relation: attributeOf(attributes, 'id', true),
        hidden: (attributes['state'] ?? 'visible') !== 'visible',
      });
    },
  });
  if (root !== 'workbook') throw refusal('office');
  const sheets = named.flatMap(({ name, relation, hidden }) => {
    const { type, target = '' } = relations.get(relation ?? '') ?? {};
    return type === 'worksheet' ? [{ name, hidden, part: partAt(place, target) }] : [];
  });
  if (sheets.length === 0) throw damaged('it has no sheet with cells');
  const partOf = (type: string): string | undefined => {
    const found = [...relations.values()].find((relation) => relation.type === type);
    const part = found && partAt(place, found.target);
    return part !== undefined && parts.has(part) ? part : undefined;
  };
  const [strings, styles] = [partOf('sharedStrings'), partOf('styles')];
  return {
    ...{ sheets, from1904 },
    ...(strings !== undefined && { strings }),
    ...(styles !== undefined && { styles }),
  };
}

/** @throws UnreadableManifest for files of other programs that are zip files too */
function refuseOthers(parts: Package): void {
  if (parts.has('[Content_Types].xml')) return;
  if (parts.has('META-INF/manifest.xml') && parts.has('content.xml')) throw refusal('ods');
  for (const name of parts.names) {
    if (/^index(\.zip$|\/.*\.iwa$)/.test(name)) throw refusal('numbers');
  }
  throw refusal('zip');
}

function refusal(kind: keyof typeof NOT_WORKBOOKS): Error {
  const { fault, remedy } = NOT_WORKBOOKS[kind];
  return noWorkbook(fault, remedy);
}

/** Relations of a part by their ids; `''` is the package itself. None if it has none. */
export async function relationsOf(parts: Package, part: string): Promise<Map<string, Relation>> {
  const slash = part.lastIndexOf('/') + 1;
  const name = `${part.slice(0, slash)}_rels/${part.slice(slash)}.rels`;
  const relations = new Map<string, Relation>();
  if (!parts.has(name)) return relations;
  await readXml(parts.read(name, MAX_XLSX_INDEX_BYTES), name, {
    open(element, { Id: id, Type: type = '', Target: target = '', TargetMode: mode }) {
      if (element !== 'Relationship' || id === undefined) return;
      if (relations.size >= MAX_XLSX_LINKS) throw tooLarge(`${name} has too many entries`);
      const external = mode === 'External';
      relations.set(id, { type: type.slice(type.lastIndexOf('/') + 1), target, external });
    },
  });
  return relations;
}

/** The part at a target, which is relative to the folder of the part that names it, or begins with a slash. */
function partAt(from: string, target: string): string {
  const folder = target.startsWith('/') ? [] : from.split('/').slice(0, -1);
  for (const step of target.split('/')) {
    if (step === '..') folder.pop();
    else if (step !== '' && step !== '.') folder.push(step);
  }
  return folder.join('/');
}

function isTrue(text: string | undefined): boolean {
  return text === '1' || text === 'true';
}
