// Makes the POSTs that are due within a short time, each at its moment. What holds for one holds for each of them
// (submit-clip.ts): they share an activity and its heartbeat, and the journal's writes at the same time.
import { log } from '@temporalio/activity';
import type {
  BatchActivities,
  SubmitClipsInput,
  SubmitClipsOutput,
  SubmitClipOutput,
} from '../contract/activities.js';
import type { ActivityDependencies } from './dependencies.js';
import type { OpenBatches } from './batch-files.js';
import { withHeartbeat } from './heartbeat.js';
import { SubmissionHold } from './submission-hold.js';
import { createSubmit } from './submit-clip.js';

/** Most groups take less, and so no heartbeat; the heartbeat timeout is 10 s. */
const HEARTBEAT_MS = 5000;

export function submitActivities(
  dependencies: Pick<ActivityDependencies, 'vendor' | 'delivery' | 'callbackUrl'>,
  batches: OpenBatches,
): Pick<BatchActivities, 'submitClip' | 'submitClips'> {
  const submit = createSubmit({ ...dependencies, batches, hold: new SubmissionHold() });
  return {
    // The workflow learns of a reset only by these answers: the history it replays is the previous run's.
    submitClip: async (input) => {
      const takenAt = Date.now();
      if (input.reset !== undefined) return { kind: 'held', reset: input.reset };
      return await withHeartbeat(() => submit(input, takenAt), HEARTBEAT_MS);
    },
    submitClips: async ({ submissions, ...shared }) => {
      const takenAt = Date.now();
      if (shared.reset !== undefined) return { answers: [], reset: shared.reset };
      const ends = await withHeartbeat(
        () => Promise.allSettled(submissions.map((one) => submit({ ...shared, ...one }, takenAt))),
        HEARTBEAT_MS,
      );
      for (const end of ends)
        if (end.status === 'rejected')
          log.warn('a submission of a group failed', { error: end.reason as unknown });
      return { answers: answersOf(submissions, ends) };
    },
  };
}

/**
 * The answers of a group. One that failed is left out, so it is held and submitted again later, unless no POST of
 * the group was made: then the activity fails with the cause, and is retried.
 * @throws why submissions of the group failed
 */
export function answersOf(
  submissions: SubmitClipsInput['submissions'],
  ends: PromiseSettledResult<SubmitClipOutput>[],
): SubmitClipsOutput['answers'] {
  const answers: SubmitClipsOutput['answers'] = [];
  const failures: unknown[] = [];
  for (const [index, { row }] of submissions.entries()) {
    const end = ends[index];
    if (end?.status === 'fulfilled') answers.push([row, end.value]);
    else failures.push(end?.reason);
  }
  const paid = answers.some(([, { kind }]) => kind === 'accepted' || kind === 'unknown');
  if (failures.length > 0 && !paid) throw failures[0];
  return answers;
}
