// What users should know about rows that the ledger knows. Pure.
import type { LedgerFindings } from '../../contract/batch.js';
import type { FailureNote } from '../../contract/failure.js';
import type { LedgerCode } from '../../contract/error-codes.js';
import type { RowMatch, ScoredAs } from './match.js';

/** A longer link is shortened to this length, keeping both its ends. */
const LONGEST_LINK = 400;

/** A row that is neither simply new nor simply scored before. */
export interface LedgerFinding {
  row: number;
  line: number;
  id: string;
  code: LedgerCode;
  fault: string;
  /** What happens to the row. */
  remedy: string;
}

/** What to report about a row, if anything. */
export function findingOf(match: RowMatch): LedgerFinding | undefined {
  const { row, line, id, fileLink } = match.clip;
  const found = (code: LedgerCode, fault: string, remedy: string): LedgerFinding => ({
    ...{ row, line, id, code, fault, remedy },
  });
  const links = (before: ScoredAs): string =>
    before.fileLink === fileLink
      ? `${scoredText(before)}, and its file has changed since: ${shown(fileLink)}`
      : `${scoredText(before)} with another link: ${shown(before.fileLink)}, now ${shown(fileLink)}`;
  switch (match.state) {
    case 'scored':
      if (match.as.fileLink === undefined) return undefined;
      return found('link_ignored', links(match.as), 'it is skipped, because only the id counts');
    case 'changed':
      if (match.why === 'prompt') return undefined;
      return found('link_changed', links(match.before), 'it is scored anew');
    case 'new':
      if (match.why === 'gone') {
        const { before } = match;
        const fault = `${scoredText(before)}, and its soundtrack is gone: ${before.soundtrack}`;
        return found('soundtrack_gone', fault, 'it is scored anew');
      }
      if (match.why === undefined) return undefined;
      return found(
        'link_unclear',
        `its link differs from another row's only in a token: ${shown(fileLink)}`,
        'it is scored anew; see signatureParams',
      );
  }
}

function scoredText({ at, batch }: ScoredAs): string {
  return `it was scored ${at.slice(0, 10)} by batch ${batch}`;
}

/** The link is not known for entries that an earlier version wrote. */
function shown(link = 'not known'): string {
  if (link.length <= LONGEST_LINK) return link;
  return `${link.slice(0, LONGEST_LINK / 2)}…${link.slice(-LONGEST_LINK / 2)}`;
}

/** A finding in one text. */
export function messageOf({ fault, remedy }: LedgerFinding): string {
  return `${fault} (${remedy})`;
}

/** Counts findings, and keeps the first. */
export class FindingList<Kept> {
  readonly #counts: LedgerFindings['counts'] = {};
  readonly #kept: Kept[] = [];
  #total = 0;

  /** @param most how many are kept */
  constructor(
    private readonly most: number,
    private readonly keep: (finding: LedgerFinding) => Kept,
  ) {}

  add(finding: LedgerFinding): void {
    this.#total += 1;
    this.#counts[finding.code] = (this.#counts[finding.code] ?? 0) + 1;
    if (this.#kept.length < this.most) this.#kept.push(this.keep(finding));
  }

  get total(): number {
    return this.#total;
  }

  /** Undefined if there are none. */
  get found(): { counts: LedgerFindings['counts']; notes: Kept[] } | undefined {
    return this.#total === 0 ? undefined : { counts: this.#counts, notes: this.#kept };
  }
}

/** A finding in the form in which a batch reports it. */
export function noteOf(finding: LedgerFinding): FailureNote {
  const { row, id, code } = finding;
  return { row, id, code, message: messageOf(finding) };
}
