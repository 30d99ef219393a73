// Every call to Temporal that the programmatic API makes. Rides over a server that restarts, and turns
// its errors into ours.
import {
  Client,
  Connection,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { BatchProgress, ScoreBatchInput } from '../contract/batch.js';
import type { BatchSummary } from '../contract/clip.js';
import { PROGRESS_QUERY, SCORE_BATCH_WORKFLOW } from '../contract/names.js';
import { withRpcRetry } from '../net/retry-rpc.js';
import type { OpenedTemporal } from '../workers/connection.js';
import { executionOf, type BatchMemo, type Execution } from './execution.js';
import { translateRpcError, unreachable } from './rpc-errors.js';

/** For one try; a healthy server answers within some milliseconds. */
const DEADLINE_MS = 10_000;
/** For all tries: an embedded server that was killed is back within seconds. */
const RETRY_MS = 30_000;
/** Queries are answered by a worker, and there may be none. */
const QUERY_MS = 3_000;

export interface StartRequest {
  batch: string;
  taskQueue: string;
  input: ScoreBatchInput;
  memo: BatchMemo;
  /** Start it again if it is closed. */
  again: boolean;
}

/** Other workflows of the namespace are not ours. */
const LIST_QUERY = `WorkflowType = '${SCORE_BATCH_WORKFLOW}' AND ExecutionStatus != 'ContinuedAsNew'`;

export class TemporalClient {
  readonly #client: Client;

  private constructor(
    private readonly connection: Connection,
    private readonly server: Pick<OpenedTemporal, 'connection' | 'namespace'>,
  ) {
    this.#client = new Client({ connection, namespace: server.namespace });
  }

  /** @throws ReelscoreError `temporal_unreachable` or `temporal_refused` */
  static async connect(
    server: Pick<OpenedTemporal, 'connection' | 'namespace'>,
  ): Promise<TemporalClient> {
    try {
      const connection = await withRpcRetry(() => Connection.connect(server.connection), {
        forMs: DEADLINE_MS,
      });
      return new TemporalClient(connection, server);
    } catch (error) {
      const { address } = server.connection;
      const translated = translateRpcError(error, address);
      // The SDK's own error for a connection that did not come about has no code.
      throw translated === error ? unreachable(address, error) : translated;
    }
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  /** The newest execution of a batch; undefined if there is none (any more), or it is not ours. */
  async describe(batch: string, signal?: AbortSignal): Promise<Execution | undefined> {
    try {
      const info = await this.#call(
        () => this.#client.workflow.getHandle(batch).describe(),
        signal && { signal },
      );
      return info.type === SCORE_BATCH_WORKFLOW ? executionOf(info) : undefined;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  /** Undefined when no worker answers, or the batch has ended meanwhile. */
  async progress(batch: string, withinMs: number = QUERY_MS): Promise<BatchProgress | undefined> {
    try {
      return await this.#call(
        () => this.#client.workflow.getHandle(batch).query<BatchProgress>(PROGRESS_QUERY),
        { tryMs: withinMs, forMs: 0 },
      );
    } catch {
      // Whatever stands in the way of an answer: the callers go by `describe`.
      return undefined;
    }
  }

  /**
   * Whether a worker has asked this queue for work in the last minutes. It may have died since: only
   * an answer of the batch is proof.
   */
  async hasPollers(taskQueue: string): Promise<boolean> {
    const { pollers } = await this.#call(() =>
      this.connection.workflowService.describeTaskQueue({
        namespace: this.server.namespace,
        taskQueue: { name: taskQueue },
      }),
    );
    return pollers.length > 0;
  }

  /** Summary of a completed batch. */
  async result(batch: string): Promise<BatchSummary> {
    return await this.#call(() => this.#client.workflow.getHandle<BatchWorkflow>(batch).result());
  }

  /** Returns false if the id was taken by an execution that runs, or (without `again`) has run. */
  async start({ batch, taskQueue, input, memo, again }: StartRequest): Promise<boolean> {
    const { name, store, rows } = memo;
    try {
      await this.#call(() =>
        this.#client.workflow.start<BatchWorkflow>(SCORE_BATCH_WORKFLOW, {
          workflowId: batch,
          taskQueue,
          args: [input],
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

  async signal(batch: string, name: string, ...args: unknown[]): Promise<void> {
    await this.#call(() => this.#client.workflow.getHandle(batch).signal(name, ...args));
  }

  async cancel(batch: string): Promise<void> {
    await this.#call(() => this.#client.workflow.getHandle(batch).cancel());
  }

  /** Newest execution of every batch, newest first. */
  async list(): Promise<Execution[]> {
    return await this.#call(async () => {
      const newest = new Map<string, Execution>();
      for await (const info of this.#client.workflow.list({ query: LIST_QUERY })) {
        const found = executionOf(info);
        const known = newest.get(info.workflowId);
        if (found && !(known && known.startedAt > found.startedAt)) newest.set(found.batch, found);
      }
      return [...newest.values()].sort((a, b) => b.startedAt.getTime() - a.startedAt.getTime());
    });
  }

  async #call<T>(
    call: () => Promise<T>,
    {
      signal,
      tryMs = DEADLINE_MS,
      forMs = RETRY_MS,
    }: { signal?: AbortSignal; tryMs?: number; forMs?: number } = {},
  ): Promise<T> {
    try {
      return await withRpcRetry(() => this.connection.withDeadline(Date.now() + tryMs, call), {
        forMs,
        ...(signal && { signal }),
      });
    } catch (error) {
      throw translateRpcError(error, this.server.connection.address);
    }
  }
}

type BatchWorkflow = (input: ScoreBatchInput) => Promise<BatchSummary>;
