// Writes results.csv, results.jsonl, results.xlsx if it is wanted, provenance.jsonl, warnings.jsonl and summary.json at the
// end of a batch.
import { noOutcomes, type BatchSummary, type OutcomeCounts } from '../contract/clip.js';
import { csvLines } from './csv.js';
import { jsonLines, readJsonLines } from './json-lines.js';
import { mergeRows, type BatchStoreView } from './merge.js';
import { readFacts } from './provenance/file-facts.js';
import { PROVENANCE_KEY, provenanceOf, type ProvenanceRecord } from './provenance/records.js';
import { resultRow, type ResultRow } from './result-row.js';
import { writeWorkbook } from './results-workbook.js';
import { sumRounds, writeRound } from './rounds.js';
import { collectWarnings } from './warnings.js';

/** What ends with these results. */
export interface ResultsRun {
  batch: string;
  round: number;
  startedAt: string;
  submissions: number;
  /** Write `results.xlsx` too. */
  xlsx?: boolean;
}

/** Merges, writes and returns the summary. Repeating it overwrites the same files. */
export async function writeResults(view: BatchStoreView, run: ResultsRun): Promise<BatchSummary> {
  const { store } = view;
  const { batch, round, startedAt, submissions, xlsx = false } = run;
  await writeRound(store, round, { startedAt, submissions });
  const sum = await sumRounds(store);
  const finishedAt = new Date().toISOString();
  return await mergeResults(view, { batch, ...sum, finishedAt }, xlsx);
}

/**
 * Like `writeResults`, but records no round.
 * @param sum start and submissions of all rounds
 * @param xlsx write `results.xlsx` too
 */
export async function mergeResults(
  view: BatchStoreView,
  { batch, ...sum }: Omit<BatchSummary, 'counts'>,
  xlsx = false,
): Promise<BatchSummary> {
  const { store, snapshot } = view;
  const rows = async function* (): AsyncIterable<ResultRow> {
    for await (const merged of mergeRows(view)) yield resultRow(merged, 'cancelled');
  };
  const counts = noOutcomes();
  await store.writeStream('results.jsonl', jsonLines(counted(rows(), counts)));
  // Reading the rows back is faster than merging them again.
  const written = readJsonLines<ResultRow>(store, 'results.jsonl');
  const { columns } = await snapshot.info();
  await store.writeStream('results.csv', csvLines(written, columns));
  await writeWorkbook(store, columns, xlsx);
  await writeProvenance(view);
  await collectWarnings(store);

  const { submissions, startedAt, finishedAt } = sum;
  const summary: BatchSummary = { batch, counts, submissions, startedAt, finishedAt };
  // Written last: it marks the other files as complete.
  await store.write('summary.json', `${JSON.stringify(summary, null, 2)}\n`);
  return summary;
}

async function writeProvenance(view: BatchStoreView): Promise<void> {
  const facts = await readFacts(view.store);
  const records = async function* (): AsyncIterable<ProvenanceRecord> {
    for await (const merged of mergeRows(view)) yield* provenanceOf(merged, facts);
  };
  await view.store.writeStream(PROVENANCE_KEY, jsonLines(records()));
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
