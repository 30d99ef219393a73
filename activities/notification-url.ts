// Finds the URL to notify when a request could not be opened.
import type { IntakeActivities } from '../contract/activities.js';
import type { Intake } from '../intake/open-batch.js';

export function notificationUrlActivity(intake: Intake): IntakeActivities['notificationUrl'] {
  return (request) => {
    const url = intake.notificationUrl(request);
    return Promise.resolve(url === undefined ? {} : { url });
  };
}
