// Resolves YAML aliases. Only single values may be shared, so that no file grows by being read.
import { type Alias, type Document, isScalar, type LineCounter, type Scalar, visit } from 'yaml';
import { type Fault, UnreadableManifest } from './problems.js';

/**
 * The value of each alias.
 * @throws UnreadableManifest for aliases of lists and maps, and of anchors not seen before
 */
export function resolveAliases(document: Document, lines: LineCounter): Map<Alias, Scalar> {
  const anchors = new Map<string, Scalar | undefined>();
  const values = new Map<Alias, Scalar>();
  const faults: Fault[] = [];
  visit(document, {
    Value(_, node) {
      if (node.anchor !== undefined) {
        anchors.set(node.anchor, isScalar(node) ? node : undefined);
      }
    },
    Alias(_, alias) {
      const { source } = alias;
      const value = anchors.get(source);
      if (value !== undefined) {
        values.set(alias, value);
        return;
      }
      const line = alias.range ? lines.linePos(alias.range[0]).line : 1;
      faults.push(
        anchors.has(source)
          ? {
              line,
              fault: `alias *${source} stands for a list or a map; such aliases can multiply without bound and are refused`,
              remedy: 'write the content out, or use `defaults` for what clips have in common',
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
