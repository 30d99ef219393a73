// Starts the notifications of a batch.
import { CancellationScope, log, startChild, workflowInfo } from '@temporalio/workflow';
import type { Notification } from '../../contract/activities.js';
import { accountOf, NOTIFICATION_WORKFLOW } from '../../contract/names.js';
import type { notification } from '../notification.js';

/** The parts of a notification that only the batch itself knows. */
export type NotificationFacts = Pick<Notification, 'name' | 'counts' | 'submissions' | 'results'>;

export class Notifier {
  /**
   * @param url where notifications go; absent = none are sent
   * @param facts called for each notification
   */
  constructor(
    private readonly url: string | undefined,
    private readonly facts: () => NotificationFacts,
  ) {}

  /**
   * Starts a separate workflow for the notification, which outlives the batch, and returns once that is
   * started, also if the batch is being cancelled. Never throws: no batch may fail because of a notification.
   * @param reason why the batch paused or failed
   */
  async notify(type: Notification['type'], reason?: string): Promise<void> {
    if (this.url === undefined) return;
    const { workflowId: batch, taskQueue, firstExecutionRunId } = workflowInfo();
    const now = Date.now();
    // The specification signs `id.timestamp.body`, so an id must have no dot.
    const id = [firstExecutionRunId, type.replace('.', '-'), now].join('-');
    const content: Notification = {
      ...{ type, id, at: new Date(now).toISOString(), batch, account: accountOf(taskQueue) },
      ...this.facts(),
      ...(reason !== undefined && { reason }),
    };
    const input = { url: this.url, notification: content };
    try {
      await CancellationScope.nonCancellable(() =>
        startChild<typeof notification>(NOTIFICATION_WORKFLOW, {
          workflowId: `${batch}/notification/${id}`,
          args: [input],
          parentClosePolicy: 'ABANDON', // a receiver that is down delays no batch
          staticSummary: `${type}: ${batch}`,
        }),
      );
    } catch (error) {
      log.warn('a notification could not be started', { type, error });
    }
  }
}
