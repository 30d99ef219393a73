// Which sheet of a workbook is the manifest.
import { nearestName } from '../nearest.js';
import { UnreadableManifest } from '../problems.js';
import type { SheetEntry } from './workbook.js';

const SHOWN = 20;

/**
 * @param wanted its name, or its number among the visible sheets from 1; default: the first that is visible
 * @throws UnreadableManifest that lists the sheets
 */
export function chooseSheet(sheets: readonly SheetEntry[], wanted: string | undefined): SheetEntry {
  const visible = sheets.filter(({ hidden }) => !hidden);
  const first = visible[0] ?? sheets[0];
  const found =
    wanted === undefined
      ? first
      : (sheets.find(({ name }) => name === wanted) ??
        sheets.find(({ name }) => plain(name) === plain(wanted)) ??
        (isNumber(wanted) ? visible[Number(wanted) - 1] : undefined));
  if (found !== undefined) return found;
  const names = sheets.map(({ name }) => name);
  // A number is near to any other.
  const near = wanted === undefined || isNumber(wanted) ? undefined : nearestName(wanted, names);
  throw new UnreadableManifest([
    {
      fault: `there is no sheet ${wanted ?? ''}; the workbook has ${sheetList(sheets)}`,
      remedy: near === undefined ? 'name one of them' : `did you mean ${near}?`,
    },
  ]);
}

function isNumber(text: string): boolean {
  return /^\d{1,6}$/.test(text);
}

/** Names of sheets differ in more than case. */
function plain(name: string): string {
  return name.trim().normalize('NFC').toLowerCase();
}

export function sheetList(sheets: readonly SheetEntry[]): string {
  let number = 0;
  const shown = sheets.slice(0, SHOWN).map(({ name, hidden }) => {
    if (hidden) return `${JSON.stringify(name)} (hidden)`;
    number += 1;
    return `${number}: ${JSON.stringify(name)}`;
  });
  if (sheets.length > SHOWN) shown.push('...');
  return shown.join(', ');
}
