// What traces are to the rest: nothing of OpenTelemetry is loaded by it.
import type { WorkflowClientInterceptor } from '@temporalio/client';
import type { Headers } from '@temporalio/common';
import type { WorkerOptions } from '@temporalio/worker';

export interface Traces {
  /** For clients: begins a trace where a workflow is started, and hands it on. */
  client: WorkflowClientInterceptor;
  /** For workers, whose workflow bundle must be one of those with `.traces` in their names. */
  worker: Required<Pick<WorkerOptions, 'interceptors' | 'sinks'>>;
  /**
   * Makes a call within a span.
   * @param parent headers of the workflow in whose trace it belongs
   */
  within<T extends { code: number }>(
    name: string,
    of: { workflowId: string; parent: Headers | undefined },
    call: () => Promise<T>,
  ): Promise<T>;
  /** Called when spans could not be sent, once until some were sent again. */
  onFault(tell: (error: unknown) => void): void;
  /** Sends what there is, for some seconds at most. */
  close(): Promise<void>;
}
