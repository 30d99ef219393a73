import { keepNewest } from './keep-newest.js';

/**
 * Keeps what was read for a while, so that who asks for the same again, or at the same time, has the same answer.
 * @param forMs from the moment that it was asked for
 * @param most keys known at one time
 * @returns what is kept for a key, or what `read` brings
 */
export function keptFor<Value>(
  forMs: number,
  most: number,
): (key: string, read: () => Promise<Value>) => Promise<Value> {
  const kept = new Map<string, { value: Promise<Value>; until: number }>();
  return (key, read) => {
    const now = Date.now();
    const known = kept.get(key);
    if (known && known.until > now) return known.value;
    const value = read();
    keepNewest(kept, key, { value, until: now + forMs }, most);
    return value;
  };
}
