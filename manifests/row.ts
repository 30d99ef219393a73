// Turns a raw row into a clip. The rules of a row, alike for every format.
import { expiryOf } from './link-expiry.js';
import type { Clip } from '../contract/clip.js';
import { type ClipIds, faultOfId, normalizeId } from './clip-id.js';
import { isExtraColumn, KNOWN_COLUMNS } from './columns.js';
import { excerptOf, fragmentOf } from './excerpt.js';
import { meantLink } from './file-link.js';
import { MAX_COLUMNS, MAX_FIELD_CHARS, MAX_INHERITED_CHARS } from './limits.js';
import { KeyIndex } from './key-index.js';
import { likelyColumn } from './likely-column.js';
import { createSuggestions, type Suggestions } from './nearest.js';
import { type Fault, formatFault, type ProblemLog, UnreadableManifest } from './problems.js';
import { fillPrompt, type PromptFields } from './prompt-template.js';
import { isLongPrompt, RECOMMENDED_TOKENS } from './prompt-tokens.js';
import type { ReadOptions } from './read-options.js';
import type { RawRow, Source } from './source.js';

/** Control characters but tab and line ends. */
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
/** Surrogates, paired or not. */
const HALVES = /[\ud800-\udfff]/;
const LONE_HALF = /\p{Cs}/u;

/** Notes a fault of a field, if there is one. */
type Blame = (field: string, fault: Fault | undefined) => void;

/** Where in the file something stands. */
type Place = Required<Pick<Fault, 'line'>> & Pick<Fault, 'cell'>;

/** Reads the rows of one manifest, in order. */
export class RowReader {
  /** The manifest's own columns, in order of appearance. */
  readonly extraColumns: Set<string>;
  readonly #defaults: Source['defaults'];
  readonly #columns: ReadonlySet<string> | undefined;
  readonly #pairs = new KeyIndex();
  readonly #suggestions = createSuggestions();
  readonly #hints: { suggestions: Suggestions; named: boolean };
  #rows = 0;
  #inherited = 0;

  constructor(
    private readonly source: Pick<Source, 'columns' | 'defaults' | 'cellOf'>,
    private readonly ids: ClipIds,
    private readonly logs: Record<'problems' | 'warnings', ProblemLog>,
    private readonly options: Pick<
      ReadOptions,
      'base' | 'prompt' | 'excerpts' | 'takes' | 'submittedAt'
    >,
  ) {
    this.#defaults = withPrompt(source.defaults, options.prompt);
    this.extraColumns = new Set(source.columns?.filter(isExtraColumn));
    this.#columns = source.columns && new Set(source.columns);
    this.#hints = { suggestions: this.#suggestions, named: source.columns !== undefined };
  }

  /** The row's clip; one that cannot be submitted has its `fault`. */
  read(raw: RawRow): Clip {
    const row = this.#rows;
    this.#rows += 1;
    const faults = [...raw.faults];
    const at = (field: string) => this.placeOf(raw, field);
    const blame: Blame = (field, fault) => {
      if (fault !== undefined) faults.push({ ...at(field), ...fault });
    };

    this.#inherit(raw.addedChars ?? 0);
    const fields = this.#withDefaults(raw.fields);
    this.#checkFields(raw, fields, blame);
    const { id, made } = this.#takeId(raw, row, blame);
    const fileLink = this.#link(raw, fields, blame);
    const excerpt = this.options.excerpts ? excerptOf(fields, blame) : undefined;
    const prompt = this.#fill(raw, fields, blame);
    const prompts = this.#promptsOfTakes(raw, fields, prompt, blame);

    if (faults.length === 0) {
      this.#warn(raw, at('prompt'), fileLink + fragmentOf(excerpt), prompt);
      this.#warnOfExpiry(at('file_link'), row, fileLink);
    }
    for (const fault of faults) this.logs.problems.add(fault);
    for (const warning of raw.warnings ?? []) this.logs.warnings.add(warning);
    const params = fields.get('params');
    return {
      row,
      line: raw.line,
      id,
      ...(made && { idMade: true as const }),
      fileLink,
      ...(excerpt && { excerpt }),
      prompt,
      ...(prompts && { prompts }),
      ...(params === undefined ? {} : { params }),
      extra: this.#extra(fields),
      ...(faults.length === 0 ? {} : { fault: faults.map(formatFault).join('; ') }),
    };
  }

