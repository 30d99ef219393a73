// Writes results.csv, results.jsonl, warnings.jsonl and summary.json at the end of a batch.
import { noOutcomes, type BatchSummary, type OutcomeCounts } from '../contract/clip.js';
import { csvLines } from './csv.js';
import { jsonLines, readJsonLines } from './json-lines.js';
import { mergeRows, type BatchStoreView } from './merge.js';
import { resultRow, type ResultRow } from './result-row.js';
import { sumRounds, writeRound } from './rounds.js';
import { collectWarnings } from './warnings.js';

/** Merges, writes and returns the summary. Repeating it overwrites the same files. */
export async function writeResults(
  view: BatchStoreView,
  run: { batch: string; round: number; startedAt: string; submissions: number },
): Promise<BatchSummary> {
  const { store } = view;
  const { batch, round, startedAt, submissions } = run;
  await writeRound(store, round, { startedAt, submissions });
  const sum = await sumRounds(store);
  return await mergeResults(view, { batch, ...sum, finishedAt: new Date().toISOString() });
}

/**
 * Like `writeResults`, but records no round.
 * @param sum start and submissions of all rounds
 */
export async function mergeResults(
  view: BatchStoreView,
  { batch, ...sum }: Omit<BatchSummary, 'counts'>,
): Promise<BatchSummary> {
  const { store, snapshot } = view;
  const rows = async function* (): AsyncIterable<ResultRow> {
    for await (const merged of mergeRows(view)) yield resultRow(merged, 'cancelled');
  };
  const counts = noOutcomes();
  await store.writeStream('results.jsonl', jsonLines(counted(rows(), counts)));
  // Reading the rows back is faster than merging them again.
  const written = readJsonLines<ResultRow>(store, 'results.jsonl');
  await store.writeStream('results.csv', csvLines(written, (await snapshot.info()).columns));
  await collectWarnings(store);

  const { submissions, startedAt, finishedAt } = sum;
  const summary: BatchSummary = { batch, counts, submissions, startedAt, finishedAt };
  // Written last: it marks the other files as complete.
  await store.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

async function* counted(
  rows: AsyncIterable<ResultRow>,
  counts: OutcomeCounts,
): AsyncIterable<ResultRow> {
  for await (const row of rows) {
    counts.total += 1;
    if (row.status !== 'pending') counts[row.status] += 1;
    yield row;
  }
}
