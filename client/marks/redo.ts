// What is to be done anew of a clip that a person wants to have redone. Pure.
import { MAX_CUES } from '../../contract/cue.js';
import type { Clip, Outcome } from '../../contract/clip.js';
import type { Cue, CuePlan } from '../../manifests/cues.js';
import { takesOf } from '../../outcomes/choice.js';
import type { Mark } from '../../outcomes/review/marks.js';

export interface RedoneRow {
  clip: Clip;
  outcome?: Outcome;
  /** As it is now. */
  plan?: CuePlan;
  /** Something of it was paid for and is not in its outcome yet. */
  waiting: boolean;
  /** Its plan has this redo already, and nothing has come of it. */
  unsent: boolean;
}

/** `plan`: to be written before the row is run again; absent = as it is. */
export type Redo = { plan?: CuePlan; note?: string } | { refused: string };

/**
 * What was paid for is asked about before it is redone: a row that has a task at the vendor is run as it is. A
 * take that is there stays; the new one stands beside it.
 */
export function redoOf({ clip, outcome, plan, waiting, unsent }: RedoneRow, mark: Mark): Redo {
  if (clip.fault !== undefined) return { refused: `its manifest row has a fault: ${clip.fault}` };
  if (waiting) {
    const note = 'the vendor still has a task of it, which is asked about first';
    return mark.prompt === undefined ? {} : { note: `${note}; its prompt stays` };
  }
  const has = outcome?.status === 'succeeded' ? outcome : undefined;
  const prompt = promptFor(clip, has, mark);
  if (!has && prompt === undefined) return {};
  // Not once more: a redo is one take more, however often it is begun.
  return extended(unsent ? withoutOpen(plan) : plan, {
    ...(has && { has }),
    ...{ redoes: mark.takes, ...(prompt !== undefined && { prompt }) },
  });
}

function withoutOpen(plan: CuePlan | undefined): CuePlan | undefined {
  return plan && { ...plan, cues: plan.cues.slice(0, plan.over ?? 0) };
}

/** The same again means that of the take that was heard. Undefined if it is the row's. */
function promptFor(clip: Clip, has: Outcome | undefined, mark: Mark): string | undefined {
  const heard = has && takesOf(has).find(({ outputs }) => outputs.includes(mark.output ?? ''));
  const prompt = mark.prompt ?? heard?.prompt;
  return prompt === clip.prompt ? undefined : prompt;
}

/** One take more; whatever else was planned is over. */
function extended(
  plan: CuePlan | undefined,
  { has, prompt, redoes }: { has?: Outcome; prompt?: string; redoes: string },
): Redo {
  const { parts = 1, overlap = 0, cues = [] } = plan ?? {};
  const take = Math.max(has ? 1 : 0, ...cues.map((cue) => cue.take)) + 1;
  const own = partsIn(cues).map(({ part, excerpt }): Cue => ({
    ...{ take, part, redoes },
    ...(prompt !== undefined && { prompt }),
    ...(excerpt && { excerpt }),
  }));
  if (cues.length + own.length > MAX_CUES) {
    return { refused: `it has had ${take - 1} takes, and no more are made` };
  }
  return {
    plan: {
      ...{ parts, overlap, cues: [...cues, ...own], over: cues.length },
      ...(has && { had: hadOf(has) }),
    },
  };
}

/** The parts of the first take: all takes have the same. */
function partsIn(cues: readonly Cue[]): Pick<Cue, 'part' | 'excerpt'>[] {
  const [first] = cues;
  return first ? cues.filter(({ take }) => take === first.take) : [{ part: 1 }];
}

function hadOf(outcome: Outcome): NonNullable<CuePlan['had']> {
  const { output = '', attempts, possibleDuplicate, fitted } = outcome;
  return {
    ...{ takes: takesOf(outcome), chosen: output, attempts },
    ...(possibleDuplicate && { possibleDuplicate }),
    ...(fitted !== undefined && { fitted }),
  };
}
