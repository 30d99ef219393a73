// Splits CSV text into records in linear time.
import { MAX_RECORD_CHARS } from './limits.js';

/** One record as it stands in the file. */
export interface CsvRecord {
  /** Line where it begins, from 1. */
  line: number;
  /** Trimmed, unless they are in quotes. */
  cells: string[];
  /** A quote stands inside a cell that does not begin with one. */
  strayQuote: boolean;
}

/** Ends the reading: it is unclear where the next record begins. */
export type CsvBreak = 'unclosed quote' | 'text after quote' | 'too long';

export class CsvBreakError extends Error {
  override readonly name = 'CsvBreakError';

  constructor(
    readonly kind: CsvBreak,
    /** Line where the record begins; of text after a quote, the line of that. */
    readonly line: number,
  ) {
    super(`${kind} in line ${line}`);
  }
}

/** Reads records from text that is pushed to it piece by piece, with \n line ends. */
export class CsvRecords {
  #text = '';
  #at = 0;
  #line = 1;
  #isWhole = false;
  // Where the next of each sign is; looked up again only when it has been passed.
  readonly #delimiter: NextSign;
  readonly #quote = new NextSign('"');
  readonly #lineEnd = new NextSign('\n');

  /** @param delimiter one character */
  constructor(private readonly delimiter: string) {
    this.#delimiter = new NextSign(delimiter);
  }

  /** Characters pushed and not read. */
  get rest(): string {
    return this.#text.slice(this.#at);
  }

  push(text: string): void {
    this.#text = this.rest + text;
    this.#at = 0;
    this.#lookAgain();
  }

  /** Says that no more text follows. */
  end(): void {
    this.#isWhole = true;
  }

  /**
   * The next record, or undefined when it is not all there, or there is none.
   * @throws CsvBreakError
   */
  next(): CsvRecord | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const start = this.#at;
    const record: CsvRecord = { line: this.#line, cells: [], strayQuote: false };
    let at = start;
    for (let breaks = 0; ;) {
      const first = this.#afterBlanks(at);
      let end: number | undefined;
      if (this.#text[first] === '"') {
        const quoted = this.#quoted(first, record.line + breaks);
        breaks += quoted?.breaks ?? 0;
        end = quoted?.end;
        if (quoted !== undefined) record.cells.push(quoted.cell);
      } else {
        end = this.#cellEnd(first);
        if (end !== undefined) {
          record.cells.push(this.#text.slice(first, end).trim());
          record.strayQuote ||= this.#quote.from(this.#text, first) < end;
        }
      }
      if ((end ?? this.#text.length) - start > MAX_RECORD_CHARS) {
        throw new CsvBreakError('too long', record.line);
      }
      if (end === undefined) {
        if (this.#isWhole) throw new CsvBreakError('unclosed quote', record.line);
        this.#lookAgain();
        return undefined;
      }
      at = end + 1;
      if (this.#text[end] !== this.delimiter) {
        this.#at = at;
        this.#line += breaks + 1;
        return record;
      }
    }
  }

  /** The text has become another, or the record is begun again. */
  #lookAgain(): void {
    for (const sign of [this.#delimiter, this.#quote, this.#lineEnd]) sign.forget();
  }

  /** Skips blanks, which may precede a quote; a delimiter is no blank. */
  #afterBlanks(from: number): number {
    let at = from;
    for (; ; at += 1) {
      const sign = this.#text[at];
      if ((sign !== ' ' && sign !== '\t') || sign === this.delimiter) return at;
    }
  }

  /** Where an unquoted cell ends: at its delimiter, the line's end, or the text's end. */
  #cellEnd(from: number): number | undefined {
    const { length } = this.#text;
    const delimiter = this.#delimiter.from(this.#text, from);
    const end = Math.min(delimiter, this.#lineEnd.from(this.#text, from));
    return end < length ? end : this.#isWhole ? length : undefined;
  }

  /** @param first where its quote is */
  #quoted(
    first: number,
    firstLine: number,
  ): { cell: string; breaks: number; end: number } | undefined {
    const text = this.#text;
    let cell = '';
    let from = first + 1;
    for (;;) {
      const quote = this.#quote.from(text, from);
      // The character after a quote decides what it is.
      if (quote >= text.length - (this.#isWhole ? 0 : 1)) return undefined;
      cell += text.slice(from, quote);
      from = quote + 1;
      if (text[from] !== '"') break;
      cell += '"';
      from += 1;
    }
    const breaks = countBreaks(cell);
    const end = this.#afterBlanks(from);
    if (end >= text.length) return this.#isWhole ? { cell, breaks, end } : undefined;
    if (text[end] === this.delimiter || text[end] === '\n') return { cell, breaks, end };
    throw new CsvBreakError('text after quote', firstLine + breaks);
  }
}

/** Finds the next occurrence of a character. */
class NextSign {
  #found = -1;

  constructor(private readonly sign: string) {}

  /** Its place in the text, at `from` or later; the end of the text if there is none. */
  from(text: string, from: number): number {
    if (this.#found < from) {
      const found = text.indexOf(this.sign, from);
      this.#found = found < 0 ? text.length : found;
    }
    return this.#found;
  }

  forget(): void {
    this.#found = -1;
  }
}

function countBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
