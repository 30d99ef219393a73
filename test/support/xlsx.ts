// Workbooks as tests need them: plain ones, and as the programs that people use write them.
import { zipOf, type ZipPart } from './zip.js';

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** A cell: its value, or its XML. */
export type Cell = string | number | boolean | null | { xml: string };

export interface SheetSpec {
  name: string;
  /** Cells row by row, or the XML of the sheet's rows. */
  rows: Cell[][] | string;
  state?: string;
  /** What stands behind the rows. */
  after?: string;
  /** Targets of links by their relation's id. */
  links?: Record<string, string>;
}

export interface BookSpec {
  sheets: SheetSpec[];
  /** XML of the styles. */
  styles?: string;
  /** Texts, or the XML of the part. */
  strings?: string[] | string;
  from1904?: boolean;
  /** Replaces or adds parts. */
  parts?: ZipPart[];
  /** Of every part. */
  zip?: Partial<ZipPart>;
}

/** One sheet with these rows. */
export function book(rows: Cell[][] | string, more: Partial<BookSpec> = {}): Buffer {
  return workbook({ sheets: [{ name: 'Sheet1', rows }], ...more });
}

export function workbook(spec: BookSpec): Buffer {
  return zipOf(partsOf(spec));
}

export function partsOf({
  sheets,
  styles,
  strings,
  from1904,
  parts = [],
  zip,
}: BookSpec): ZipPart[] {
  const all: ZipPart[] = [
    { name: '[Content_Types].xml', data: '<Types/>' },
    { name: '_rels/.rels', data: relations({ rId1: ['officeDocument', 'xl/workbook.xml'] }) },
    {
      name: 'xl/workbook.xml',
      data: `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr${from1904 ? ' date1904="1"' : ''}/><sheets>${sheets
        .map(
          ({ name, state }, at) =>
            `<sheet name="${escaped(name)}" sheetId="${at + 1}"${state ? ` state="${state}"` : ''} r:id="rId${at + 1}"/>`,
        )
        .join('')}</sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      data: relations({
        ...Object.fromEntries(
          sheets.map((_, at) => [`rId${at + 1}`, ['worksheet', `worksheets/sheet${at + 1}.xml`]]),
        ),
        ...(styles !== undefined && { rIdS: ['styles', 'styles.xml'] }),
        ...(strings !== undefined && { rIdT: ['sharedStrings', 'sharedStrings.xml'] }),
      }),
    },
  ];
  if (styles !== undefined) all.push({ name: 'xl/styles.xml', data: styles });
  if (strings !== undefined) {
    const items =
      typeof strings === 'string'
        ? strings
        : `<sst xmlns="${MAIN}">${strings.map((text) => `<si><t>${escaped(text)}</t></si>`).join('')}</sst>`;
    all.push({ name: 'xl/sharedStrings.xml', data: items });
  }
  for (const [at, { rows, after = '', links }] of sheets.entries()) {
    const data = typeof rows === 'string' ? rows : rowsXml(rows);
    all.push({
      name: `xl/worksheets/sheet${at + 1}.xml`,
      data: `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheetData>${data}</sheetData>${after}</worksheet>`,
    });
    if (!links) continue;
    const targets = Object.entries(links).map(
      ([id, target]) =>
        `<Relationship Id="${id}" Type="${OFFICE}/hyperlink" Target="${escaped(target)}" TargetMode="External"/>`,
    );
    all.push({
      name: `xl/worksheets/_rels/sheet${at + 1}.xml.rels`,
      data: `<Relationships>${targets.join('')}</Relationships>`,
    });
  }
  const replaced = all.map((part) => parts.find(({ name }) => name === part.name) ?? part);
  const added = parts.filter(({ name }) => !all.some((part) => part.name === name));
  return [...replaced, ...added].map((part) => ({ ...zip, ...part }));
}

export function relations(targets: Record<string, string[]>): string {
  const list = Object.entries(targets).map(
    ([id, [type = '', target = '']]) =>
      `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`,
  );
  return `<Relationships>${list.join('')}</Relationships>`;
}

function rowsXml(rows: readonly Cell[][]): string {
  return rows
    .map((cells, at) => {
      const inside = cells.map((cell, column) => cellXml(cell, `${letter(column)}${at + 1}`));
      return `<row r="${at + 1}">${inside.join('')}</row>`;
    })
    .join('');
}

function cellXml(cell: Cell, name: string): string {
  if (cell === null) return '';
  if (typeof cell === 'object') return cell.xml.replace('<c', `<c r="${name}"`);
  if (typeof cell === 'number') return `<c r="${name}"><v>${cell}</v></c>`;
  if (typeof cell === 'boolean') return `<c r="${name}" t="b"><v>${Number(cell)}</v></c>`;
  return `<c r="${name}" t="inlineStr"><is><t>${escaped(cell)}</t></is></c>`;
}

function letter(column: number): string {
  return String.fromCharCode(65 + column);
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
