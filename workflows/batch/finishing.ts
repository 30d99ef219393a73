// Starts downloads of soundtracks and the recording of outcomes, in groups.
import type { ActiveClip } from '../../contract/carried.js';
import type { Outcome } from '../../contract/clip.js';
import { isAsIs } from './as-is.js';
import { downloadFailed } from './clip.js';
import { applyEffect, taskOf, type StepContext } from './step.js';
import type { Survey } from './survey.js';

const MAX_GROUPS = 4;
/** In addition: groups of clips whose soundtracks download slowly. */
const MAX_SLOW_GROUPS = 2;
const GROUP = 50;
/** Batching window of downloads, while there are clips to submit. */
const WAIT_MS = 5000;

interface Group {
  clips: ActiveClip[];
  record: Outcome[];
  slow?: true;
}

export class Finishing {
  #groups = 0;
  #slowGroups = 0;

  constructor(private readonly context: StepContext) {}

  get underWay(): boolean {
    return this.#groups + this.#slowGroups > 0;
  }

  /** @returns when to start what was postponed; Infinity if that does not depend on time */
  begin({ ended }: Survey, patient: boolean): number {
    const { state } = this.context;
    const slow = ended.filter((clip) => clip.slow);
    const brisk = ended.filter((clip) => !clip.slow);
    while (this.#slowGroups < MAX_SLOW_GROUPS && slow.length > 0) {
      this.#start({ clips: slow.splice(0, GROUP), record: [], slow: true });
    }
    const waitUntil = Math.min(...brisk.map(({ notBefore }) => notBefore)) + WAIT_MS;
    const few = state.unrecorded.length === 0 && brisk.length < GROUP;
    if (patient && few && waitUntil > Date.now()) return waitUntil;
    while (this.#groups < MAX_GROUPS && brisk.length + state.unrecorded.length > 0) {
      this.#start({ clips: brisk.splice(0, GROUP), record: state.unrecorded.splice(0, GROUP) });
    }
    return Infinity;
  }

  #start(group: Group): void {
    const change = (by: 1 | -1): void => {
      if (group.slow) this.#slowGroups += by;
      else this.#groups += by;
    };
    for (const clip of group.clips) clip.busy = true;
    change(1);
    this.context.work.start(async () => {
      await this.#finish(group);
      change(-1);
    });
  }

  async #finish({ clips, record, slow }: Group): Promise<void> {
    const { input, state, membership, activities } = this.context;
    const { store, round, options } = input;
    const wasReset = membership.state.run !== undefined;
    state.recording += record.length;
    const begunAt = Date.now();
    const download = clips.map((clip) => ({
      ...taskOf(clip),
      attempts: clip.attempt,
      possibleDuplicate: clip.possibleDuplicate ?? false,
      ...((clip.begun ?? clip.earlier ?? wasReset) && { begun: true as const }),
    }));
    for (const clip of clips) clip.begun = true; // B1
    const answer = await activities.finishClips({
      ...{ store, round, record, download },
      ...(options.ledger && { ledger: options.ledger }),
      ...(slow && { slow }),
      ...(isAsIs(input) && { asIs: true }),
      segment: state.nextSegment(Date.now()),
    });
    const now = Date.now();
    const failures = new Map(answer.troubles.map(({ row, failure }) => [row, failure]));
    const slower = new Set(answer.slow);
    const open = new Set(answer.open);
    state.recording -= record.length;
    for (const { row, status } of record) state.ended(row, status); // B2
    for (const clip of clips) {
      delete clip.busy;
      const failure = failures.get(clip.row);
      if (failure) {
        applyEffect(this.context, clip, downloadFailed(clip, failure, now, options), begunAt);
      } else if (slower.has(clip.row)) clip.slow = true;
      else if (!open.has(clip.row)) state.succeeded(clip); // B2
    }
    state.noteFailures(answer.failures);
  }
}
