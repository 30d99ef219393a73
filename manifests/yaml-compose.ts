// Composes documents from YAML tokens, and stops after too many faults.
import { Composer, type CST, type Document, type YAMLError } from 'yaml';
import { MAX_KEPT_PROBLEMS } from './limits.js';

/** Each fault is an error with its stack, and a file can have one in every byte. */
const MAX_FAULTS = MAX_KEPT_PROBLEMS;

class TooManyFaults extends Error {
  override readonly name = 'TooManyFaults';
}

export interface Composed {
  documents: Document.Parsed[];
  /** In the order of the file, as many as are reported. */
  errors: YAMLError[];
}

/** @param length of the text */
export function composeBounded(tokens: readonly CST.Token[], length: number): Composed {
  const composer = new Composer({ resolveKnownTags: false, logLevel: 'silent' });
  const documents: Document.Parsed[] = [];
  let misplaced = 0;
  try {
    for (const token of tokens) {
      if (token.type === 'error') misplaced += 1;
      if (misplaced > MAX_FAULTS || documents.length > 1) break;
      boundFaults(composer);
      documents.push(...composer.next(token));
    }
    boundFaults(composer);
    documents.push(...composer.end(true, length));
  } catch (error) {
    if (!(error instanceof TooManyFaults)) throw error;
  }
  const { errors, warnings } = composer.streamInfo();
  const told = documents.flatMap((document) => [...document.errors, ...document.warnings]);
  return { documents, errors: [...told, ...errors, ...warnings].slice(0, MAX_FAULTS) };
}

/** A composer collects the faults of each document and reports them only at its end. */
function boundFaults(composer: Composer): void {
  const { errors, warnings } = composer.streamInfo();
  for (const list of [errors, warnings] as YAMLError[][]) {
    list.push = (...more) => {
      if (list.length >= MAX_FAULTS)
        throw new TooManyFaults('a file has more faults than are reported');
      return Array.prototype.push.apply(list, more);
    };
  }
}
