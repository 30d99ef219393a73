// How well a cap on tasks in flight is used, counted at the vendor: slots busy, and how soon a freed
// one is refilled. The pace is out of the way.
import { compete } from './contenders/compete.js';
import type { Contender, Job, Prepared } from './contenders/contender.js';
import { allContenders, type Selection } from './contenders/index.js';
import { temporalWindow } from './contenders/temporal.js';
import type { Measurement } from './report.js';
import { percentile } from './support/percentile.js';
import { slotUse } from './support/slot-use.js';

export interface SlotsSizes extends Selection {
  /** Clips of each contender; some 4.4 are done a second. */
  slotClips: number;
}

const CAP = 20;
const RATE = 50;
const TASK_MS: [number, number] = [3000, 6000];

export async function slots({ slotClips, ...selection }: SlotsSizes): Promise<Measurement[]> {
  const found: Measurement[] = [];
  for (const contender of allContenders(temporalWindow, selection)) {
    found.push(...(await slotsOf(contender, slotClips)));
  }
  return found;
}

/** How a contender uses its slots, with the times in ms after which it fills one again. */
export async function useOfSlots(
  contender: { prepare(job: Job): Promise<Prepared> },
  rows: number,
): Promise<{ busyShare: number; peak: number; refill: { median: number; p99: number } }> {
  const course = { rows, ratePerSecond: RATE, maxInFlight: CAP, vendor: { taskMs: TASK_MS } };
  const { ledger, peak } = await compete(contender, course, async (vendor) => ({
    ledger: await vendor.ledger(),
    peak: (await vendor.stats()).peakInFlight,
  }));
  const { busyShare, refillMs } = slotUse(ledger, CAP);
  return {
    ...{ busyShare, peak },
    refill: { median: percentile(refillMs, 0.5), p99: percentile(refillMs, 0.99) },
  };
}

async function slotsOf(contender: Contender, rows: number): Promise<Measurement[]> {
  const { busyShare, peak, refill } = await useOfSlots(contender, rows);
  const id = `slots.${contender.id}`;
  const busy = busyShare * 100;
  console.error(`${contender.name}: slots ${busy.toFixed(1)}% busy`);
  return [
    { id: `${id}.busy`, what: `${CAP} slots, ${contender.name}`, value: busy, unit: '% busy' },
    { id: `${id}.peak`, what: '  most in flight', value: peak, unit: 'tasks' },
    { id: `${id}.refill`, what: '  refilled after, median', value: refill.median, unit: 'ms' },
    { id: `${id}.refill-p99`, what: '  p99', value: refill.p99, unit: 'ms' },
  ];
}
