// Queries the vendor about tasks, in groups: tasks that called back, and tasks that are due.
import type { ActiveClip } from '../../contract/carried.js';
import { queryFailed, stillRunning, submittedAt, taskEnded } from './clip.js';
import { applyEffect, taskOf, type StepContext } from './step.js';
import type { Survey } from './survey.js';

const MAX_GROUPS = 4;
const HINTED_GROUP = 20;
const POLL_GROUP = 500;
/** Batching window of callbacks, while no clip waits for a slot. */
export const QUERY_WAIT_MS = 4000;
/** The same on their way here, which their senders wait for. */
export const CALLBACK_WAIT_MS = 2000;

export class Queries {
  #groups = 0;

  constructor(private readonly context: StepContext) {}

  /**
   * @param patient no clip waits for a slot
   * @returns when to query what was postponed; Infinity if that does not depend on time
   */
  begin({ hinted, due }: Survey, patient: boolean): number {
    this.#start(due, POLL_GROUP);
    const waitUntil = Math.min(...hinted.map(({ hintedAt = 0 }) => hintedAt)) + QUERY_WAIT_MS;
    if (patient && hinted.length < HINTED_GROUP && waitUntil > Date.now()) return waitUntil;
    this.#start(hinted, HINTED_GROUP);
    return Infinity;
  }

  #start(clips: ActiveClip[], size: number): void {
    for (let at = 0; at < clips.length && this.#groups < MAX_GROUPS; at += size) {
      const group = clips.slice(at, at + size);
      for (const clip of group) {
        clip.busy = true;
        delete clip.hintedAt;
      }
      this.#groups += 1;
      this.context.work.start(async () => {
        await this.#ask(group);
        this.#groups -= 1;
      });
    }
  }

  async #ask(group: ActiveClip[]): Promise<void> {
    const { input, state, activities } = this.context;
    const { store, round, options } = input;
    const begunAt = Date.now();
    const answer = await activities.queryTasks({ store, round, tasks: group.map(taskOf) });
    const now = Date.now();
    const ended = new Map(answer.ended.map((end) => [end.row, end]));
    const failures = new Map(answer.troubles.map(({ row, failure }) => [row, failure]));
    const waits = new Map(answer.waits);
    for (const clip of group) {
      delete clip.busy;
      if (state.clips.get(clip.row) !== clip) continue; // settled meanwhile, by a cancellation
      const end = ended.get(clip.row);
      const failure = failures.get(clip.row);
      // The end of a task is the vendor's answer to the submission, not to this query.
      const since = end ? submittedAt(clip, options) : begunAt;
      const effect = end
        ? taskEnded(clip, end, now, options)
        : failure
          ? queryFailed(clip, failure, now, options)
          : stillRunning(clip, now, options, waits.get(clip.row));
      applyEffect(this.context, clip, effect, since);
    }
  }
}
