// Reads the list of clips of a YAML manifest.
import { isAlias, isMap, isSeq, type Node, type YAMLSeq } from 'yaml';
import type { NamedFields } from './named-fields.js';
import type { RawRow } from './source.js';
import { fieldsOf } from './yaml-merge.js';
import { textOf, type YamlContext } from './yaml-nodes.js';

const ROWS_AT_A_TIME = 500;

/** The clips in file order. */
export function* readYamlClips(
  clips: YAMLSeq,
  context: YamlContext,
  named: NamedFields,
): Generator<RawRow[]> {
  const seqLine = context.lineOf(clips);
  for (let from = 0; from < clips.items.length; from += ROWS_AT_A_TIME) {
    yield clips.items
      .slice(from, from + ROWS_AT_A_TIME)
      .map((item) => readClip(item as Node | null, context, named, seqLine));
  }
}

function readClip(
  node: Node | null,
  context: YamlContext,
  named: NamedFields,
  seqLine: number,
): RawRow {
  const line = context.lineOf(node, seqLine);
  if (!isMap(node)) {
    const fault = { line, fault: 'the clip is not a map', remedy: 'give it fields, as file_link' };
    return { line, fields: new Map(), faults: [fault] };
  }
  const own = new Set<unknown>(node.items.map(({ value }) => value));
  let addedChars = 0;
  const fields = fieldsOf(node, context, line).map((field) => {
    const text = textOf(field.node, context);
    // Values of aliases and merges are in the file only once.
    if (isAlias(field.node) || !own.has(field.node)) {
      addedChars += (field.name?.length ?? 0) + (text?.length ?? 0);
    }
    return { name: field.name, text, kind: kindOf(field.node), line: field.line };
  });
  return { ...named.row(line, fields), addedChars };
}

function kindOf(node: unknown): 'a list' | 'a map' {
  return isSeq(node) ? 'a list' : 'a map';
}
