// Workflows whose actions are known.
import {
  condition,
  continueAsNew,
  defineSignal,
  getExternalWorkflowHandle,
  proxyActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';

interface CountedActivities {
  failOnce(): Promise<void>;
  heartbeat(): Promise<void>;
}

const { failOnce, heartbeat } = proxyActivities<CountedActivities>({
  startToCloseTimeout: '1m',
  heartbeatTimeout: '20s',
  retry: { initialInterval: '10ms' },
});
const goSignal = defineSignal('go');

/** Two runs, 1 timer, 3 activity tries, and a signal to another workflow. */
export async function counted(other: string, again = true): Promise<void> {
  if (again) return await continueAsNew<typeof counted>(other, false);
  await sleep(10);
  await failOnce();
  await heartbeat();
  await getExternalWorkflowHandle(other).signal(goSignal);
}

/** Waits for two signals. */
export async function signalled(): Promise<void> {
  let signals = 0;
  setHandler(goSignal, () => void (signals += 1));
  await condition(() => signals === 2);
}
