// Calls to Temporal about batches.
import {
  Connection,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  type WorkflowExecutionStatusName,
} from '@temporalio/client';
import type { BatchProgress, ScoreBatchInput } from '../contract/batch.js';
import type { BatchSummary } from '../contract/clip.js';
import type { MixAgain, MixProgress, MixVideosInput } from '../contract/mix.js';
import {
  firstAttributes,
  MIX_AGAIN_SIGNAL,
  MIX_PROGRESS_QUERY,
  MIX_VIDEOS_WORKFLOW,
  mixIdOf,
  NOTIFICATION_WORKFLOW,
  PROGRESS_QUERY,
  SCORE_BATCH_WORKFLOW,
} from '../contract/names.js';
import { withRpcRetry } from '../net/retry-rpc.js';
import { failureReader, type ReadFailure } from '../temporal/payloads/failures.js';
import type { TemporalServer } from '../temporal/connection.js';
import { RenewableConnection } from '../temporal/renewable-connection.js';
import {
  bareExecutionOf,
  executionOf,
  type BareExecution,
  type BatchMemo,
  type Execution,
} from './execution.js';
import { failingWorkOf, type FailingWork } from './failing-work.js';
import { conditionsOf, mayMatch, type BatchFilter } from './filter.js';
import { translateRpcError, unreachable } from './rpc-errors.js';
import { DEADLINE_MS, TemporalCalls } from './temporal-calls.js';

export interface StartRequest {
  batch: string;
  taskQueue: string;
  input: ScoreBatchInput;
  memo: BatchMemo;
  /** Start it again if it is closed. */
  again: boolean;
}

/** Between a batch's last notification and its end come some five. */
const LAST_EVENTS = 20;

/** Other workflows of the namespace are not ours. */
const LIST_QUERY = `WorkflowType = '${SCORE_BATCH_WORKFLOW}' AND ExecutionStatus != 'ContinuedAsNew'`;

export class TemporalClient extends TemporalCalls {
  /** @throws ReelscoreError `temporal_unreachable` or `temporal_refused` */
  static async connect(server: TemporalServer): Promise<TemporalClient> {
    try {
      const connection = await RenewableConnection.open(server, {
        connect: (options) =>
          withRpcRetry(() => Connection.connect(options), { forMs: DEADLINE_MS }),
      });
      return new TemporalClient(connection, server);
    } catch (error) {
      const { address } = server.connection;
      const translated = translateRpcError(error, address);
      // The SDK's own error for a connection that did not come about has no code.
      throw translated === error ? unreachable(address, error) : translated;
    }
  }

  /** The newest execution of a batch; undefined if there is none (any more), or it is not ours. */
  async describe(batch: string): Promise<Execution | undefined> {
    const info = await this.describeWorkflow(batch);
    return info?.type === SCORE_BATCH_WORKFLOW ? executionOf(info) : undefined;
  }

