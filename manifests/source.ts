// What a format's reader gives: rows as text, with their lines. It knows no rules about clips.
import type { ColumnMap } from './columns.js';
import type { Fault } from './problems.js';

/** One row as it stands in the file. */
export interface RawRow {
  /** Line where the row begins, from 1. */
  line: number;
  /** Fields by name, in file order; an empty one is left out. */
  fields: Map<string, string>;
  /** Kept names of fields by the names that the file gives them, where these differ. */
  spelt?: ReadonlyMap<string, string>;
  /** Characters of a clip that the file contains only once: names of columns that the row leaves out. */
  addedChars?: number;
  /** Lines of fields that are not on the row's own line. */
  lines?: ReadonlyMap<string, number>;
  /** Faults that the reader found in the row. */
  faults: Fault[];
  /** Warnings of the reader. */
  warnings?: Fault[];
}

/** What a format's reader has to know. */
export interface SourceOptions {
  /** A prompt is given for clips without one, so no column need have it. */
  hasPrompt?: boolean;
  /** What the user said that columns stand for. */
  map?: ColumnMap;
}

/** An opened manifest. Its readers throw `UnreadableManifest` when they cannot go on. */
export interface Source {
  /** The manifest's own name for itself. */
  name?: string;
  /** Values for fields that a row leaves out. */
  defaults: ReadonlyMap<string, string>;
  /** Every column in file order; absent where each row names its own fields. */
  columns?: readonly string[];
  /** Name of the cell of a field, where the file has cells: `Sheet1!B7`. */
  cellOf?: (line: number, field: string) => string | undefined;
  /** The file is a results.csv, results.xlsx or results.jsonl of ours, as far as it has been read. */
  readonly ownResults?: boolean;
  /** Warnings about the rest of the file. */
  warnings?: readonly Fault[];
  /** The rows in file order, some at a time. Read once. */
  rows: AsyncIterable<RawRow[]> | Iterable<RawRow[]>;
}
