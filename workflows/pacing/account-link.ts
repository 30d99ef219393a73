// Sends a batch's reports to its account, one at a time and in order.
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
    /** Called with the error if the account cannot be joined. */
    private readonly failed: (error: unknown) => void,
  ) {}

  /** No report is under way, and none is due. */
  get quiet(): boolean {
    return !this.#sending && this.membership.quiet;
  }

  /** Sends a report if one is due. Returns when to check again; Infinity if time does not help. */
  report(demand: Demand, now: number): number {
    if (this.#sending) return Infinity;
    const next = this.membership.poll(demand, now);
    if ('due' in next) return next.due;
    void this.#send(next.report);
    return Infinity;
  }

  async leave(): Promise<void> {
    await condition(() => !this.#sending); // a report after the leave report would count as a new member's
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
      state.joined = false; // the account has ended
    }
    try {
      if (!state.joined) {
        await this.joinAccount(report);
        state.joined = state.run === run; // otherwise it must rejoin after a reset
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
 * Reports to the account that this batch uses nothing of it. A new account asks every running batch, and
 * shares out only what none of them may hold (G1).
 */
export async function declineShare(): Promise<void> {
  const { workflowId: batch, firstExecutionRunId: chain } = workflowInfo();
  await sendLeaveReport({ batch, chain, next: 0, left: true });
}

async function sendLeaveReport(leaveReport: LeaveReport): Promise<void> {
  try {
    await accountHandle().signal(reportSignal, leaveReport);
  } catch {
    // The account has ended, so there is nothing to leave.
  }
}

function accountHandle() {
  return getExternalWorkflowHandle(accountIdOf(workflowInfo().taskQueue));
}
