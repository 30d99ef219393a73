// Cues: the pieces of music of a row that needs several, one for each part of a long clip and for each take. A cue is
// submitted, waited for and downloaded like a row, under a number of its own. Imports nothing.

/** Rows of a manifest have smaller numbers. */
export const MAX_ROWS = 10_000_000;
/** Of one row. Numbers stay below 10^9, which callback URLs hold. */
export const MAX_CUES = 90;

/** @param nth from 1 */
export function cueNumber(row: number, nth: number): number {
  return nth * MAX_ROWS + row;
}

/** Whether a number is that of a cue, not of a row. */
export function isCue(number: number): boolean {
  return number >= MAX_ROWS;
}

/** Which of its row's a cue is, from 1. */
export function nthOf(number: number): number {
  return Math.floor(number / MAX_ROWS);
}

/** The row of a cue, or of a row itself. */
export function rowOf(number: number): number {
  return number % MAX_ROWS;
}

/** The number that a row, or a cue of it, has when the row gets another. */
export function movedTo(number: number, row: number): number {
  return number - rowOf(number) + row;
}
