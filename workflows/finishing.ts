// Has soundtracks downloaded and outcomes recorded, in groups.
import type { ActiveClip } from '../contract/carried.js';
import type { Outcome } from '../contract/clip.js';
import { downloadFailed } from './clip.js';
import { applyEffect, taskOf, type StepContext } from './step.js';
import type { Survey } from './survey.js';

const MAX_GROUPS = 4;
const GROUP = 50;
/** While there are clips to submit, downloads wait so long for company. */
const WAIT_MS = 5000;

export class Finishing {
  #groups = 0;

  constructor(private readonly context: StepContext) {}

  /** @returns when to finish what is left for later; Infinity if time does not help */
  begin({ ended }: Survey, patient: boolean): number {
    const { state, work } = this.context;
    const waitUntil = Math.min(...ended.map(({ notBefore }) => notBefore)) + WAIT_MS;
    const few = state.unrecorded.length === 0 && ended.length < GROUP;
    if (patient && few && waitUntil > Date.now()) return waitUntil;
    while (this.#groups < MAX_GROUPS && ended.length + state.unrecorded.length > 0) {
      const group = ended.splice(0, GROUP);
      const record = state.unrecorded.splice(0, GROUP);
      for (const clip of group) clip.busy = true;
      this.#groups += 1;
      work.start(async () => {
        await this.#finish(group, record);
        this.#groups -= 1;
      });
    }
    return Infinity;
  }

  async #finish(group: ActiveClip[], record: Outcome[]): Promise<void> {
    const { input, state, activities } = this.context;
    const { store, round, options } = input;
    state.recording += record.length;
    const answer = await activities.finishClips({
      ...{ store, round, record },
      ...(options.ledger && { ledger: options.ledger }),
      segment: state.nextSegment(),
      download: group.map((clip) => ({
        ...taskOf(clip),
        attempts: clip.attempt,
        possibleDuplicate: clip.possibleDuplicate ?? false,
      })),
    });
    const now = Date.now();
    const troubles = new Map(answer.troubles.map((trouble) => [trouble.row, trouble.failure]));
    state.recording -= record.length;
    for (const outcome of record) state.count(outcome.status); // B2
    for (const clip of group) {
      delete clip.busy;
      const failure = troubles.get(clip.row);
      if (failure) applyEffect(this.context, clip, downloadFailed(clip, failure, now, options));
      else state.succeeded(clip); // B2
    }
    state.noteFailures(answer.failures);
  }
}
