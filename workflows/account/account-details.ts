// The description of an account in the Temporal UI.
import type { AccountView } from '../../contract/account.js';

/** Markdown. */
export function accountDetails({
  state,
  reason,
  limits,
  ratePerSecond,
  members,
}: AccountView): string {
  return [
    `**${state}**${reason === undefined ? '' : ` (${reason})`}`,
    '',
    `${ratePerSecond} submissions/s of ${limits.ratePerSecond}, burst ${limits.burst}, ` +
      `at most ${limits.maxInFlight} tasks in flight`,
    '',
    ...members.map(
      ({ name, batch, priority, rateShare, slots }) =>
        `- ${name} (${batch}), ${priority}: ${Math.round(rateShare * 100)}% of the rate, ${slots} slots`,
    ),
  ].join('\n');
}
