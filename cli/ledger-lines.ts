// Renders ledger findings as lines of text. Pure.
import type { LedgerFindings } from '../contract/batch.js';
import type { LedgerCode } from '../contract/error-codes.js';
import { plainText } from './io.js';

const MEANING: Record<LedgerCode, string> = {
  link_changed: 'scored anew, the link is another one than before',
  link_ignored: 'skipped, though the link is another one: the id alone counts',
  link_unclear: "scored anew, only a token tells the link from another row's",
  soundtrack_gone: 'scored anew, the earlier soundtrack is gone',
};

/** Whether a warning is of this kind. */
export function isLedgerCode(code: string): code is LedgerCode {
  return Object.hasOwn(MEANING, code);
}

export interface Found {
  counts: LedgerFindings['counts'];
  /** The first of them. */
  notes: { id: string; code: LedgerCode; message: string }[];
}

/** How many rows of each kind, a line each. */
export function findingCounts({ counts }: Pick<LedgerFindings, 'counts'>): string[] {
  return Object.keys(MEANING).flatMap((code) => {
    const number = counts[code as LedgerCode] ?? 0;
    return number === 0 ? [] : [`${number} x ${code}: ${MEANING[code as LedgerCode]}`];
  });
}

/** These, and the first rows with what they are about. */
export function findingLines(found: Found): string[] {
  const total = Object.values(found.counts).reduce((sum, number) => sum + number, 0);
  const more = total - found.notes.length;
  return [
    ...findingCounts(found),
    ...found.notes.map(({ id, message }) => plainText(`  ${id}: ${message}`)),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ];
}
