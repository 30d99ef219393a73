// Finds the rows that earlier batches scored, and records them as skipped before the batch begins.
import { Context } from '@temporalio/activity';
import type {
  IntakeActivities,
  MatchLedgerInput,
  MatchLedgerOutput,
} from '../contract/activities.js';
import type { RowSelection } from '../contract/batch.js';
import type { Clip, Outcome } from '../contract/clip.js';
import { createTagAsker } from '../outcomes/ledger/ask-tags.js';
import {
  FindingList,
  findingOf,
  messageOf,
  noteOf,
  type LedgerFinding,
} from '../outcomes/ledger/findings.js';
import type { Ledger } from '../outcomes/ledger/ledger.js';
import { LedgerMatch, type RowMatch } from '../outcomes/ledger/match.js';
import { SoundtrackFiles } from '../outcomes/ledger/soundtrack-files.js';
import { outputOf } from '../outcomes/ledger/soundtracks.js';
import { writeSegment } from '../outcomes/segments.js';
import { writeWarnings, type Warning } from '../outcomes/warnings.js';
import type { BatchFiles, OpenBatches } from './batch-files.js';
import { TagLearner } from './clip-tags.js';
import type { ActivityDependencies } from './dependencies.js';
import { withHeartbeat } from './heartbeat.js';
import type { OpenLedgers } from './open-ledgers.js';
import { countOutcomes } from './metrics.js';

/** How many findings are shown while the batch runs. */
const SHOWN_FINDINGS = 5;

export function matchLedgerActivity(
  { clipFetch, openStore }: Pick<ActivityDependencies, 'clipFetch' | 'openStore'>,
  batches: OpenBatches,
  ledgers: OpenLedgers,
): IntakeActivities['matchLedger'] {
  return (input) => {
    const files = batches.at(input.store, input.round);
    const ledger = ledgers.at(input.ledger);
    const { cancellationSignal } = Context.current();
    return withHeartbeat(async () => {
      const { rows, round } = input;
      const { again, identity, signatures } = input.ledger;
      // The ledger records tags with the scored clips, so they are fetched even if nothing is looked up.
      const learner =
        identity === 'etag'
          ? new TagLearner(files.store, round, createTagAsker(clipFetch, cancellationSignal))
          : undefined;
      const all = { skipped: 0, rows };
      const idle = again ?? (await ledger.isEmpty());
      if (idle && !learner) return all;

      const soundtracks = new SoundtrackFiles(ledger.location, openStore);
      const match = new LedgerMatch({
        identity,
        ...(signatures && { signatures }),
        isThere: (entry) => soundtracks.has(entry),
      });
      for await (const { page, clips } of selectedPages(files, rows)) {
        cancellationSignal.throwIfAborted();
        const tags = await learner?.learn(page, clips);
        if (!idle) for (const clip of clips) match.add(clip, tags?.get(clip.row));
      }
      if (idle) return all;
      for await (const entries of ledger.entries()) {
        cancellationSignal.throwIfAborted();
        for (const entry of entries) await match.see(entry);
      }
      return await record(files, input, ledger, match, cancellationSignal);
    });
  };
}

/** The selected clips of each page of the snapshot. */
async function* selectedPages(
  { snapshot, selection }: BatchFiles,
  { key }: RowSelection,
): AsyncIterable<{ page: number; clips: Clip[] }> {
  const selected = key === undefined ? undefined : new Set(await selection(key));
  let page = 0;
  for await (const clips of snapshot.pages()) {
    yield { page, clips: selected ? clips.filter(({ row }) => selected.has(row)) : clips };
    page += 1;
  }
}

async function record(
  files: BatchFiles,
  input: MatchLedgerInput,
  ledger: Ledger,
  match: LedgerMatch,
  signal: AbortSignal,
): Promise<MatchLedgerOutput> {
  const { store, snapshot, selection } = files;
  const { round, rows } = input;
  const { pageSize } = await snapshot.info();
  const skipped = new Set<number>();
  const told = new FindingList(SHOWN_FINDINGS, noteOf);
  for (const { page, matches } of byPage(match.rows(), pageSize)) {
    signal.throwIfAborted();
    const outcomes = matches.flatMap((found) => outcomeOf(found, ledger, store.location));
    for (const { row } of outcomes) skipped.add(row);
    const segment = `ledger-${String(page * pageSize).padStart(8, '0')}`;
    await writeSegment(store, round, segment, outcomes); // O1
    countOutcomes(outcomes);
    const findings = matches.flatMap((one) => findingOf(one) ?? []);
    for (const finding of findings) told.add(finding);
    const name = `known-${String(page).padStart(5, '0')}`;
    await writeWarnings(store, round, name, findings.map(warningOf)); // O1
  }
  const found = told.found && { found: told.found };
  if (skipped.size === 0) return { skipped: 0, rows, ...found };

  const selected =
    rows.key === undefined
      ? Array.from({ length: rows.count }, (_, row) => row)
      : await selection(rows.key);
  const left = selected.filter((row) => !skipped.has(row));
  const key = `selections/${round}-new.json`;
  await store.write(key, JSON.stringify(left));
  return { skipped: skipped.size, rows: { count: left.length, key }, ...found };
}

function warningOf(finding: LedgerFinding): Warning {
  const { id, code } = finding;
  return { id, code, message: messageOf(finding) };
}

/** Includes pages without a match: what an earlier try of the activity wrote for them must go (O1). */
function* byPage(
  matches: Iterable<RowMatch>,
  pageSize: number,
): Iterable<{ page: number; matches: RowMatch[] }> {
  let page = 0;
  let held: RowMatch[] = [];
  for (const match of matches) {
    for (; match.clip.row >= (page + 1) * pageSize; page += 1, held = [])
      yield { page, matches: held };
    held.push(match);
  }
  yield { page, matches: held };
}

function outcomeOf(match: RowMatch, ledger: Ledger, store: string): Outcome[] {
  if (match.state !== 'scored') return [];
  const { soundtrack, soundtracks, batch, taskId, at, fileLink } = match.as;
  const placeOf = (place: string): string => outputOf(ledger.location, store, place);
  return [
    {
      row: match.clip.row,
      status: 'skipped',
      taskId,
      attempts: 0,
      errorCode: 'already_scored',
      errorMessage: `scored ${at.slice(0, 10)} by batch ${batch}${fileLink === undefined ? '' : `, with another link: ${fileLink}`}`,
      output: placeOf(soundtrack),
      ...(soundtracks && { outputs: soundtracks.map(placeOf) }),
    },
  ];
}
