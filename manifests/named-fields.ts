// Fields of rows that each name their own (YAML, JSON), taken for what their names mean.
import { isOwnResult, isResultOnly, meantColumn, type ColumnMap } from './columns.js';
import { MAX_COLUMNS } from './limits.js';
import type { Fault } from './problems.js';
import type { RawRow } from './source.js';

/** A field as it stands in the file. */
export interface NamedField {
  /** Trimmed, in NFC; undefined if it is no plain text. */
  name: string | undefined;
  /** Undefined if it is no single value. */
  text: string | undefined;
  /** What it is in place of a single value. */
  kind?: 'a list' | 'a map';
  line: number;
}

/** Makes rows of the fields of one file. */
export class NamedFields {
  /** Names that are kept as they are: most of them, so looked up once. */
  readonly #plain = new Set<string>();
  readonly #noted = new Set<string>();
  #ownResults = false;

  constructor(private readonly map: ColumnMap = {}) {}

  /** Whether one of the rows comes from our own results. */
  get ownResults(): boolean {
    return this.#ownResults;
  }

  /** @param line where the row begins */
  row(line: number, written: readonly NamedField[]): RawRow {
    const names = new Set(written.map(({ name }) => name ?? ''));
    const isOwn = isOwnResult(names);
    this.#ownResults ||= isOwn;
    const fields = new Map<string, string>();
    const lines = new Map<string, number>();
    const spelt = new Map<string, string>();
    const faults: Fault[] = [];
    const warnings: Fault[] = [];
    for (const field of written) {
      const at = { line: field.line };
      if (field.name === undefined) {
        faults.push({ ...at, fault: 'a field has no plain name', remedy: 'name it' });
        continue;
      }
      if (isOwn && isResultOnly(field.name)) continue;
      const meant = this.#meantBy(field.name, names);
      if ('fault' in meant) {
        faults.push({ ...at, ...meant.fault });
        continue;
      }
      const { name, note } = meant;
      if (lines.has(name)) {
        faults.push({
          ...at,
          fault: `field ${field.name} is taken for ${name}, which the clip has already`,
          remedy: 'remove one of them',
        });
        continue;
      }
      lines.set(name, field.line);
      if (note !== undefined && !this.#noted.has(field.name)) {
        this.#noted.add(field.name);
        warnings.push({ ...at, ...note });
      }
      if (name !== field.name) spelt.set(field.name, name);
      if (field.text === undefined) faults.push({ ...at, ...noSingleValue(field) });
      else if (field.text !== '') fields.set(name, field.text);
    }
    return { line, fields, lines, spelt, faults, warnings };
  }

  #meantBy(name: string, names: ReadonlySet<string>): ReturnType<typeof meantColumn> {
    if (this.#plain.has(name)) return { name };
    const meant = meantColumn(name, names, this.map);
    if ('name' in meant && meant.name === name && this.#plain.size < MAX_COLUMNS) {
      this.#plain.add(name);
    }
    return meant;
  }
}

function noSingleValue({ name, kind = 'a map' }: NamedField): Omit<Fault, 'line'> {
  return {
    fault: `field ${name ?? ''} is ${kind}, not a single value`,
    remedy: name === '<<' ? 'use `defaults` for shared fields' : 'write it as one text',
  };
}