  /** Where a field stands. */
  placeOf(raw: RawRow, field: string): Place {
    const line = raw.lines?.get(field) ?? raw.line;
    const cell = this.source.cellOf?.(line, field);
    return { line, ...(cell !== undefined && { cell }) };
  }

  #link(raw: RawRow, fields: ReadonlyMap<string, string>, blame: Blame): string {
    const text = fields.get('file_link')?.trim() ?? '';
    if (text === '') {
      // Fields of a row that the format's reader found broken may be missing for that reason.
      if (raw.faults.length === 0) blame('file_link', missing('file_link', fields, this.#hints));
      return '';
    }
    const meant = meantLink(text, this.options.base);
    if ('link' in meant) return meant.link;
    blame('file_link', meant.fault);
    return text;
  }

  #withDefaults(own: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
    const defaults = this.#defaults;
    if (defaults.size === 0) return own;
    const fields = new Map(own);
    for (const [name, value] of defaults) {
      if (fields.has(name)) continue;
      fields.set(name, value);
      this.#inherit(value.length + 1);
    }
    return fields;
  }

  #inherit(chars: number): void {
    this.#inherited += chars;
    if (this.#inherited > MAX_INHERITED_CHARS) throw new UnreadableManifest([TOO_MUCH_INHERITED]);
  }

  #checkFields(raw: RawRow, fields: ReadonlyMap<string, string>, blame: Blame): void {
    for (const [name, value] of fields) {
      if (value.length > MAX_FIELD_CHARS) {
        blame(name, {
          fault: `${name} has ${value.length} characters, at most ${MAX_FIELD_CHARS} are allowed`,
          remedy: 'shorten it',
        });
      }
      if (hasOddCharacter(value) && name !== 'id' && name !== 'file_link') {
        blame(name, { fault: `${name} holds a control character`, remedy: 'remove it' });
      }
    }
    if (this.source.columns !== undefined) return;
    for (const name of raw.lines?.keys() ?? fields.keys()) {
      if (!isExtraColumn(name) || this.extraColumns.has(name)) continue;
      if (this.extraColumns.size < MAX_COLUMNS) this.extraColumns.add(name);
      else blame(name, TOO_MANY_FIELDS);
    }
    for (const name of this.#defaults.keys()) {
      if (isExtraColumn(name)) this.extraColumns.add(name);
    }
  }

  #takeId(raw: RawRow, row: number, blame: Blame): { id: string; made?: true } {
    const id = normalizeId(raw.fields.get('id')?.trim() ?? '');
    const madeUp = () => ({ id: this.ids.make(row), made: true as const });
    if (id === '') return madeUp();
    const fault = faultOfId(id);
    if (fault !== undefined) {
      blame('id', fault);
      return madeUp();
    }
    const earlier = this.ids.claim(id, raw.line);
    if (earlier === undefined) return { id };
    blame('id', {
      fault: `id ${id} is taken by line ${earlier}`,
      remedy: 'give each clip its own id; upper and lower case count as the same',
    });
    return madeUp();
  }

  #fill(raw: RawRow, fields: ReadonlyMap<string, string>, blame: Blame): string {
    const template = fields.get('prompt')?.trim() ?? '';
    if (template === '') {
      if (raw.faults.length === 0) blame('prompt', missing('prompt', fields, this.#hints));
      return '';
    }
    return this.#filled('prompt', template, raw, fields, blame);
  }

  /** Takes without a prompt of their own have that of the row. Undefined if none has one. */
  #promptsOfTakes(
    raw: RawRow,
    fields: ReadonlyMap<string, string>,
    prompt: string,
    blame: Blame,
  ): string[] | undefined {
    const { takes = 1 } = this.options;
    const columns = Array.from({ length: takes - 1 }, (_, at) => `prompt_${at + 2}`);
    const own = columns.map((column) => fields.get(column)?.trim() ?? '');
    if (own.every((template) => template === '')) return undefined;
    return columns.map((column, at) => {
      const template = own[at] ?? '';
      return template === '' ? prompt : this.#filled(column, template, raw, fields, blame);
    });
  }

  #filled(
    column: string,
    template: string,
    raw: RawRow,
    fields: ReadonlyMap<string, string>,
    blame: Blame,
  ): string {
    // That it is too long is reported already.
    if (template.length > MAX_FIELD_CHARS) return template;
    const filled = fillPrompt(template, {
      ...{ fields, names: this.#columns ?? namesOf(fields) },
      ...{ spelt: raw.spelt, suggestions: this.#suggestions },
    });
    if ('prompt' in filled) return filled.prompt;
    for (const fault of filled.faults) blame(column, fault);
    return template;
  }

  #extra(fields: ReadonlyMap<string, string>): Record<string, string> {
    const names = this.source.columns ?? [...fields.keys()];
    const extra: Record<string, string> = {};
    for (const name of names) {
      if (this.extraColumns.has(name)) extra[name] = fields.get(name) ?? '';
    }
    return extra;
  }

  #warnOfExpiry(place: Place, row: number, fileLink: string): void {
    const submitted = this.options.submittedAt?.(row);
    const expiry = submitted === undefined ? undefined : expiryOf(fileLink);
    if (submitted === undefined || expiry === undefined || expiry > submitted) return;
    const at = isoText(expiry);
    this.logs.warnings.add({
      ...place,
      fault:
        expiry <= Date.now()
          ? `file_link expired at ${at}`
          : `file_link expires at ${at}, before its submission, which is expected at ${isoText(submitted)}`,
      remedy: 'sign it again, for longer, or set a faster pace',
    });
  }

  #warn(raw: RawRow, prompt: Place, clip: string, text: string): void {
    if (isLongPrompt(text)) {
      this.logs.warnings.add({
        ...prompt,
        fault: `prompt has ${RECOMMENDED_TOKENS} tokens or more, as estimated`,
        remedy: `the vendor recommends fewer than ${RECOMMENDED_TOKENS}; shorten it for best results`,
      });
    }
    const earlier = this.#pairs.add(`${clip}\n${text}`, raw.line);
    if (earlier !== undefined) {
      this.logs.warnings.add({
        line: raw.line,
        fault: `same clip and prompt as line ${earlier}`,
        remedy: 'remove one of the rows, or both are submitted and paid for',
      });
    }
  }
}

