// Reads YAML.
import { type Document, isMap, isSeq, LineCounter } from 'yaml';
import { MAX_YAML_BYTES } from './limits.js';
import { NamedFields } from './named-fields.js';
import { type Fault, UnreadableManifest } from './problems.js';
import { readAll } from './read-all.js';
import type { Source, SourceOptions } from './source.js';
import { resolveAliases } from './yaml-aliases.js';
import { readYamlClips } from './yaml-clips.js';
import { readYamlHead } from './yaml-head.js';
import type { YamlContext } from './yaml-nodes.js';
import { composeBounded } from './yaml-compose.js';
import { tokenizeYaml } from './yaml-tokens.js';

const SHAPE = 'give it a list of clips, or a key `clips` with one';

/**
 * Opens YAML, which is parsed whole: a list of clips, or a map with `clips`, `name` and `defaults`.
 * @param chunks UTF-8 with \n line ends, in chunks that end between characters
 * @throws UnreadableManifest with every fault of syntax, or of what stands beside the clips
 */
export async function openYaml(
  chunks: AsyncIterable<Buffer>,
  { map }: SourceOptions = {},
): Promise<Source> {
  const text = await readAll(chunks, {
    maxBytes: MAX_YAML_BYTES,
    what: 'a YAML manifest',
    remedy: 'write it as CSV or JSON Lines, which are read in flat memory',
  });
  const lineCounter = new LineCounter();
  const document = compose(text, lineCounter);
  const root = document.contents;
  if (root === null) throw fail('the file is empty', SHAPE);
  if (!isMap(root) && !isSeq(root)) throw fail('the file holds neither a map nor a list', SHAPE);
  const context: YamlContext = {
    lineOf: (node, otherwise = 1) =>
      node?.range ? lineCounter.linePos(node.range[0]).line : otherwise,
    aliases: text.includes('*') ? resolveAliases(document, lineCounter) : new Map(),
    merged: { count: 0 },
  };
  const { name, defaults, warnings, clips } = isMap(root)
    ? readYamlHead(root, context)
    : { name: undefined, defaults: new Map<string, string>(), warnings: [], clips: root };
  const named = new NamedFields(map);
  return {
    ...(name === undefined ? {} : { name }),
    defaults,
    warnings,
    get ownResults() {
      return named.ownResults;
    },
    rows: readYamlClips(clips, context, named),
  };
}

function compose(text: string, lines: LineCounter): Document.Parsed {
  const { documents, errors } = composeBounded(tokenizeYaml(text, lines), text.length);
  const [document] = documents;
  const faults: Fault[] = errors.map(({ message, pos }) => ({
    line: lines.linePos(pos[0]).line,
    fault: `syntax: ${message}`,
    remedy: 'correct it there or on the line before',
  }));
  if (documents.length > 1) {
    faults.push({ fault: 'the file holds several documents', remedy: 'keep one, without ---' });
  }
  if (faults.length > 0) throw new UnreadableManifest(faults);
  if (document === undefined) throw fail('the file is empty', SHAPE);
  return document;
}

function fail(fault: string, remedy: string): UnreadableManifest {
  return new UnreadableManifest([{ fault, remedy }]);
}
