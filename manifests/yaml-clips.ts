// Reads the list of clips of a YAML manifest.
import { isMap, isSeq, type Node, type YAMLSeq } from 'yaml';
import type { Fault } from './problems.js';
import type { RawRow } from './source.js';
import { keyOf, textOf, type YamlContext } from './yaml-nodes.js';

const ROWS_AT_A_TIME = 500;

/** The clips in file order. */
export function* readYamlClips(clips: YAMLSeq, context: YamlContext): Generator<RawRow[]> {
  const seqLine = context.lineOf(clips);
  for (let from = 0; from < clips.items.length; from += ROWS_AT_A_TIME) {
    yield clips.items
      .slice(from, from + ROWS_AT_A_TIME)
      .map((item) => readClip(item as Node | null, context, seqLine));
  }
}

function readClip(node: Node | null, context: YamlContext, seqLine: number): RawRow {
  const line = context.lineOf(node, seqLine);
  const fields = new Map<string, string>();
  const lines = new Map<string, number>();
  const faults: Fault[] = [];
  if (!isMap(node)) {
    const fault = { line, fault: 'the clip is not a map', remedy: 'give it fields, as file_link' };
    return { line, fields, faults: [fault] };
  }
  for (const pair of node.items) {
    const fieldLine = context.lineOf(pair.key as Node | null, line);
    const name = keyOf(pair);
    const text = textOf(pair.value, context);
    if (name === undefined) {
      faults.push({ line: fieldLine, fault: 'a field has no plain name', remedy: 'name it' });
    } else if (text === undefined) {
      faults.push({
        line: fieldLine,
        fault: `field ${name} is ${isSeq(pair.value) ? 'a list' : 'a map'}, not a single value`,
        remedy: name === '<<' ? 'use `defaults` for shared fields' : 'write it as one text',
      });
    } else if (text !== '') {
      fields.set(name, text);
    }
    if (name !== undefined) lines.set(name, fieldLine);
  }
  return { line, fields, lines, faults };
}
