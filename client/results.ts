// Reads a batch's results, also while it runs.
import { openSnapshot } from '../manifests/snapshot.js';
import { mergeRows, type MergedRow } from '../outcomes/merge.js';
import { readFacts } from '../outcomes/provenance/file-facts.js';
import { PROVENANCE_COLUMNS, provenanceColumns } from '../outcomes/provenance/records.js';
import { resultRow, type ResultRow, type ResultStatus } from '../outcomes/result-row.js';
import { mustHaveResults, type LocatedBatch } from './locate.js';
import { isOpen, phaseOf } from './states.js';
import { readSummary } from '../outcomes/summary.js';

export interface ResultsOptions {
  /** Only rows with this status. */
  status?: ResultStatus;
  /** With columns that say where the soundtrack of `output` comes from, as `provenance.jsonl` does. */
  provenance?: boolean;
}

/** Rows in manifest order. Each iteration reads the store anew. */
export interface BatchResults extends AsyncIterable<ResultRow> {
  /** The manifest's own columns, which follow the fixed ones. */
  columns: string[];
}

/** @throws ReelscoreError `results_gone`; SnapshotError if the batch's snapshot is damaged */
export async function resultsOf(
  located: LocatedBatch,
  { status, provenance = false }: ResultsOptions = {},
): Promise<BatchResults> {
  const { columns, rows } = await mergedResults(located);
  return {
    columns: [...(provenance ? PROVENANCE_COLUMNS : []), ...columns],
    async *[Symbol.asyncIterator]() {
      const facts = provenance ? await readFacts(located.store) : undefined;
      for await (const { row, merged } of rows()) {
        if (status !== undefined && row.status !== status) continue;
        yield facts ? { ...provenanceColumns(merged, facts), ...row } : row;
      }
    },
  };
}

/** A row of the results, and what it is made of. */
export interface MergedResult {
  merged: MergedRow;
  row: ResultRow;
}

/** Like `resultsOf`. */
export async function mergedResults(
  located: LocatedBatch,
): Promise<{ columns: string[]; rows: () => AsyncIterable<MergedResult> }> {
  await mustHaveResults(located);
  const { store } = located;
  const snapshot = openSnapshot(store);
  const { columns } = await snapshot.info();
  const open = await openStatus(located);
  return {
    columns,
    async *rows() {
      for await (const merged of mergeRows({ store, snapshot })) {
        yield { merged, row: resultRow(merged, open) };
      }
    },
  };
}

/** Status of a row without an outcome. */
export async function openStatus({
  batch,
  store,
  execution,
}: LocatedBatch): Promise<'pending' | 'cancelled'> {
  const alive = execution !== undefined && (isOpen(execution) || phaseOf(execution) === 'stopped');
  return !alive && (await readSummary(store, batch)) ? 'cancelled' : 'pending';
}
