// Carries a batch's reports to its account, one at a time and in order.
import { condition, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { MemberReport } from '../contract/account.js';
import type { BatchActivities } from '../contract/activities.js';
import { accountIdOf } from '../contract/names.js';
import type { Demand } from './demand.js';
import type { Membership } from './membership.js';
import { reportSignal } from './messages.js';

export class AccountLink {
  #sending = false;

  constructor(
    private readonly membership: Membership,
    private readonly joinAccount: BatchActivities['joinAccount'],
    private readonly wake: () => void,
  ) {}

  /** Nothing under way, and nothing that must be told. */
  get quiet(): boolean {
    return !this.#sending && this.membership.quiet;
  }

  /** Tells the account what it has to know. Returns when to look again; Infinity if no time helps. */
  report(demand: Demand, now: number): number {
    if (this.#sending) return Infinity;
    const next = this.membership.poll(demand, now);
    if ('due' in next) return next.due;
    void this.#send(next.report);
    return Infinity;
  }

  async leave(): Promise<void> {
    await condition(() => !this.#sending); // a report after it would be taken for a new member's
    if (!this.membership.state.joined) return;
    const farewell = accountHandle().signal(reportSignal, this.membership.farewell());
    await farewell.catch(() => undefined); // the account has ended: as good
  }

  async #send(report: MemberReport): Promise<void> {
    const { state } = this.membership;
    this.#sending = true;
    try {
      if (state.joined) await accountHandle().signal(reportSignal, report);
    } catch {
      state.joined = false; // someone ended the account
    }
    if (!state.joined) {
      await this.joinAccount(report);
      state.joined = true;
    }
    this.#sending = false;
    this.wake();
  }
}

function accountHandle() {
  return getExternalWorkflowHandle(accountIdOf(workflowInfo().taskQueue));
}
