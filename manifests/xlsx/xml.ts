// Reads XML as it comes, within bounds. Entities beyond XML's own are refused, never expanded.
import { StringDecoder } from 'node:string_decoder';
import { SaxesParser } from 'saxes';
import { MAX_XLSX_DEPTH, MAX_XLSX_TOKEN_CHARS } from '../limits.js';
import { UnreadableManifest } from '../problems.js';
import { toUtf8 } from '../utf16.js';
import { damaged, tooLarge } from './faults.js';

/** Gets what stands in a part, in order. Names are without their prefixes, which programs choose differently. */
export interface XmlHandler {
  open(name: string, attributes: Attributes): void;
  close?(name: string): void;
  text?(text: string): void;
}

/** As they are written, with prefixes; `attributeOf` finds one whatever its prefix. */
export type Attributes = Record<string, string>;

/**
 * Reads a part; yields what the handler has got of each piece of it.
 * @param part its name, for messages
 * @throws UnreadableManifest
 */
export async function* parseXml<Got>(
  bytes: AsyncIterable<Buffer>,
  part: string,
  handler: XmlHandler & { take(): Got },
): AsyncGenerator<Got> {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let depth = 0;
  // A parser holds a text or a tag until it ends, and each could be all of the file.
  let held = 0;
  parser.on('xmldecl', ({ encoding = 'utf-8' }) => {
    if (/^utf-?(8|16)$/i.test(encoding)) return;
    throw damaged(`${part} is in ${encoding.slice(0, 40)}, not in UTF-8`);
  });
  parser.on('doctype', () => {
    throw damaged(`${part} has a DOCTYPE, which no workbook has`);
  });
  parser.on('opentag', ({ name, attributes }) => {
    held = 0;
    depth += 1;
    if (depth > MAX_XLSX_DEPTH) throw damaged(`${part} nests deeper than ${MAX_XLSX_DEPTH} levels`);
    handler.open(localName(name), attributes);
  });
  parser.on('closetag', ({ name }) => {
    held = 0;
    depth -= 1;
    handler.close?.(localName(name));
  });
  const text = (value: string): void => {
    held = 0;
    handler.text?.(value);
  };
  parser.on('text', text);
  parser.on('cdata', text);
  const decoder = new StringDecoder('utf8');
  try {
    for await (const chunk of toUtf8(bytes)) {
      const some = decoder.write(chunk);
      held += some.length;
      parser.write(some);
      if (held > MAX_XLSX_TOKEN_CHARS + some.length) {
        throw tooLarge(
          `a single value of ${part} has more than ${MAX_XLSX_TOKEN_CHARS} characters`,
        );
      }
      yield handler.take();
    }
    parser.write(decoder.end());
    parser.close();
  } catch (error) {
    if (error instanceof UnreadableManifest || !(error instanceof Error) || 'syscall' in error) {
      throw error;
    }
    throw damaged(`${part}: ${error.message.slice(0, 200)}`, error);
  }
}

/** Reads a part to its end. See `parseXml`. */
export async function readXml(
  bytes: AsyncIterable<Buffer>,
  part: string,
  handler: XmlHandler,
): Promise<void> {
  const parsing = parseXml(bytes, part, { ...handler, take: () => undefined });
  while ((await parsing.next()).done !== true);
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

/** An attribute by its local name, one with a prefix if `prefixed`. */
export function attributeOf(
  attributes: Attributes,
  name: string,
  prefixed = false,
): string | undefined {
  if (!prefixed) return attributes[name];
  const found = Object.keys(attributes).find((key) => key.endsWith(`:${name}`));
  return found === undefined ? undefined : attributes[found];
}
