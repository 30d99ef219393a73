// Writes the results of a batch again after they were deleted, from the outcomes that the store keeps.
import type { BatchSummary } from '../contract/clip.js';
import { countAccepted } from './journal-records.js';
import { mergeRows, type BatchStoreView } from './merge.js';
import { hasRounds, sumRounds } from './rounds.js';
import { mergeResults } from './write-results.js';

/** Times that the store does not keep, ISO 8601. */
export interface BatchTimes {
  startedAt: string;
  finishedAt: string;
}

export interface RestoredResults {
  summary: BatchSummary;
  /** Number of succeeded clips that lack a file. */
  gone: number;
}

/**
 * Returns undefined and writes nothing if a row has no outcome: then the batch has not ended.
 * @param xlsx write `results.xlsx` too
 */
export async function restoreResults(
  view: BatchStoreView,
  batch: string,
  { startedAt, finishedAt }: BatchTimes,
  xlsx = false,
): Promise<RestoredResults | undefined> {
  const { store } = view;
  let gone = 0;
  for await (const { outcome } of mergeRows(view)) {
    if (!outcome) return undefined;
    const { status, output, outputs = output === undefined ? [] : [output] } = outcome;
    if (status !== 'succeeded') continue;
    const there = await Promise.all(outputs.map((key) => store.exists(key)));
    if (there.includes(false)) gone += 1;
  }
  const known = (await hasRounds(store))
    ? await sumRounds(store)
    : { startedAt, submissions: await countAccepted(store) };
  return { summary: await mergeResults(view, { batch, ...known, finishedAt }, xlsx), gone };
}
