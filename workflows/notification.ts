// Owns one notification until its receiver has accepted it. Independent of the batch that it is about.
import { proxyActivities, setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import type { NotificationActivities, NotifyInput } from '../contract/activities.js';
import { NOTIFICATION_BACKOFF } from '../contract/notification.js';
import { checkStart } from './guarded.js';
import * as wire from './wire.js';

const { notify } = proxyActivities<NotificationActivities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '3 days',
  retry: {
    initialInterval: NOTIFICATION_BACKOFF.firstMs,
    backoffCoefficient: 2,
    maximumInterval: NOTIFICATION_BACKOFF.mostMs,
  },
});

/** Delivers one notification; fails if its receiver wants no more, or does not accept it for 3 days. */
export async function notification(input: NotifyInput): Promise<void> {
  checkStart(wire.notifyInput, input);
  await notify(input);
}

// One that is tried for days must not keep the workers of an earlier version up; it is one activity in every version.
// A server refuses the answer of a worker without versions that names any behaviour.
setWorkflowOptions(
  () =>
    workflowInfo().currentDeploymentVersion?.deploymentName
      ? { versioningBehavior: 'AUTO_UPGRADE' }
      : {},
  notification,
);
