// Owns one notification until its receiver has it. Independent of the batch that it is about.
import { proxyActivities } from '@temporalio/workflow';
import type { NotificationActivities, NotifyInput } from '../contract/activities.js';

const { notify } = proxyActivities<NotificationActivities>({
  startToCloseTimeout: '30s',
  scheduleToCloseTimeout: '3 days',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '15m' },
});

/** Delivers one notification; fails when its receiver wants no more, or could not take it for 3 days. */
export async function notification(input: NotifyInput): Promise<void> {
  await notify(input);
}
