import type { TaskRef } from '../contract/activities.js';
import type { ActivityDependencies } from './dependencies.js';

/** The round in which a task is queried. */
export interface Round {
  batch: string;
  round: number;
}

/** Callback URLs that a task may have: of this round, or of an earlier one that left it at the vendor. */
export function callbackUrlsOf(
  callbackUrl: ActivityDependencies['callbackUrl'],
  { batch, round }: Round,
  { row, attempt }: Pick<TaskRef, 'row' | 'attempt'>,
): string[] {
  return Array.from({ length: round }, (_, n) =>
    callbackUrl({ batch, round: n + 1, row, attempt }),
  ).filter((url) => url !== undefined);
}
