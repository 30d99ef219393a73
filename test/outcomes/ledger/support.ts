import type { Clip } from '../../../contract/clip.js';
import type { Identity } from '../../../contract/batch.js';
import { keysOf } from '../../../outcomes/ledger/digests.js';
import type { LedgerEntry } from '../../../outcomes/ledger/entry.js';
import { linkReader } from '../../../outcomes/ledger/link-rule.js';
import { LedgerMatch, type MatchOptions, type RowMatch } from '../../../outcomes/ledger/match.js';
import type { ClipTag } from '../../../outcomes/ledger/tag.js';

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
    ...keysOf(clip, linkReader()(clip.fileLink), tag),
    ...{ soundtrack: `night-1/soundtracks/${clip.id}.wav`, batch: 'night-1' },
    ...{ taskId: `task-${clip.id}`, at: '2026-11-23T01:00:00.000Z' },
    ...given,
  };
}

/** How rows stand against a ledger whose soundtracks are all there, unless told otherwise. */
export async function matched(
  given: Identity | Partial<MatchOptions>,
  clips: Clip[],
  entries: LedgerEntry[],
  tags: (ClipTag | undefined)[] = [],
): Promise<RowMatch[]> {
  const options = typeof given === 'string' ? { identity: given } : given;
  const isThere = (): Promise<boolean> => Promise.resolve(true);
  const match = new LedgerMatch({ identity: 'clip', isThere, ...options });
  for (const [at, clip] of clips.entries()) match.add(clip, tags[at]);
  for (const entry of entries) await match.see(entry);
  return [...match.rows()];
}

/** The state of a single row. */
export async function stateOf(
  given: Identity | Partial<MatchOptions>,
  clip: Clip,
  entries: LedgerEntry[],
  tag?: ClipTag,
): Promise<string | undefined> {
  return (await matched(given, [clip], entries, [tag]))[0]?.state;
}
