// Tokenizes YAML or JSON text within bounds, before anything recursive processes it.
import { type CST, Lexer, type LineCounter, Parser } from 'yaml';
import { MAX_COLUMNS, MAX_YAML_DEPTH, MAX_YAML_TOKENS } from './limits.js';
import { UnreadableManifest } from './problems.js';

/**
 * The concrete syntax of a text.
 * @throws UnreadableManifest when it nests too deep, has too wide a map, or too many tokens
 */
export function tokenizeYaml(
  text: string,
  lines: LineCounter,
  maxTokens = MAX_YAML_TOKENS,
): CST.Token[] {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    count += 1;
    if (count > maxTokens) {
      throw refusal(undefined, `the file has more than ${maxTokens} tokens`, 'use CSV');
    }
    for (const token of parser.next(lexeme)) tokens.push(token);
    const top = parser.stack.at(-1);
    const line = () => lines.linePos(parser.offset).line;
    // The document itself is the first of the stack, a scalar may be the last.
    if (parser.stack.length > MAX_YAML_DEPTH + 2) {
      throw refusal(
        line(),
        `lists and maps are nested deeper than ${MAX_YAML_DEPTH} levels`,
        'a manifest needs a list of clips with plain fields',
      );
    }
    if (top !== undefined && isMap(top) && top.items.length > MAX_COLUMNS + 1) {
      throw refusal(
        line(),
        `a map has more than ${MAX_COLUMNS} fields`,
        'remove those that are not needed',
      );
    }
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function isMap(token: CST.Token): token is CST.BlockMap | CST.FlowCollection {
  return (
    token.type === 'block-map' ||
    (token.type === 'flow-collection' && token.start.type === 'flow-map-start')
  );
}

function refusal(line: number | undefined, fault: string, remedy: string): UnreadableManifest {
  return new UnreadableManifest([{ ...(line === undefined ? {} : { line }), fault, remedy }]);
}
