// What one clip costs in actions, the unit that Temporal Cloud bills, at full speed and at a pace of
// one submission a second.
import { startOneWorkflow } from './one-workflow/design.js';
import type { Measurement } from './report.js';
import { totalActions, type ActionCounts } from './support/actions.js';
import { startRig } from './support/rig.js';
import { withScratch } from './support/scratch.js';

export interface ActionsSizes {
  /** Clips at full speed. */
  fullSpeedClips: number;
  /** Clips, and so seconds, at one submission a second. */
  slowClips: number;
}

export async function actions(sizes: ActionsSizes): Promise<Measurement[]> {
  const { fullSpeedClips, slowClips } = sizes;
  return [
    ...(await costOf('full-speed', 'at full speed', fullSpeedClips, 1000)),
    ...(await costOf('1-per-second', 'at 1 submission/s', slowClips, 1)),
  ];
}

async function costOf(
  name: string,
  how: string,
  clips: number,
  rate: number,
): Promise<Measurement[]> {
  const run = await withScratch(async (folder) => {
    const rig = await startRig(folder, { rate, maxInFlight: 200 }, { countCalls: true });
    try {
      const design = await startOneWorkflow(rig);
      try {
        return await rig.run(design, clips);
      } finally {
        await design.close();
      }
    } finally {
      await rig.close();
    }
  });
  const id = `actions.${name}`;
  const unit = 'a clip';
  const total = totalActions(run.actions);
  const kinds = (Object.keys(run.actions) as (keyof ActionCounts)[]).filter(
    (kind) => run.actions[kind] > 0,
  );
  console.error(`${clips} clips ${how}: ${JSON.stringify({ ...run.actions, ...run.calls })}`);
  return [
    { id: `${id}.per-clip`, what: `actions ${how}`, value: total / clips, unit },
    ...kinds.map((kind) => ({
      ...{ id: `${id}.${kind}`, what: `  ${kind}` },
      ...{ value: run.actions[kind] / clips, unit },
    })),
    {
      ...{ id: `${id}.heartbeats`, what: '  beside them: heartbeats that reached the server' },
      ...{ value: run.calls.heartbeats / clips, unit },
    },
    {
      ...{ id: `${id}.queries`, what: '  beside them: queries' },
      ...{ value: run.calls.queries / clips, unit },
    },
  ];
}
