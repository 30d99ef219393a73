// The outcome of a row, from those of its cues. Pure.
import type { Outcome } from '../contract/clip.js';
import type { CuePlan } from '../manifests/cues.js';

/** A take whose parts are all there. */
export interface WholeTake {
  take: number;
  prompt?: string;
  /** In the order of its parts. */
  parts: Outcome[];
}

export interface Combined {
  /** Takes that are there; none if all failed. */
  takes: WholeTake[];
  /** Of the others. */
  faults: Pick<Outcome, 'status' | 'errorCode' | 'errorMessage'>[];
}

/**
 * @param ends of each cue that is not over, in the order of the plan
 * @param unsent why a cue has no outcome
 */
export function combineCues(
  plan: CuePlan,
  ends: readonly (Outcome | undefined)[],
  unsent: Pick<Outcome, 'status' | 'errorCode' | 'errorMessage'>,
): Combined {
  const { parts, had } = plan;
  const cues = plan.cues.slice(plan.over);
  const several = had !== undefined || cues.some(({ take }) => take !== cues[0]?.take);
  const takes: WholeTake[] = [];
  const faults: Combined['faults'] = [];
  for (const take of new Set(cues.map((cue) => cue.take))) {
    const own = cues.flatMap((cue, at) => (cue.take === take ? [{ cue, end: ends[at] }] : []));
    const bad = own.find(({ end }) => end?.status !== 'succeeded');
    if (!bad) {
      const prompt = own[0]?.cue.prompt;
      const ended = own.flatMap(({ end }) => end ?? []);
      takes.push({ take, ...(prompt !== undefined && { prompt }), parts: ended });
      continue;
    }
    const { status, errorCode, errorMessage } = bad.end ?? unsent;
    const which = [
      ...(several ? [`take ${take}`] : []),
      ...(parts > 1 ? [`part ${bad.cue.part} of ${parts}`] : []),
    ];
    faults.push({
      status,
      ...(errorCode !== undefined && { errorCode }),
      errorMessage: [which.join(', '), errorMessage ?? ''].filter(Boolean).join(': '),
    });
  }
  return { takes, faults };
}
