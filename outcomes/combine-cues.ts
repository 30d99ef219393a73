// The outcome of a row, from those of its cues. Pure.
import type { Outcome } from '../contract/clip.js';
import type { CuePlan } from '../manifests/cues.js';

/** A take whose parts are all there. */
export interface WholeTake {
  take: number;
  /** In the order of its parts. */
  parts: Outcome[];
}

export type Combined =
  /** Some takes are there; `failed`: of another take, in words. */
  | { takes: WholeTake[]; failed?: string }
  /** None is there. */
  | { fault: Pick<Outcome, 'status' | 'errorCode' | 'errorMessage'> };

/**
 * @param ends of each cue, in the order of the plan
 * @param unsent why a cue has no outcome
 */
export function combineCues(
  { cues, parts }: CuePlan,
  ends: readonly (Outcome | undefined)[],
  unsent: Pick<Outcome, 'status' | 'errorCode' | 'errorMessage'>,
): Combined {
  const count = Math.max(...cues.map(({ take }) => take));
  const takes: WholeTake[] = [];
  const faults: Pick<Outcome, 'status' | 'errorCode' | 'errorMessage'>[] = [];
  for (let take = 1; take <= count; take += 1) {
    const own = cues.flatMap((cue, at) => (cue.take === take ? [{ cue, end: ends[at] }] : []));
    const bad = own.find(({ end }) => end?.status !== 'succeeded');
    if (!bad) {
      takes.push({ take, parts: own.flatMap(({ end }) => end ?? []) });
      continue;
    }
    const { status, errorCode, errorMessage } = bad.end ?? unsent;
    const which = [
      ...(count > 1 ? [`take ${take}`] : []),
      ...(parts > 1 ? [`part ${bad.cue.part} of ${parts}`] : []),
    ];
    faults.push({
      status,
      ...(errorCode !== undefined && { errorCode }),
      errorMessage: `${which.join(', ')}: ${errorMessage ?? ''}`,
    });
  }
  const [first] = faults;
  if (takes.length === 0 && first) return { fault: first };
  const failed = faults.map(({ errorMessage }) => errorMessage).join('; ');
  return { takes, ...(failed !== '' && { failed }) };
}
