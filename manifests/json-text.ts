// Parses JSON text step by step in linear time, and knows its lines.
import { MAX_COLUMNS, MAX_YAML_DEPTH } from './limits.js';
import type { Fault } from './problems.js';

/** Where the text is no JSON, or more than a manifest may be. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';

  constructor(readonly fault: Fault & { line: number }) {
    super(fault.fault);
  }
}

/** A scalar with its source text, or the kind of what was skipped in its place. */
export type JsonValue = { text: string; value: unknown } | { kind: 'a list' | 'a map' };

/** A position to which a reader can return. */
export interface JsonPlace {
  at: number;
  line: number;
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const WORD = /[-+.\w]*/y;
const WORDS = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** A reader that stands somewhere in a text. */
export class JsonText {
  #at: number;
  #line: number;
  /** The next line break that is not counted yet. */
  #break: number;

  constructor(
    private readonly text: string,
    { at, line }: JsonPlace = { at: 0, line: 1 },
  ) {
    this.#at = at;
    this.#line = line;
    this.#break = this.#breakFrom(at);
  }

  /** The next character that is no blank; '' at the end. */
  peek(): string {
    const { text } = this;
    while (isBlank(text.charCodeAt(this.#at))) this.#at += 1;
    return text.charAt(this.#at);
  }

  /** Where the next sign is that is no blank. */
  place(): JsonPlace {
    this.peek();
    for (; this.#break < this.#at; this.#break = this.#breakFrom(this.#break + 1)) this.#line += 1;
    return { at: this.#at, line: this.#line };
  }

  /**
   * The keys of the map that begins here; the value of each is to be read before the next key.
   * A comma after the last one is let pass, here and in lists.
   */
  *keys(): Generator<{ name: string; line: number }> {
    this.#pass('{');
    for (let count = 1; !this.#ends('}'); count += 1) {
      if (count > MAX_COLUMNS) {
        const fault = `a map has more than ${MAX_COLUMNS} fields`;
        throw this.#fault(fault, 'remove those that are not needed');
      }
      const { line } = this.place();
      if (this.peek() !== '"') throw this.#unexpected('a name in quotes');
      const name = this.#string();
      this.#pass(':');
      yield { name: name.trim().normalize('NFC'), line };
      this.#between('}');
    }
  }

  /** The elements of the list that begins here; each is to be read before the next. */
  *elements(): Generator<JsonPlace> {
    this.#pass('[');
    while (!this.#ends(']')) {
      yield this.place();
      this.#between(']');
    }
  }

  value(): JsonValue {
    const sign = this.peek();
    if (sign === '"') {
      const text = this.#string();
      return { text, value: text };
    }
    if (sign === '{' || sign === '[') {
      this.skip();
      return { kind: sign === '{' ? 'a map' : 'a list' };
    }
    WORD.lastIndex = this.#at;
    const word = WORD.exec(this.text)?.[0] ?? '';
    const isNumber = NUMBER.test(word);
    if (!isNumber && !WORDS.has(word)) throw this.#unexpected('a value');
    this.#at += word.length;
    return { text: word === 'null' ? '' : word, value: isNumber ? Number(word) : WORDS.get(word) };
  }

  /** Skips a value, of which only strings and brackets are examined. */
  skip(): void {
    const ends: string[] = [];
    do {
      const sign = this.peek();
      if (sign === '{' || sign === '[') {
        ends.push(sign === '{' ? '}' : ']');
        this.#at += 1;
        if (ends.length > MAX_YAML_DEPTH) {
          throw this.#fault(
            `lists and maps are nested deeper than ${MAX_YAML_DEPTH} levels`,
            'a manifest needs a list of clips with plain fields',
          );
        }
      } else if (sign === ends.at(-1)) {
        ends.pop();
        this.#at += 1;
      } else if (ends.length > 0 && (sign === ',' || sign === ':')) this.#at += 1;
      else this.value();
    } while (ends.length > 0);
  }

  /** @throws JsonFault if more follows */
  end(): void {
    if (this.peek() !== '') throw this.#unexpected('nothing more');
  }

  #breakFrom(from: number): number {
    const found = this.text.indexOf('\n', from);
    return found < 0 ? this.text.length : found;
  }

  #pass(sign: string): void {
    if (this.peek() !== sign) throw this.#unexpected(sign);
    this.#at += 1;
  }

  #ends(end: string): boolean {
    if (this.peek() !== end) return false;
    this.#at += 1;
    return true;
  }

  /** Past the comma after an element; the end may follow without one. */
  #between(end: string): void {
    const sign = this.peek();
    if (sign === ',') this.#at += 1;
    else if (sign !== end) throw this.#unexpected(`, or ${end}`);
  }

  #string(): string {
    const { text } = this;
    const start = this.#at;
    let end = start;
    do {
      end = text.indexOf('"', end + 1);
      if (end < 0) throw this.#fault('syntax: a quote is never closed', 'close it');
    } while (isEscaped(text, end));
    const written = text.slice(start, end + 1);
    this.#at = end + 1;
    if (!/[\\\u0000-\u001f]/.test(written)) return written.slice(1, -1);
    try {
      return JSON.parse(written) as string;
    } catch {
      this.#at = start;
      throw this.#fault(
        'syntax: a text in quotes holds a line break, or a backslash that means nothing',
        'close the quote, or write them as \\n and \\\\',
      );
    }
  }

  #unexpected(wanted: string): JsonFault {
    const found = this.peek();
    const what = found === '' ? 'the end' : JSON.stringify(found);
    return this.#fault(
      `syntax: expected ${wanted}, found ${what}`,
      'correct it there or on the line before',
    );
  }

  #fault(fault: string, remedy: string): JsonFault {
    return new JsonFault({ line: this.place().line, fault, remedy });
  }
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;
}

/** Whether an odd number of backslashes stands before a quote. */
function isEscaped(text: string, quote: number): boolean {
  let at = quote;
  while (text.charAt(at - 1) === '\\') at -= 1;
  return (quote - at) % 2 === 1;
}
