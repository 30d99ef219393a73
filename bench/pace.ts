// How exactly a pace is kept, counted at the vendor: the rate reached, and by how much it is overrun.
import { compete } from './contenders/compete.js';
import type { Contender } from './contenders/contender.js';
import { allContenders, type Selection } from './contenders/index.js';
import { temporalRate } from './contenders/temporal.js';
import type { Measurement } from './report.js';
import { lowestRate, rateOf, steadyPart, worstOverrun } from './support/windows.js';

export interface PaceSizes extends Selection {
  paces: { ratePerSecond: number; clips: number }[];
}

/** Out of the way. */
const MAX_IN_FLIGHT = 100;
const TASK_MS = 500;
const WINDOW_MS = 30_000;
/** On the way to the vendor; what leaves evenly arrives unevenly. */
const JITTER_MS = [0, 50, 100];

export async function pace({ paces, ...selection }: PaceSizes): Promise<Measurement[]> {
  const contenders = allContenders(temporalRate, selection);
  const found: Measurement[] = [];
  for (const { ratePerSecond, clips } of paces) {
    for (const contender of contenders) {
      found.push(...(await paceOf(contender, ratePerSecond, clips)));
    }
  }
  return found;
}

async function paceOf(
  contender: Contender,
  ratePerSecond: number,
  rows: number,
): Promise<Measurement[]> {
  const course = { rows, ratePerSecond, maxInFlight: MAX_IN_FLIGHT, vendor: { taskMs: TASK_MS } };
  const arrivals = await compete(contender, course, async (vendor) =>
    (await vendor.arrivals()).map(({ at }) => at),
  );
  const steady = steadyPart(arrivals);
  const percent = (rate: number): number => (rate / ratePerSecond) * 100;
  const reached = percent(rateOf(steady));
  const lowest = percent(lowestRate(steady, WINDOW_MS));
  const id = `pace.${ratePerSecond}.${contender.id}`;
  console.error(`${contender.name} at ${ratePerSecond}/s: ${reached.toFixed(2)}% reached`);
  return [
    {
      id: `${id}.reached`,
      what: `pace ${ratePerSecond}/s, ${contender.name}`,
      ...{ value: reached, unit: '% reached' },
    },
    { id: `${id}.lowest`, what: '  in the slowest 30 s', value: lowest, unit: '% reached' },
    ...JITTER_MS.map((allowance) => ({
      id: allowance === 0 ? `${id}.overrun` : `${id}.overrun-${allowance}ms`,
      what: allowance === 0 ? '  worst overrun' : `  the same, ${allowance} ms of jitter allowed`,
      value: worstOverrun(arrivals, { ratePerSecond, burst: 1 }, allowance),
      unit: 'clips',
    })),
  ];
}
