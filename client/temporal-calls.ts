// Calls to Temporal about any workflow. Rides over a server that restarts, and turns its errors into
// ours.
import { randomUUID } from 'node:crypto';
import {
  type Client,
  type Connection,
  type ScheduleClient,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type WorkflowClient,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import { attributesRegistered, missingAttributes } from '../temporal/attributes.js';
import { withRpcRetry } from '../net/retry-rpc.js';
import { clientOf } from '../temporal/client-of.js';
import type { TemporalServer } from '../temporal/connection.js';
import { lenientClient } from '../temporal/lenient-client.js';
import type { RenewableConnection } from '../temporal/renewable-connection.js';
import { translateRpcError } from './rpc-errors.js';

/** For one try; a healthy server answers within some milliseconds. */
export const DEADLINE_MS = 10_000;
/** For all tries: an embedded server that was killed is back within seconds. */
const RETRY_MS = 30_000;
/** Queries are answered by a worker, and there may be none. */
const QUERY_MS = 3_000;

/** Of Temporal's API: TASK_QUEUE_TYPE_WORKFLOW and TASK_QUEUE_TYPE_ACTIVITY. */
const TASK_QUEUE_TYPE = { workflows: 1, activities: 2 } as const;

/** Of Temporal's API: WORKER_VERSIONING_MODE_VERSIONED. */
const VERSIONED = 2;

/** A version of a worker deployment; undefined stands for workers without one. */
export type WorkerVersion = { deploymentName: string; buildId: string } | undefined;

export interface WorkerVersions {
  /** The current one first, then the one that takes a part of them, if any. */
  taking: WorkerVersion[];
  asking: WorkerVersion[];
}

/** What an update came to; `silent`: no worker answered. */
export type UpdateAnswer<T> =
  { kind: 'done'; value: T } | { kind: 'refused'; reason: string } | { kind: 'silent' | 'gone' };

interface CallOptions {
  signal?: AbortSignal;
  tryMs?: number;
  forMs?: number;
}

export class TemporalCalls {
  protected readonly client: Client;
  /** For lists: what cannot be decrypted of one is left out. */
  protected readonly lenient: WorkflowClient;

  protected constructor(
    private readonly connection: RenewableConnection<Connection>,
    private readonly server: TemporalServer,
  ) {
    this.client = clientOf(connection, server);
    this.lenient = lenientClient(this.client);
  }

  async close(): Promise<void> {
    await this.connection.close();
  }

  /** Whether batches can have their search attributes, and be found by them. */
  hasAttributes(): Promise<boolean> {
    return attributesRegistered(this.connection, this.server.namespace);
  }

  /** Those of the batches' search attributes that are not registered. */
  missingAttributes(): Promise<string[]> {
    return this.call(() => missingAttributes(this.connection, this.server.namespace));
  }

  /** Version of the server, and how long it took to answer. */
  async ping(): Promise<{ version: string; ms: number }> {
    const ask = () => this.call(() => this.connection.workflowService.getSystemInfo({}));
    await ask(); // the connection is there after this
    const began = performance.now();
    const { serverVersion } = await ask();
    return { version: serverVersion, ms: performance.now() - began };
  }

  /** Whether there is an open workflow with this id. */
  async runs(workflowId: string): Promise<boolean> {
    const status = (await this.describeWorkflow(workflowId))?.status.name;
    return status === 'RUNNING' || status === 'PAUSED';
  }

  /** Types of the activities that a workflow waits for and no worker has ever taken. */
  async untakenActivities(workflowId: string): Promise<string[]> {
    const pending = (await this.describeWorkflow(workflowId))?.raw.pendingActivities ?? [];
    return pending
      .filter(({ lastStartedTime, attempt }) => !lastStartedTime && (attempt ?? 1) <= 1)
      .map(({ activityType }) => activityType?.name ?? '');
  }

  /** Undefined when no worker answers, or the workflow is not there (any more). */
  async query<T>(
    workflowId: string,
    name: string,
    withinMs: number = QUERY_MS,
  ): Promise<T | undefined> {
    try {
      return await this.call(() => this.client.workflow.getHandle(workflowId).query<T>(name), {
        tryMs: withinMs,
        forMs: 0,
      });
    } catch {
      // Whatever stands in the way of an answer: the callers go by `describe`.
      return undefined;
    }
  }

  /** Changes a workflow and returns its answer. */
  async update<T>(workflowId: string, name: string, argument: unknown): Promise<UpdateAnswer<T>> {
    const handle = this.client.workflow.getHandle(workflowId);
    const updateId = randomUUID(); // so that a call whose answer was lost can be made again
    return await this.call(async (): Promise<UpdateAnswer<T>> => {
      try {
        const value = await handle.executeUpdate<T, [unknown]>(name, {
          ...{ updateId, args: [argument] },
        });
        return { kind: 'done', value };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { kind: 'gone' };
        if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { kind: 'silent' };
        if (!(error instanceof WorkflowUpdateFailedError)) throw error;
        return { kind: 'refused', reason: error.cause?.message ?? error.message };
      }
    });
  }

  /**
   * Whether a worker has asked this queue for work in the last minutes. It may have died since: only
   * an answer of the batch is proof.
   */
  async hasPollers(taskQueue: string, work: keyof typeof TASK_QUEUE_TYPE): Promise<boolean> {
    return (await this.#describeQueue(taskQueue, work)).pollers.length > 0;
  }

  /** Versions of the workers that take new batches of this queue, and of those that have asked for them. */
  async workerVersions(taskQueue: string): Promise<WorkerVersions> {
    const { pollers, versioningInfo } = await this.#describeQueue(taskQueue, 'workflows');
    const ramping = versionOf(versioningInfo?.rampingDeploymentVersion);
    return {
      taking: [versionOf(versioningInfo?.currentDeploymentVersion), ...(ramping ? [ramping] : [])],
      asking: pollers.map(({ deploymentOptions: of }) =>
        Number(of?.workerVersioningMode) === VERSIONED ? versionOf(of) : undefined,
      ),
    };
  }

  async #describeQueue(taskQueue: string, work: keyof typeof TASK_QUEUE_TYPE) {
    return await this.call(() =>
      this.connection.workflowService.describeTaskQueue({
        namespace: this.server.namespace,
        taskQueue: { name: taskQueue },
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is in @temporalio/proto, which is no dependency
        taskQueueType: TASK_QUEUE_TYPE[work],
      }),
    );
  }

  async signal(workflowId: string, name: string, ...args: unknown[]): Promise<void> {
    await this.call(() => this.client.workflow.getHandle(workflowId).signal(name, ...args));
  }

  async cancel(workflowId: string): Promise<void> {
    await this.call(() => this.client.workflow.getHandle(workflowId).cancel());
  }

  /** A call about schedules, made like every other; it must be safe to repeat. */
  async withSchedules<T>(call: (schedules: ScheduleClient) => Promise<T>): Promise<T> {
    return await this.call(() => call(this.client.schedule));
  }

  protected async describeWorkflow(
    workflowId: string,
    signal?: AbortSignal,
    client = this.client.workflow,
  ): Promise<WorkflowExecutionDescription | undefined> {
    try {
      return await this.call(() => client.getHandle(workflowId).describe(), signal && { signal });
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  }

  protected async call<T>(
    call: () => Promise<T>,
    { signal, tryMs = DEADLINE_MS, forMs = RETRY_MS }: CallOptions = {},
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

function versionOf(
  found: { deploymentName?: string | null; buildId?: string | null } | null | undefined,
): WorkerVersion {
  return found?.buildId
    ? { deploymentName: found.deploymentName ?? '', buildId: found.buildId }
    : undefined;
}
