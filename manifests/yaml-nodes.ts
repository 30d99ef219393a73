// Shared by the readers of a YAML manifest's parts.
import {
  type Alias,
  isAlias,
  isScalar,
  type Node,
  type Pair,
  type Scalar,
  type YAMLMap,
} from 'yaml';

/** What an alias may stand for. */
export type AliasValue = Scalar | YAMLMap;

export interface YamlContext {
  /** Line where a node begins; `otherwise` if it has no place of its own. */
  lineOf(node: Node | null | undefined, otherwise?: number): number;
  /** The value that each alias stands for. */
  aliases: ReadonlyMap<Alias, AliasValue>;
  /** Fields that `<<` has brought so far. */
  merged: { count: number };
}

/** The text of a field's value as the file writes it: `007` and `1.10` stay so; null is empty. */
export function textOf(node: unknown, context: YamlContext): string | undefined {
  if (node === null || node === undefined) return '';
  const scalar = isAlias(node) ? context.aliases.get(node) : node;
  if (!isScalar(scalar)) return undefined;
  if (typeof scalar.value === 'string') return scalar.value;
  if (scalar.value === null || scalar.value === undefined) return '';
  return scalar.source;
}

/** The name of a field, or undefined if the key is no plain name. */
export function keyOf(pair: Pair): string | undefined {
  const { key } = pair;
  if (!isScalar(key)) return undefined;
  const name = typeof key.value === 'string' ? key.value : key.source;
  return name?.trim().normalize('NFC');
}
