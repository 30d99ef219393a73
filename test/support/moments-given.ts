// The moments that workflows gave out, as their histories have them: what a pace is judged by. When
// submissions arrive depends on the machine as well; that is for the benchmark (`pace`).
import type { Client } from '@temporalio/client';
import type { SubmitClipsInput } from '../../contract/activities.js';

export interface GivenMoment {
  batch: string;
  /** Epoch ms. */
  at: number;
}

/** Every moment that batches gave out, over all their runs, in order. */
export async function momentsGiven(
  client: Client,
  batches: readonly string[],
): Promise<GivenMoment[]> {
  const given = await Promise.all(batches.map((batch) => momentsOf(client, batch)));
  return given.flat().sort((a, b) => a.at - b.at);
}

async function momentsOf(client: Client, batch: string): Promise<GivenMoment[]> {
  const given: GivenMoment[] = [];
  // From the newest run back.
  for (let runId: string | undefined; ;) {
    const { events } = await client.workflow.getHandle(batch, runId).fetchHistory();
    for (const { activityTaskScheduledEventAttributes: scheduled } of events ?? []) {
      if (scheduled?.activityType?.name !== 'submitClips') continue;
      const text = Buffer.from(scheduled.input!.payloads![0]!.data!).toString();
      const { submissions } = JSON.parse(text) as SubmitClipsInput;
      given.push(...submissions.map(({ notBefore }) => ({ batch, at: notBefore })));
    }
    const before = events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
    if (!before) return given;
    runId = before;
  }
}
