// How an error is printed: `reelscore: message`, no stack unless asked for.
import { ENVIRONMENT } from '../config/environment.js';
import { createIo, plainText } from './io.js';
import { EXIT } from './exit-codes.js';

/** Says what went wrong and returns the exit code. */
export function reportError(
  error: unknown,
  { asJson, verbose }: { asJson: boolean; verbose: boolean },
): number {
  const io = createIo(asJson);
  const message = messageOf(error);
  for (const line of message.split('\n')) io.note(`reelscore: ${plainText(line)}`);
  if (verbose || ENVIRONMENT['REELSCORE_DEBUG']) printStacks(error, (line) => io.note(line));
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  io.document({ error: { ...(code !== undefined && { code }), message } });
  return EXIT.failed;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // `option rate: ...` of the configuration is `--rate: ...` here.
  const text = error.message.replace(
    /^option ([a-zA-Z]+):/gm,
    (_, name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}:`,
  );
  return text === '' ? error.name : text;
}

function printStacks(error: unknown, note: (line: string) => void): void {
  for (let at = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth += 1) {
    note(`${depth === 0 ? '' : 'caused by '}${at.stack ?? at.message}`);
  }
}
