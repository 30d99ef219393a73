// What a task id may be, wherever one comes from: an answer of the vendor, a callback, a signal.

/** Printable and bounded: an id goes into URLs, results, logs and messages. */
const TASK_ID = /^[\x21-\x7e]{1,200}$/;

/**
 * An id as text, without the space around it; undefined if it is none. A number beyond 2^53 was
 * already rounded when its JSON was read and would name another task.
 */
export function readTaskId(raw: unknown): string | undefined {
  if (typeof raw === 'number' ? !Number.isSafeInteger(raw) || raw < 0 : typeof raw !== 'string') {
    return undefined;
  }
  const id = String(raw).trim();
  return TASK_ID.test(id) ? id : undefined;
}
