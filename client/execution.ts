// One execution of a batch, as the Temporal server sees it.
import type { WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { z } from 'zod';
import { ATTRIBUTES } from '../contract/names.js';

/** What a batch says of itself in its memo, readable without a worker. */
const memoSchema = z.object({
  name: z.string(),
  store: z.string(),
  /** Rows of the manifest. */
  total: z.number(),
  /** Rows of this round. */
  rows: z.number(),
  round: z.number(),
});
export type BatchMemo = z.infer<typeof memoSchema>;

export interface Execution {
  batch: string;
  status: WorkflowExecutionStatusName;
  taskQueue: string;
  startedAt: Date;
  closedAt?: Date;
  memo: BatchMemo;
  /** Its search attribute, where those are registered: what it was doing when it last said so. */
  said?: string;
}

const STATUS_KEY = defineSearchAttributeKey(ATTRIBUTES.status, SearchAttributeType.KEYWORD);

/** Undefined if it was not started by this API: its memo does not tell where its results lie. */
export function executionOf(
  info: Pick<WorkflowExecutionInfo, 'workflowId' | 'status' | 'taskQueue' | 'startTime'> & {
    closeTime?: Date | undefined;
    memo?: Record<string, unknown> | undefined;
    typedSearchAttributes?: WorkflowExecutionInfo['typedSearchAttributes'];
  },
): Execution | undefined {
  const said = info.typedSearchAttributes?.get(STATUS_KEY);
  const memo = memoSchema.safeParse(info.memo);
  if (!memo.success) return undefined;
  return {
    batch: info.workflowId,
    status: info.status.name,
    taskQueue: info.taskQueue,
    startedAt: info.startTime,
    ...(info.closeTime && { closedAt: info.closeTime }),
    memo: memo.data,
    ...(said !== undefined && { said }),
  };
}
