// One pass over the window: which clips can be worked on now, and when to check again.
import type { ActiveClip } from '../../contract/carried.js';

export interface Survey {
  /** To be submitted, in the order they became due. */
  ready: ActiveClip[];
  /** Hinted by a callback, to be queried soon. */
  hinted: ActiveClip[];
  /** To be queried because they are due. */
  due: ActiveClip[];
  /** Soundtracks to be downloaded. */
  ended: ActiveClip[];
  /** Submissions whose adoption time has passed. */
  expired: ActiveClip[];
  /** Counted against the account's limit of tasks at the vendor. */
  inFlight: number;
  submitting: number;
  waiting: number;
  unresolved: number;
  backingOff: number;
  finishing: number;
  /** When the next clip becomes due by time alone; Infinity if none will. */
  nextDue: number;
}

export function survey(clips: Iterable<ActiveClip>, now: number): Survey {
  const seen: Survey = {
    ready: [],
    hinted: [],
    due: [],
    ended: [],
    expired: [],
    inFlight: 0,
    submitting: 0,
    waiting: 0,
    unresolved: 0,
    backingOff: 0,
    finishing: 0,
    nextDue: Infinity,
  };
  const dueLater = (at: number): void => {
    seen.nextDue = Math.min(seen.nextDue, at);
  };
  for (const clip of clips) {
    switch (clip.phase) {
      case 'ready':
        if (clip.notBefore <= now) seen.ready.push(clip);
        else {
          seen.backingOff += 1;
          dueLater(clip.notBefore);
        }
        break;
      case 'submitting':
        seen.submitting += 1;
        break;
      case 'unresolved':
        seen.unresolved += 1;
        if (clip.notBefore <= now) seen.expired.push(clip);
        else dueLater(clip.notBefore);
        break;
      case 'waiting': {
        seen.waiting += 1;
        if (clip.busy) break;
        const askAt = clip.askAt ?? now;
        if (clip.hintedAt !== undefined) seen.hinted.push(clip);
        else if (askAt <= now) seen.due.push(clip);
        else dueLater(askAt);
        break;
      }
      case 'ended':
        seen.finishing += 1;
        if (clip.busy) break;
        if (clip.notBefore <= now) seen.ended.push(clip);
        else dueLater(clip.notBefore);
        break;
    }
  }
  seen.inFlight = seen.submitting + seen.unresolved + seen.waiting;
  seen.ready.sort((a, b) => a.notBefore - b.notBefore || a.row - b.row);
  return seen;
}
