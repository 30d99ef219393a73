// Owns the pace and the slots of one vendor account, and shares them among its batches. Batches use
// their shares without asking for each clip; messages are exchanged when shares change.
import {
  allHandlersFinished,
  condition,
  getExternalWorkflowHandle,
  makeContinueAsNewFunc,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { AccountInput, Eviction, Share, Tuning } from '../../contract/account.js';
import type { AccountActivities } from '../../contract/activities.js';
import { Alarm } from '../alarm.js';
import { accountDetails } from './account-details.js';
import { TO_CURRENT_VERSION } from '../history-bounds.js';
import { accountQuery, evictUpdate, reportSignal, shareSignal, tuneUpdate } from '../messages.js';
import { newAccount, Roster } from './roster.js';
import { checkStart, onSignals, signalHandler } from '../guarded.js';
import { tuningFaults } from './tuning.js';
import * as wire from '../wire.js';

/** How often to check for batches that died without leaving: more often while others want their share. */
const CHECK_MS = { contended: 25_000, alone: 300_000 };
/** How long an account without batches keeps its pace. */
const IDLE_MS = 60_000;
/** The server warns at 10,240 events. */
const HISTORY_BOUND = 4000;

const { findBatches, findGone } = proxyActivities<AccountActivities>({
  startToCloseTimeout: '30s',
  retry: { initialInterval: '1s', maximumInterval: '30s' },
});

/** Ends by itself when no batch has used it for a minute; the next batch starts it again. */
export async function account(input: AccountInput): Promise<void> {
  checkStart(wire.accountInput, input);
  const roster = new Roster(input.carried ?? newAccount(Date.now()));
  const sending = new Set<string>();
  let awake = true;
  const wake = (): void => void (awake = true);

  onSignals([
    signalHandler(reportSignal, wire.report, (report) => {
      roster.report(report, Date.now());
      wake();
    }),
  ]);
  setHandler(
    tuneUpdate,
    (tuning) => {
      wake();
      return roster.tune(tuning);
    },
    {
      validator: (tuning: Tuning) => {
        const faults = tuningFaults(tuning);
        if (faults.length > 0) throw new Error(faults.join('; '));
      },
    },
  );
  setHandler(
    evictUpdate,
    ({ batch }) => {
      wake();
      return { slots: roster.evict(batch) };
    },
    {
      validator: (eviction: Eviction | undefined | null) => {
        const fault = roster.evictionFault(eviction?.batch);
        if (fault !== undefined) throw new Error(fault);
      },
    },
  );
  setHandler(accountQuery, () => roster.view(Date.now()));

  const send = async (batch: string, share: Share): Promise<void> => {
    sending.add(batch);
    try {
      await getExternalWorkflowHandle(batch).signal(shareSignal, share);
    } catch {
      roster.gone([batch], Date.now()); // the workflow no longer exists
    }
    sending.delete(batch);
    wake();
  };
  const checks = { running: false, last: Date.now() };
  const check = async (): Promise<void> => {
    const members = roster.state.members.map(({ batch, chain }) => ({ batch, chain }));
    const { gone, stuck } = await findGone({ members });
    roster.gone(gone, Date.now());
    roster.stuck(stuck, Date.now());
    checks.running = false;
    wake();
  };

  const { taskQueue } = workflowInfo();
  if (!input.carried) {
    // The batches of an earlier account workflow that was terminated are still running.
    const running = await findBatches({ taskQueue });
    roster.recover(running, Date.now());
  }

  const alarm = new Alarm(wake);
  let usedAt = Date.now();
  for (;;) {
    const { historyLength, continueAsNewSuggested, targetWorkerDeploymentVersionChanged } =
      workflowInfo();
    if (historyLength > (input.historyBound ?? HISTORY_BOUND) || continueAsNewSuggested) break;
    if (targetWorkerDeploymentVersionChanged) break;
    const now = Date.now();
    for (const { batch, share } of roster.settle(now, (batch) => sending.has(batch))) {
      void send(batch, share);
    }
    if (!roster.isEmpty || sending.size > 0) usedAt = now;
    if (now >= usedAt + IDLE_MS) return;
    const checkAt = checks.last + (roster.isContended ? CHECK_MS.contended : CHECK_MS.alone);
    if (!roster.isEmpty && !checks.running && now >= checkAt) {
      Object.assign(checks, { running: true, last: now });
      void check();
    }
    setCurrentDetails(accountDetails(roster.view(now)));
    alarm.setFor(Math.min(roster.nextDue(), roster.isEmpty ? usedAt + IDLE_MS : checkAt), now);
    awake = false;
    await condition(() => awake);
  }
  alarm.cancel();
  await condition(() => sending.size === 0 && !checks.running && allHandlersFinished());
  const next = makeContinueAsNewFunc<typeof account>(TO_CURRENT_VERSION);
  return await next({ ...input, carried: roster.state });
}
