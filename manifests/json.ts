// Reads JSON, a clip at a time; whole files and JSON Lines.
import { JsonFault, JsonText, type JsonPlace } from './json-text.js';
import { checkHead, NO_VALUE, type HeadField } from './head.js';
import { MAX_JSON_BYTES, MAX_JSON_LINE_CHARS } from './limits.js';
import { NamedFields, type NamedField } from './named-fields.js';
import { type Fault, UnreadableManifest } from './problems.js';
import { readAll } from './read-all.js';
import type { RawRow, Source, SourceOptions } from './source.js';

const ROWS_AT_A_TIME = 500;
const SHAPE = 'give it a list of clips, or a key `clips` with one';

/**
 * Opens a JSON file: a list of clips, or a map with `clips`, `name` and `defaults`.
 * @param chunks UTF-8 with \n line ends, in chunks that end between characters
 * @throws UnreadableManifest
 */
export async function openJson(
  chunks: AsyncIterable<Buffer>,
  { map }: SourceOptions = {},
): Promise<Source> {
  const text = await readAll(chunks, {
    maxBytes: MAX_JSON_BYTES,
    what: 'a JSON manifest',
    remedy: 'write it as JSON Lines or CSV, which are read in flat memory',
  });
  const named = new NamedFields(map);
  const { clips, ...head } = orUnreadable(() => findClips(text));
  return {
    ...head,
    get ownResults() {
      return named.ownResults;
    },
    rows: rowsOf(new JsonText(text, clips), named),
  };
}

/** Opens JSON Lines: a clip a line. @throws UnreadableManifest */
export function openJsonLines(chunks: AsyncIterable<Buffer>, { map }: SourceOptions = {}): Source {
  const named = new NamedFields(map);
  return {
    defaults: new Map(),
    get ownResults() {
      return named.ownResults;
    },
    rows: rowsOfLines(chunks, named),
  };
}

function orUnreadable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    throw new UnreadableManifest([error.fault], { cause: error });
  }
}

/** Where the list of clips is, and what stands beside it. */
function findClips(text: string): Omit<Source, 'rows'> & { clips: JsonPlace } {
  const json = new JsonText(text);
  const first = json.peek();
  if (first === '') throw fail('the file is empty', SHAPE);
  if (first === '[') {
    const clips = json.place();
    json.skip();
    json.end();
    return { defaults: new Map(), clips };
  }
  if (first !== '{') throw fail('the file holds neither a map nor a list', SHAPE);
  const fields: HeadField[] = [];
  let clips: JsonPlace | undefined;
  for (const { name, line } of json.keys()) {
    if (name === 'clips' && json.peek() === '[') {
      clips = json.place();
      json.skip();
      fields.push({ name, line, value: NO_VALUE });
    } else if (json.peek() === '{') {
      const inner = [...mapFields(json)];
      fields.push({ name, line, value: NO_VALUE, fields: inner });
    } else fields.push(fieldOf(name, line, json));
  }
  json.end();
  const hasClips = clips !== undefined && new JsonText(text, clips).elements().next().done !== true;
  const { name, ...head } = checkHead(fields, hasClips);
  if (clips === undefined) throw new Error('unreachable');
  return { ...(name !== undefined && { name }), ...head, clips };
}

function* mapFields(json: JsonText): Generator<HeadField> {
  for (const { name, line } of json.keys()) yield fieldOf(name, line, json);
}

function fieldOf(name: string, line: number, json: JsonText): HeadField {
  const value = json.value();
  return 'text' in value ? { name, line, ...value } : { name, line, value: NO_VALUE };
}

function* rowsOf(json: JsonText, named: NamedFields): Generator<RawRow[]> {
  let rows: RawRow[] = [];
  const elements = json.elements();
  for (;;) {
    const next = orUnreadable(() => elements.next());
    if (next.done === true) break;
    const { line } = next.value;
    rows.push(orUnreadable(() => readClip(json, line, named)));
    if (rows.length < ROWS_AT_A_TIME) continue;
    yield rows;
    rows = [];
  }
  if (rows.length > 0) yield rows;
}

function readClip(json: JsonText, line: number, named: NamedFields): RawRow {
  if (json.peek() !== '{') {
    json.value();
    const fault = { line, fault: 'the clip is not a map', remedy: 'give it fields, as file_link' };
    return faulty(fault);
  }
  const fields: NamedField[] = [];
  for (const key of json.keys()) {
    const value = json.value();
    fields.push({
      ...key,
      ...('text' in value ? { text: value.text } : { text: undefined, ...value }),
    });
  }
  return named.row(line, fields);
}

async function* rowsOfLines(
  chunks: AsyncIterable<Buffer>,
  named: NamedFields,
): AsyncGenerator<RawRow[]> {
  let line = 0;
  let rest = '';
  const rowOf = (text: string): RawRow[] => {
    line += 1;
    if (text.length > MAX_JSON_LINE_CHARS) throw tooLong(line);
    if (text.trim() === '') return [];
    try {
      const json = new JsonText(text, { at: 0, line });
      const row = readClip(json, line, named);
      json.end();
      return [row];
    } catch (error) {
      // The next line is another clip.
      if (error instanceof JsonFault) return [faulty(error.fault)];
      throw error;
    }
  };
  for await (const chunk of chunks) {
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_JSON_LINE_CHARS) throw tooLong(line + lines.length + 1);
    for (let from = 0; from < lines.length; from += ROWS_AT_A_TIME) {
      yield lines.slice(from, from + ROWS_AT_A_TIME).flatMap(rowOf);
    }
  }
  yield rowOf(rest);
}

function tooLong(line: number): UnreadableManifest {
  const fault = `the line is longer than ${MAX_JSON_LINE_CHARS} characters`;
  const remedy = 'JSON Lines have one clip a line; the lines after it were not read';
  return new UnreadableManifest([{ line, fault, remedy }]);
}

function faulty(fault: Fault & { line: number }): RawRow {
  return { line: fault.line, fields: new Map(), faults: [fault] };
}

function fail(fault: string, remedy: string): UnreadableManifest {
  return new UnreadableManifest([{ fault, remedy }]);
}
