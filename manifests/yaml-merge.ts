// The fields of a YAML map, with those that `<<` brings into it from others.
import { isAlias, isMap, isSeq, type Node, type YAMLMap } from 'yaml';
import { MAX_COLUMNS, MAX_MERGED_FIELDS, MAX_YAML_DEPTH } from './limits.js';
import { type Fault, UnreadableManifest } from './problems.js';
import { MERGE } from './yaml-aliases.js';
import { keyOf, type YamlContext } from './yaml-nodes.js';

export interface YamlField {
  /** Undefined if the key is no plain name. */
  name: string | undefined;
  node: unknown;
  line: number;
}

/**
 * A map's own fields, then those merged into it that it has not itself; of several the first counts.
 * @param line of the map
 * @throws UnreadableManifest when what is merged is no map, or grows beyond all use
 */
export function fieldsOf(map: YAMLMap, context: YamlContext, line: number): YamlField[] {
  const fields: YamlField[] = [];
  const merges: { node: unknown; line: number }[] = [];
  for (const pair of map.items) {
    const name = keyOf(pair);
    const field = { name, node: pair.value, line: context.lineOf(pair.key as Node | null, line) };
    if (name === MERGE) merges.push(field);
    else fields.push(field);
  }
  if (merges.length === 0) return fields;
  const names = new Set(fields.map(({ name }) => name));
  const seen = new Set<unknown>([map]);
  for (const merge of merges) {
    const add = (name: string | undefined, node: unknown): void => {
      if (names.has(name)) return;
      if (names.size >= MAX_COLUMNS) throw unreadable(merge.line, TOO_WIDE);
      names.add(name);
      fields.push({ name, node, line: merge.line });
    };
    bring(merge.node, { context, line: merge.line, seen, add }, 1);
  }
  return fields;
}

interface Merging {
  context: YamlContext;
  line: number;
  /** Maps that are in already: a second time they bring nothing. */
  seen: Set<unknown>;
  add: (name: string | undefined, node: unknown) => void;
}

/** Adds what a merge brings, the first of a name before the others. */
function bring(node: unknown, merging: Merging, depth: number): void {
  const { context, line, seen, add } = merging;
  if (depth > MAX_YAML_DEPTH) throw unreadable(line, TOO_DEEP);
  if (isSeq(node)) {
    for (const part of node.items) bring(part, merging, depth);
    return;
  }
  const map = isAlias(node) ? context.aliases.get(node) : node;
  if (!isMap(map)) throw unreadable(line, NO_MAP);
  context.merged.count += map.items.length + 1;
  if (context.merged.count > MAX_MERGED_FIELDS) throw unreadable(line, TOO_MUCH);
  if (seen.has(map)) return;
  seen.add(map);
  const merges: unknown[] = [];
  for (const pair of map.items) {
    const name = keyOf(pair);
    if (name === MERGE) merges.push(pair.value);
    else add(name, pair.value);
  }
  for (const merge of merges) bring(merge, merging, depth + 1);
}

function unreadable(line: number, fault: Fault): UnreadableManifest {
  return new UnreadableManifest([{ ...fault, line }]);
}

const NO_MAP: Fault = {
  fault: '<< takes a map, an alias of one, or a list of these',
  remedy: 'name an anchor of a map, as <<: *base',
};

const TOO_DEEP: Fault = {
  fault: `what << brings is itself merged, more than ${MAX_YAML_DEPTH} levels deep`,
  remedy: 'write the fields out',
};

const TOO_WIDE: Fault = {
  fault: `<< brings a map more than ${MAX_COLUMNS} fields`,
  remedy: 'remove those that are not needed',
};

const TOO_MUCH: Fault = {
  fault: `<< brings more than ${MAX_MERGED_FIELDS} fields into the clips`,
  remedy: 'use `defaults` for what clips have in common',
};
