// Checks what stands beside the clips of a manifest that is no table: name and defaults.
import type { z } from 'zod';
import { meantColumn } from './columns.js';
import { nearestName } from './nearest.js';
import { type Fault, UnreadableManifest } from './problems.js';
import { manifestHeadSchema } from './schema.js';
import type { Source } from './source.js';

/** Stands for a list or a map where the schema wants a single value. */
export const NO_VALUE = Symbol('no single value');

/** A field as it stands in the file. */
export interface HeadField {
  name: string;
  line: number;
  /** As the file writes it, if it is a single value. */
  text?: string;
  value: unknown;
  /** Of a map. */
  fields?: HeadField[];
}

/**
 * @param hasClips there is a list of clips, and one in it
 * @throws UnreadableManifest with every fault of the head
 */
export function checkHead(
  fields: readonly HeadField[],
  hasClips: boolean,
): Required<Pick<Source, 'defaults' | 'warnings'>> & { name: string | undefined } {
  const faults: Fault[] = [];
  const lines = new Map<string, number>();
  const plain = new Map<string, unknown>();
  for (const field of fields) {
    lines.set(field.name, field.line);
    if (field.name === 'clips') continue;
    for (const { name, line } of field.fields ?? []) lines.set(`${field.name}.${name}`, line);
    plain.set(field.name, toPlain(field));
  }
  const at = (key: string) => ({ line: lines.get(key) ?? 1 });

  const head = manifestHeadSchema.safeParse(Object.fromEntries(plain));
  for (const issue of head.error?.issues ?? []) {
    for (const [key, fault] of faultsOfIssue(issue)) faults.push({ ...at(key), ...fault });
  }
  const given = fields.find(({ name }) => name === 'defaults')?.fields ?? [];
  const { defaults, warnings } = readDefaults(given, faults);
  if (!hasClips) {
    const fault = lines.has('clips') ? 'clips is not a list with clips' : 'there is no key clips';
    faults.push({ ...at('clips'), fault, remedy: 'list the clips under `clips:`' });
  }
  if (faults.length > 0) {
    throw new UnreadableManifest(faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  }
  return { name: head.data?.name, defaults, warnings };
}

function readDefaults(fields: readonly HeadField[], faults: Fault[]) {
  const written = fields.filter(({ text = '' }) => text !== '');
  const defaults = new Map<string, string>();
  const warnings: Fault[] = [];
  const others = new Set(written.map(({ name }) => name));
  for (const { name, line, text = '' } of written) {
    const meant = meantColumn(name, others);
    if ('fault' in meant) faults.push({ line, ...meant.fault });
    else if (meant.name === 'id') faults.push({ line, ...DEFAULT_ID });
    else if (defaults.has(meant.name)) {
      const fault = `defaults give ${meant.name} twice`;
      faults.push({ line, fault, remedy: 'remove one of them' });
    } else defaults.set(meant.name, text);
    if ('note' in meant) warnings.push({ line, ...meant.note });
  }
  return { defaults, warnings };
}

const DEFAULT_ID: Omit<Fault, 'line'> = {
  fault: 'defaults give an id, which no two clips may share',
  remedy: 'remove it',
};

/** A field as the schema sees it. */
function toPlain({ fields, value }: HeadField): unknown {
  return fields ? Object.fromEntries(fields.map((field) => [field.name, field.value])) : value;
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
