// Reads YAML, and JSON as the part of YAML that it is, so that both have line numbers.
import { Composer, type Document, isMap, LineCounter } from 'yaml';
import { MAX_YAML_BYTES } from './limits.js';
import { type Fault, UnreadableManifest } from './problems.js';
import type { Source } from './source.js';
import { resolveAliases } from './yaml-aliases.js';
import { readYamlClips } from './yaml-clips.js';
import { readYamlHead } from './yaml-head.js';
import type { YamlContext } from './yaml-nodes.js';
import { tokenizeYaml } from './yaml-tokens.js';

const SHAPE = 'give it a key `clips` with a list of clips';

/**
 * Opens YAML or JSON, which is parsed whole.
 * @param chunks UTF-8 with \n line ends, in chunks that end between characters
 * @throws UnreadableManifest with every fault of syntax, or of what stands beside the clips
 */
export async function openYaml(chunks: AsyncIterable<Buffer>): Promise<Source> {
  const text = await readAll(chunks);
  const lineCounter = new LineCounter();
  const document = compose(text, lineCounter);
  const root = document.contents;
  if (root === null) throw fail('the file is empty', SHAPE);
  if (!isMap(root)) throw fail('the file does not hold a map', SHAPE);
  const context: YamlContext = {
    lineOf: (node, otherwise = 1) =>
      node?.range ? lineCounter.linePos(node.range[0]).line : otherwise,
    aliases: text.includes('*') ? resolveAliases(document, lineCounter) : new Map(),
  };
  const { name, defaults, clips } = readYamlHead(root, context);
  return {
    ...(name === undefined ? {} : { name }),
    defaults,
    rows: readYamlClips(clips, context),
  };
}

async function readAll(chunks: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.length;
    if (length > MAX_YAML_BYTES) {
      throw fail(
        `a YAML or JSON manifest may have ${MAX_YAML_BYTES / 1024 / 1024} MB at most`,
        'write it as CSV, which is read in flat memory',
      );
    }
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}

function compose(text: string, lines: LineCounter): Document.Parsed {
  const tokens = tokenizeYaml(text, lines);
  const composer = new Composer({ resolveKnownTags: false, logLevel: 'silent' });
  const documents = [...composer.compose(tokens, true, text.length)];
  const [document] = documents;
  if (document === undefined) throw fail('the file is empty', SHAPE);
  const faults: Fault[] = documents
    .flatMap(({ errors, warnings }) => [...errors, ...warnings])
    .map(({ message, pos }) => ({
      line: lines.linePos(pos[0]).line,
      fault: `syntax: ${message}`,
      remedy: 'correct it there or on the line before',
    }));
  if (documents.length > 1) {
    faults.push({ fault: 'the file holds several documents', remedy: 'keep one, without ---' });
  }
  if (faults.length > 0) throw new UnreadableManifest(faults);
  return document;
}

function fail(fault: string, remedy: string): UnreadableManifest {
  return new UnreadableManifest([{ fault, remedy }]);
}
