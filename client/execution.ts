// One workflow execution of a batch, as the Temporal server describes it.
import type { WorkflowExecutionInfo, WorkflowExecutionStatusName } from '@temporalio/client';
import { z } from 'zod';
import { attributeKey } from '../contract/names.js';
import type { FailingWork } from './failing-work.js';

/** The memo of a batch, readable without a worker. */
const memoSchema = z.object({
  name: z.string(),
  store: z.string(),
  /** Rows of the manifest. */
  total: z.number(),
  /** Rows of this round. */
  rows: z.number(),
  round: z.number(),
  /** Name of the machine that started it, where a client did. */
  host: z.string().exactOptional(),
});
export type BatchMemo = z.infer<typeof memoSchema>;

export interface Execution {
  batch: string;
  status: WorkflowExecutionStatusName;
  taskQueue: string;
  startedAt: Date;
  closedAt?: Date;
  memo: BatchMemo;
  /** Only from a describe call, not from a list. */
  failing?: FailingWork[];
  /** Its status search attribute, where registered, as last set. */
  said?: string;
}

/** An execution whose folder may not be known yet: its manifest is not read, or never was. */
export type BareExecution = Omit<Execution, 'memo'> & { memo?: BatchMemo };

type Info = Pick<WorkflowExecutionInfo, 'workflowId' | 'status' | 'taskQueue' | 'startTime'> & {
  closeTime?: Date | undefined;
  memo?: Record<string, unknown> | undefined;
  typedSearchAttributes?: WorkflowExecutionInfo['typedSearchAttributes'];
};

export function bareExecutionOf(info: Info): BareExecution {
  const said = info.typedSearchAttributes?.get(attributeKey('status'));
  const memo = memoSchema.safeParse(info.memo);
  return {
    batch: info.workflowId,
    status: info.status.name,
    taskQueue: info.taskQueue,
    startedAt: info.startTime,
    ...(info.closeTime && { closedAt: info.closeTime }),
    ...(memo.success && { memo: memo.data }),
    ...(said !== undefined && { said }),
  };
}

/** Undefined if its memo does not tell where its results lie. */
export function executionOf(info: Info): Execution | undefined {
  return openedOf(bareExecutionOf(info));
}

/** Likewise. */
export function openedOf({ memo, ...bare }: BareExecution): Execution | undefined {
  return memo && { ...bare, memo };
}
