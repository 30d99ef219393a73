// Resolves YAML aliases. Only single values, and what `<<` takes, may be shared, so that no file grows by
// being read.
import {
  type Alias,
  type Document,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type LineCounter,
  visit,
  type Node,
} from 'yaml';
import { type Fault, UnreadableManifest } from './problems.js';
import { keyOf, type AliasValue } from './yaml-nodes.js';

/** Key of a map that takes the fields of others. */
export const MERGE = '<<';

/**
 * The value of each alias.
 * @throws UnreadableManifest for aliases of lists, of maps other than for a merge, and of anchors not seen
 *   before
 */
export function resolveAliases(document: Document, lines: LineCounter): Map<Alias, AliasValue> {
  const anchors = new Map<string, Node>();
  const values = new Map<Alias, AliasValue>();
  const faults: Fault[] = [];
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
    Alias(_, alias, path) {
      const { source } = alias;
      const value = anchors.get(source);
      if (isScalar(value) || (isMap(value) && isMerged(path))) {
        values.set(alias, value);
        return;
      }
      const line = alias.range ? lines.linePos(alias.range[0]).line : 1;
      faults.push(
        value !== undefined
          ? {
              line,
              fault: `alias *${source} stands for a list or a map; such aliases can multiply without bound and are refused`,
              remedy:
                'merge the fields of a map with <<, or use `defaults` for what clips have in common',
            }
          : {
              line,
              fault: `alias *${source} has no anchor &${source} before it`,
              remedy: 'add the anchor, or put the value in quotes',
            },
      );
    },
  });
  if (faults.length > 0) throw new UnreadableManifest(faults);
  return values;
}

/** Whether an alias is the value of `<<`, or in a list that is. */
function isMerged(path: readonly unknown[]): boolean {
  const above = isSeq(path.at(-1)) ? path.at(-2) : path.at(-1);
  return isPair(above) && keyOf(above) === MERGE;
}