  /** Likewise, but also one whose manifest is not read yet, or could not be. */
  async describeBare(batch: string, signal?: AbortSignal): Promise<BareExecution | undefined> {
    const info = await this.describeWorkflow(batch, signal);
    if (info?.type !== SCORE_BATCH_WORKFLOW) return undefined;
    return { ...bareExecutionOf(info), failing: await this.#failing(info) };
  }

  /** Undefined when no worker answers, or the batch has ended meanwhile. */
  progress(batch: string, withinMs?: number): Promise<BatchProgress | undefined> {
    return this.query(batch, PROGRESS_QUERY, withinMs);
  }

  /** Summary of a completed batch. */
  async result(batch: string): Promise<BatchSummary> {
    return await this.call(() => this.client.workflow.getHandle<BatchWorkflow>(batch).result());
  }

  /** Workflow id of the notification that a batch sent last before it ended; undefined if it sent none. */
  async lastNotification(batch: string): Promise<string | undefined> {
    const { namespace } = this.client.options;
    const { history } = await this.call(() =>
      this.client.workflowService.getWorkflowExecutionHistoryReverse({
        ...{ namespace, execution: { workflowId: batch }, maximumPageSize: LAST_EVENTS },
      }),
    );
    const sent = (history?.events ?? []).flatMap(
      (event) => event.startChildWorkflowExecutionInitiatedEventAttributes ?? [],
    );
    return sent.find(({ workflowType }) => workflowType?.name === NOTIFICATION_WORKFLOW)
      ?.workflowId as string | undefined;
  }

  /** How a notification stands, and why the newest try to deliver it failed, if it did. */
  async describeNotification(
    workflowId: string,
  ): Promise<{ status: WorkflowExecutionStatusName; failure?: string } | undefined> {
    const info = await this.describeWorkflow(workflowId);
    const last = info?.raw.pendingActivities?.[0]?.lastFailure;
    const failure = last && (await this.#readFailure(last));
    return info && { status: info.status.name, ...(failure && { failure }) };
  }

  /** Returns false if the id was taken by an execution that runs, or (without `again`) has run. */
  async start({ batch, taskQueue, input, memo, again }: StartRequest): Promise<boolean> {
    const { name, store, rows } = memo;
    const attributes = await this.hasAttributes();
    try {
      await this.call(() =>
        this.client.workflow.start<BatchWorkflow>(SCORE_BATCH_WORKFLOW, {
          workflowId: batch,
          taskQueue,
          args: [attributes ? { ...input, attributes } : input],
          ...(attributes && { typedSearchAttributes: firstAttributes(name, taskQueue) }),
          memo,
          workflowIdReusePolicy: again ? 'ALLOW_DUPLICATE' : 'REJECT_DUPLICATE',
          staticSummary: `${name}: ${rows} clips`,
          staticDetails: `Results: \`${store}\``,
        }),
      );
      return true;
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
      throw error;
    }
  }

  /** Starts the mixing of a batch's videos; if it runs, it looks through the batch once more. */
  async startMixing(taskQueue: string, input: MixVideosInput): Promise<void> {
    const { batch, round, mix, skipped } = input;
    const workflowId = mixIdOf(batch);
    try {
      await this.call(() =>
        this.client.workflow.start<(input: MixVideosInput) => Promise<MixProgress>>(
          MIX_VIDEOS_WORKFLOW,
          { workflowId, taskQueue, args: [input], staticSummary: `${batch}: finished videos` },
        ),
      );
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
      const again: MixAgain = { round, mix, ...(skipped && { skipped }) };
      await this.signal(workflowId, MIX_AGAIN_SIGNAL, again);
    }
  }

  async describeMixing(workflowId: string): Promise<BareExecution | undefined> {
    const info = await this.describeWorkflow(workflowId);
    if (info?.type !== MIX_VIDEOS_WORKFLOW) return undefined;
    return { ...bareExecutionOf(info), failing: await this.#failing(info) };
  }

  /** Undefined when no worker answers, or it has ended meanwhile. */
  mixProgress(workflowId: string): Promise<MixProgress | undefined> {
    return this.query(workflowId, MIX_PROGRESS_QUERY);
  }

  /** What mixing that is completed came to. */
  async mixed(workflowId: string): Promise<MixProgress> {
    return await this.call(() =>
      this.client.workflow
        .getHandle<(input: MixVideosInput) => Promise<MixProgress>>(workflowId)
        .result(),
    );
  }

  /** Newest execution of every batch that may match, newest first. */
  async list(filter: BatchFilter = {}): Promise<BareExecution[]> {
    const attributes = filter.name !== undefined && (await this.hasAttributes());
    const { conditions, byName } = conditionsOf(filter, attributes);
    const listed = await this.#newest([LIST_QUERY, ...conditions].join(' AND '));
    // A retry may have brought another name: then an execution of the old one is not the newest.
    const found = byName
      ? await Promise.all(listed.map(({ batch }) => this.#current(batch)))
      : listed;
    return found
      .filter((execution) => execution !== undefined)
      .filter((execution) => mayMatch(execution, filter));
  }

  async #current(batch: string): Promise<BareExecution | undefined> {
    const info = await this.describeWorkflow(batch, undefined, this.lenient);
    return info?.type === SCORE_BATCH_WORKFLOW ? bareExecutionOf(info) : undefined;
  }

  get #readFailure(): ReadFailure {
    return failureReader(this.client.options.loadedDataConverter);
  }

  async #failing({ raw }: WorkflowExecutionDescription): Promise<FailingWork[]> {
    return await failingWorkOf(raw.pendingActivities ?? [], this.#readFailure);
  }

  /** Newest of the executions of each batch that a query finds. */
  async #newest(query: string): Promise<BareExecution[]> {
    return await this.call(async () => {
      const newest = new Map<string, BareExecution>();
      for await (const info of this.lenient.list({ query })) {
        const found = bareExecutionOf(info);
        const known = newest.get(info.workflowId);
        if (!(known && known.startedAt > found.startedAt)) newest.set(found.batch, found);
      }
      return [...newest.values()].sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
    });
  }
}

type BatchWorkflow = (input: ScoreBatchInput) => Promise<BatchSummary>;
