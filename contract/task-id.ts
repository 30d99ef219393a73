// Validates task ids from every source: an answer of the vendor, a callback, a signal.

/** Printable and bounded: an id goes into URLs, results, logs and messages. */
const TASK_ID = /^[\x21-\x7e]{1,200}$/;

/**
 * A task id as trimmed text; undefined if it is not valid. A number beyond 2^53 was already rounded when
 * its JSON was parsed and would name another task.
 */
export function readTaskId(raw: unknown): string | undefined {
  if (typeof raw === 'number' ? !Number.isSafeInteger(raw) || raw < 0 : typeof raw !== 'string') {
    return undefined;
  }
  const id = String(raw).trim();
  return TASK_ID.test(id) ? id : undefined;
}
