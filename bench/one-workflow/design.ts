// The product's own design: one scoreBatch a batch.
import { ACCOUNT_PREFIX, SCORE_BATCH_WORKFLOW, taskQueueOf } from '../../contract/names.js';
import type { BatchSummary } from '../../contract/clip.js';
import type { ScoreBatchInput } from '../../contract/batch.js';
import { startWorker, type WorkerOptions } from '../../workers/worker.js';
import type { Design } from '../support/design.js';

export async function startOneWorkflow(options: WorkerOptions): Promise<Design> {
  const worker = await startWorker(options);
  return {
    name: 'one workflow a batch',
    async score(client, { id, store, rows, options: batchOptions }) {
      const input: ScoreBatchInput = {
        ...{ version: 1, name: 'bench', store, round: 1 },
        rows: { count: rows },
        options: batchOptions,
      };
      return (await client.workflow.execute(SCORE_BATCH_WORKFLOW, {
        workflowId: id,
        taskQueue: taskQueueOf(options.config.account),
        args: [input],
      })) as BatchSummary;
    },
    workflowIds: ({ id }) => [id],
    sharedPrefix: ACCOUNT_PREFIX,
    close: () => worker.stop(),
  };
}