/** To the second. */
function isoText(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The cheap checks first: every field passes here. */
function hasOddCharacter(text: string): boolean {
  return CONTROL.test(text) || (HALVES.test(text) && LONE_HALF.test(text));
}

const TOO_MANY_FIELDS: Fault = {
  fault: `the clips have more than ${MAX_COLUMNS} different fields`,
  remedy: 'remove those that are not needed',
};

const TOO_MUCH_INHERITED: Fault = {
  fault: `defaults, aliases and columns that rows leave out add more than ${MAX_INHERITED_CHARS} characters to the clips`,
  remedy: 'shorten them, or split the manifest',
};

function withPrompt(defaults: Source['defaults'], prompt: string | undefined): Source['defaults'] {
  return prompt === undefined ? defaults : new Map([['prompt', prompt], ...defaults]);
}

function namesOf(fields: ReadonlyMap<string, string>): PromptFields['names'] {
  return { has: (name) => fields.has(name), [Symbol.iterator]: () => fields.keys() };
}

/** @param named every row has the columns of a header, where the field has one of its own */
function missing(
  field: 'file_link' | 'prompt',
  fields: ReadonlyMap<string, string>,
  { suggestions, named }: { suggestions: Suggestions; named: boolean },
): Fault {
  const others = [...fields.keys()].filter(
    (name) => !KNOWN_COLUMNS.some((known) => known === name),
  );
  const near =
    others.length === 0
      ? undefined
      : (suggestions.nearest(field, others) ?? (named ? undefined : likelyColumn(field, others)));
  const usual = field === 'file_link' ? 'add a URL or remove the row' : 'say what music is wanted';
  return { fault: `${field} is empty`, remedy: near === undefined ? usual : `is it in ${near}?` };
}
