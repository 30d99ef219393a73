// Reads what stands beside the clips of a YAML manifest: name and defaults.
import { isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml';
import type { z } from 'zod';
import { faultOfColumn } from './columns.js';
import { nearestName } from './nearest.js';
import { type Fault, UnreadableManifest } from './problems.js';
import { manifestHeadSchema } from './schema.js';
import { keyOf, textOf, type YamlContext } from './yaml-nodes.js';

export interface YamlHead {
  name: string | undefined;
  defaults: Map<string, string>;
  clips: YAMLSeq;
}

/** @throws UnreadableManifest with every fault of the head */
export function readYamlHead(root: YAMLMap, context: YamlContext): YamlHead {
  const faults: Fault[] = [];
  const plain = new Map<string, unknown>();
  const lines = new Map<string, number>();
  const defaults = new Map<string, string>();
  let clips: unknown;

  for (const pair of root.items) {
    const key = keyOf(pair) ?? '?';
    lines.set(key, context.lineOf(pair.key as Node));
    if (key === 'clips') {
      clips = pair.value;
    } else if (key === 'defaults' && isMap(pair.value)) {
      for (const field of pair.value.items) {
        const name = keyOf(field) ?? '?';
        lines.set(`defaults.${name}`, context.lineOf(field.key as Node));
        const text = textOf(field.value, context);
        if (text !== undefined && text !== '') defaults.set(name, text);
      }
      plain.set(key, toPlain(pair.value, context));
    } else {
      plain.set(key, toPlain(pair.value, context));
    }
  }
  const at = (key: string) => ({ line: lines.get(key) ?? 1 });

  const head = manifestHeadSchema.safeParse(Object.fromEntries(plain));
  for (const issue of head.error?.issues ?? []) {
    for (const [key, fault] of faultsOfIssue(issue)) faults.push({ ...at(key), ...fault });
  }
  for (const name of defaults.keys()) {
    const fault =
      name === 'id'
        ? { fault: 'defaults give an id, which no two clips may share', remedy: 'remove it' }
        : faultOfColumn(name);
    if (fault !== undefined) faults.push({ ...at(`defaults.${name}`), ...fault });
  }
  if (!isSeq(clips) || clips.items.length === 0) {
    const fault = lines.has('clips') ? 'clips is not a list with clips' : 'there is no key clips';
    faults.push({ ...at('clips'), fault, remedy: 'list the clips under `clips:`' });
  }
  if (!isSeq(clips) || faults.length > 0) {
    throw new UnreadableManifest(faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  }
  return { name: head.data?.name, defaults, clips };
}

/** Stands for a list or a map where the schema wants a single value. */
const NO_VALUE = Symbol('no single value');

/** The head as the schema sees it. */
function toPlain(node: unknown, context: YamlContext): unknown {
  if (isMap(node)) {
    return Object.fromEntries(
      node.items.map((pair) => [
        keyOf(pair) ?? '?',
        isMap(pair.value) ? NO_VALUE : toPlain(pair.value, context),
      ]),
    );
  }
  if (isScalar(node)) return node.value;
  return textOf(node, context) ?? NO_VALUE;
}

/** The faults of one finding of zod, each with the key it is at. */
function faultsOfIssue(issue: z.core.$ZodIssue): [string, Fault][] {
  const key = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') return issue.keys.map((name) => [name, unknownKey(name)]);
  if (issue.code === 'too_big' || issue.code === 'too_small') {
    return [[key, { fault: `${key} is too long or empty`, remedy: 'use another text' }]];
  }
  return key === 'defaults'
    ? [[key, { fault: 'defaults is not a map of fields', remedy: 'write `field: value` lines' }]]
    : [[key, { fault: `${key} is not text`, remedy: 'put one value there, in quotes' }]];
}

function unknownKey(name: string): Fault {
  const near = nearestName(name, ['name', 'defaults', 'clips']);
  return {
    fault: `there is no key ${name} in a manifest`,
    remedy:
      near === undefined
        ? 'move it into `defaults` or the clips, or remove it'
        : `did you mean ${near}?`,
  };
}
