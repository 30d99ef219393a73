// Finds the name a person probably meant.
import { MAX_COLUMN_NAME_CHARS, MAX_KEPT_PROBLEMS } from './limits.js';

/** Number of single-character insertions, removals and changes between two texts. */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const current = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/**
 * The known name nearest to `name`, ignoring case and the difference of space, `-` and `_`;
 * undefined when none is near, or the name is too long to be one.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > MAX_COLUMN_NAME_CHARS) return undefined;
  const wanted = plain(name);
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor((wanted.length + 1) / 3)) + 1;
  for (const candidate of known) {
    const other = plain(candidate);
    // Texts differ by no less than their lengths do.
    if (Math.abs(other.length - wanted.length) >= bestDistance) continue;
    const found = editDistance(wanted, other);
    if (found < bestDistance) [best, bestDistance] = [candidate, found];
  }
  return best;
}

function plain(text: string): string {
  return text.toLowerCase().replace(/[\s_-]+/g, '');
}

/** Searches for near names in one manifest. */
export interface Suggestions {
  /** As `nearestName`, up to a number of searches. */
  nearest(name: string, known: Iterable<string>): string | undefined;
}

/**
 * Each search looks at every column, and a hostile file has an unknown name in every few bytes: so there
 * are as many searches as there are problems kept to read.
 */
export function createSuggestions(searches = MAX_KEPT_PROBLEMS): Suggestions {
  let left = searches;
  return {
    nearest(name, known) {
      if (left === 0) return undefined;
      left -= 1;
      return nearestName(name, known);
    },
  };
}
