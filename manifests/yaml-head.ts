// Reads what stands beside the clips of a YAML manifest.
import { isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import { checkHead, NO_VALUE, type HeadField } from './head.js';
import { nearestName } from './nearest.js';
import type { Source } from './source.js';
import { fieldsOf } from './yaml-merge.js';
import { keyOf, textOf, type YamlContext } from './yaml-nodes.js';

export interface YamlHead extends Required<Pick<Source, 'defaults' | 'warnings'>> {
  name: string | undefined;
  clips: YAMLSeq;
}

/** @throws UnreadableManifest with every fault of the head */
export function readYamlHead(root: YAMLMap, context: YamlContext): YamlHead {
  const fields: HeadField[] = [];
  let clips: YAMLSeq | undefined;
  for (const pair of root.items) {
    const name = keyOf(pair) ?? '?';
    const line = context.lineOf(pair.key as Node);
    if (name === 'clips') {
      if (isSeq(pair.value)) clips = pair.value;
      fields.push({ name, line, value: NO_VALUE });
    } else if (!isForAnchors(name, pair.value)) {
      fields.push(headField(name, line, pair.value, context));
    }
  }
  const head = checkHead(fields, clips !== undefined && clips.items.length > 0);
  if (clips === undefined) throw new Error('a head without clips was taken');
  return { ...head, clips };
}

/** Whether a key of no meaning stands there for the anchors in it, which clips refer to. */
function isForAnchors(name: string, value: unknown): boolean {
  if (nearestName(name, ['name', 'defaults', 'clips', '$schema']) !== undefined) return false;
  if (!isMap(value) && !isSeq(value)) return isScalar(value) && value.anchor !== undefined;
  if (value.anchor !== undefined) return true;
  const parts: unknown[] = isMap(value) ? value.items.map((pair) => pair.value) : value.items;
  return parts.some((part) => (part as Node | null)?.anchor !== undefined);
}

function headField(name: string, line: number, node: unknown, context: YamlContext): HeadField {
  if (!isMap(node)) return { name, line, ...single(node, context) };
  const fields = fieldsOf(node, context, line).map((field) => ({
    name: field.name ?? '?',
    line: field.line,
    ...single(field.node, context),
  }));
  return { name, line, value: NO_VALUE, fields };
}

function single(node: unknown, context: YamlContext): Pick<HeadField, 'text' | 'value'> {
  const text = textOf(node, context);
  if (text === undefined) return { value: NO_VALUE };
  return { text, value: isScalar(node) ? node.value : text };
}
