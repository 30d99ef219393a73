import type { Clip } from '../../contract/clip.js';
import type { Identity } from '../../contract/batch.js';
import { keysOf } from '../../ledger/digests.js';
import type { LedgerEntry } from '../../ledger/entry.js';
import { LedgerMatch, type RowMatch } from '../../ledger/match.js';
import type { ClipTag } from '../../ledger/tag.js';

/** A clip with an id of its own, unless told otherwise. */
export function clipOf(given: Partial<Clip> = {}): Clip {
  const row = given.row ?? 0;
  return {
    ...{ row, line: row + 2, id: `c${row}`, fileLink: `https://cdn.example/${row}.mp4` },
    ...{ prompt: 'Calm piano', extra: {} },
    ...given,
  };
}

/** The same clip as a row without an id. */
export function nameless(given: Partial<Clip> = {}): Clip {
  return clipOf({ ...given, id: 'clip-1', idMade: true });
}

/** The entry of a clip that was scored. */
export function entryOf(clip: Clip, given: Partial<LedgerEntry> = {}, tag?: ClipTag): LedgerEntry {
  return {
    ...keysOf(clip, tag),
    ...{ soundtrack: `night-1/soundtracks/${clip.id}.wav`, batch: 'night-1' },
    ...{ taskId: `task-${clip.id}`, at: '2026-11-23T01:00:00.000Z' },
    ...given,
  };
}

/** How rows stand against a ledger. */
export function matched(
  identity: Identity,
  clips: Clip[],
  entries: LedgerEntry[],
  tags: (ClipTag | undefined)[] = [],
): RowMatch[] {
  const match = new LedgerMatch(identity);
  for (const [at, clip] of clips.entries()) match.add(clip, tags[at]);
  for (const entry of entries) match.see(entry);
  return [...match.rows()];
}

/** The state of a single row. */
export function stateOf(
  identity: Identity,
  clip: Clip,
  entries: LedgerEntry[],
  tag?: ClipTag,
): string | undefined {
  return matched(identity, [clip], entries, [tag])[0]?.state;
}
