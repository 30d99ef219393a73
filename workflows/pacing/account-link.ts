// Carries a batch's reports to its account, one at a time and in order.
import { condition, getExternalWorkflowHandle, workflowInfo } from '@temporalio/workflow';
import type { LeaveReport, MemberReport } from '../../contract/account.js';
import type { BatchActivities } from '../../contract/activities.js';
import { accountIdOf } from '../../contract/names.js';
import type { Demand } from './demand.js';
import type { Membership } from './membership.js';
import { reportSignal } from '../messages.js';

export class AccountLink {
  #sending = false;

  constructor(
    private readonly membership: Membership,
    private readonly joinAccount: BatchActivities['joinAccount'],
    private readonly wake: () => void,
    /** Called with what keeps the account from being joined. */
    private readonly failed: (error: unknown) => void,
  ) {}

  /** No report under way, and none due. */
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
    await sendLeaveReport(this.membership.leaveReport());
  }

  async #send(report: MemberReport): Promise<void> {
    const { state } = this.membership;
    const { run } = state;
    this.#sending = true;
    try {
      if (state.joined) await accountHandle().signal(reportSignal, report);
    } catch {
      state.joined = false; // someone ended the account
    }
    try {
      if (!state.joined) {
        await this.joinAccount(report);
        state.joined = state.run === run; // else it has to join anew
      }
    } catch (error) {
      this.failed(error);
    } finally {
      this.#sending = false;
      this.wake();
    }
  }
}

/**
 * Tells the account that this batch uses nothing of it. An account that begins asks every batch that runs,
 * and shares out only what none of them may hold (G1).
 */
export async function declineShare(): Promise<void> {
  const { workflowId: batch, firstExecutionRunId: chain } = workflowInfo();
  await sendLeaveReport({ batch, chain, next: 0, left: true });
}

async function sendLeaveReport(leaveReport: LeaveReport): Promise<void> {
  try {
    await accountHandle().signal(reportSignal, leaveReport);
  } catch {
    // The account has ended: as good.
  }
}

function accountHandle() {
  return getExternalWorkflowHandle(accountIdOf(workflowInfo().taskQueue));
}
