// One request without credentials, to see what answers.
import { request } from 'undici';

const DEADLINE_MS = 10_000;
/** Of a body; no answer that is read is longer. */
const MAX_BODY = 4096;

export interface HttpAnswer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Its beginning. */
  body: string;
  /** This machine's clock (epoch ms), half way between request and answer. */
  at: number;
}

/** @returns the answer, or in a few words why none came */
export async function get(url: string): Promise<HttpAnswer | { failure: string }> {
  const began = Date.now();
  try {
    const signal = AbortSignal.timeout(DEADLINE_MS);
    const { statusCode, headers, body } = await request(url, { signal });
    const at = (began + Date.now()) / 2;
    return { status: statusCode, headers, body: await beginning(body), at };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

async function beginning(body: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of body) {
    text += chunk.toString();
    if (text.length >= MAX_BODY) break; // which destroys the rest
  }
  return text.slice(0, MAX_BODY);
}

function failureOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${DEADLINE_MS / 1000} s`;
  // A host with several addresses fails with one error for each, and an empty message.
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const { message } = error;
  return message === '' && first instanceof Error ? first.message : message;
}
