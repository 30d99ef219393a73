// The whole main job (submit over HTTP, callback over HTTP, confirm, download, record) against a
// vendor without delay: our design, shards, and a child workflow for each clip, taking turns in one
// process, so that whatever else the machine does strikes all of them.
import { startChildPerClip } from './child-per-clip/design.js';
import { startOneWorkflow } from './one-workflow/design.js';
import type { Measurement } from './report.js';
import type { Design } from './support/design.js';
import { startShards } from './shards/design.js';
import { totalActions } from './support/actions.js';
import { median } from './support/median.js';
import { startRig, type Run } from './support/rig.js';
import { withScratch } from './support/scratch.js';

export interface MainJobSizes {
  /** Clips of a batch of ours. */
  clips: number;
  /** Clips of a batch in shards. */
  shardClips: number;
  /** Clips of a batch of child workflows, which take several times as long. */
  childClips: number;
  /** Batches of each design; the medians count. */
  rounds: number;
}

/** The pace is out of the way: the product's own highest rate. */
const SETTINGS = { rate: 1000, maxInFlight: 200 };
interface Runs {
  ours: Run[];
  shards: Run[];
  child: Run[];
}

/** Compiles code, opens connections, fills caches. */
const WARM_UP_CLIPS = 60;

export async function mainJob(sizes: MainJobSizes): Promise<Measurement[]> {
  return await withScratch(async (folder) => {
    const rig = await startRig(folder, SETTINGS);
    const designs: Design[] = [];
    try {
      const { config, temporal } = rig;
      const ours = await startOneWorkflow({ config, temporal });
      designs.push(ours);
      const shards = await startShards({ config, temporal });
      designs.push(shards);
      const child = await startChildPerClip({ config, temporal });
      designs.push(child);

      const alternate = async (probe: boolean): Promise<Runs> => {
        const runs: Runs = { ours: [], shards: [], child: [] };
        for (const design of designs) await rig.run(design, WARM_UP_CLIPS, { probe });
        for (let round = 0; round < sizes.rounds; round += 1) {
          runs.ours.push(tell(ours, await rig.run(ours, sizes.clips, { probe })));
          runs.shards.push(tell(shards, await rig.run(shards, sizes.shardClips, { probe })));
          runs.child.push(tell(child, await rig.run(child, sizes.childClips, { probe })));
        }
        return runs;
      };
      const plain = await alternate(false);
      const probed = await alternate(true);
      return [
        ...compare('main-job', '--no-probe', plain),
        ...compare('main-job-probed', 'with probing', probed),
      ];
    } finally {
      for (const design of designs) await design.close();
      await rig.close();
    }
  });
}

function compare(id: string, how: string, runs: Runs): Measurement[] {
  const ours = runs.ours.map(speed);
  const shards = runs.shards.map(speed);
  const child = runs.child.map(speed);
  // Neighbours in time, so that a slow minute of the machine is in both.
  const times = (others: number[]): number[] => ours.map((value, round) => value / others[round]!);
  return [
    figure(`${id}.clips-per-second`, `main job, ${how}`, 'clips/s', ours),
    figure(`${id}.shards-clips-per-second`, '  shards of 200 clips', 'clips/s', shards),
    figure(`${id}.times-shards`, '  ratio', 'times', times(shards)),
    figure(`${id}.child-clips-per-second`, '  child workflow a clip', 'clips/s', child),
    figure(`${id}.times-child-per-clip`, '  ratio', 'times', times(child)),
    ...perClip(id, '', runs.ours),
    ...perClip(`${id}.shards`, 'shards: ', runs.shards),
    ...perClip(`${id}.child`, 'child workflow a clip: ', runs.child),
  ];
}

function perClip(id: string, whose: string, runs: Run[]): Measurement[] {
  const share = (pick: (run: Run) => number): number[] => runs.map((run) => pick(run) / run.clips);
  const measurements = [
    figure(
      `${id}.events-per-clip`,
      `  ${whose}history events`,
      'a clip',
      share((run) => run.events),
    ),
    figure(
      `${id}.actions-per-clip`,
      `  ${whose}actions`,
      'a clip',
      share((run) => totalActions(run.actions)),
    ),
  ];
  for (const process of ['worker', 'temporal', 'simulator'] as const) {
    if (runs[0]?.cpuMs[process] === undefined) continue;
    const values = share((run) => run.cpuMs[process] ?? 0);
    measurements.push(
      figure(`${id}.cpu-${process}`, `  ${whose}CPU, ${process}`, 'ms a clip', values),
    );
  }
  return measurements;
}

function figure(id: string, what: string, unit: string, samples: number[]): Measurement {
  return { id, what, unit, value: median(samples), samples };
}

function speed({ clips, seconds }: Run): number {
  return clips / seconds;
}

function tell(design: Design, run: Run): Run {
  const { clips, events } = run;
  const each = (events / clips).toFixed(2);
  console.error(
    `${design.name}: ${clips} clips, ${speed(run).toFixed(1)}/s, ${each} events a clip`,
  );
  return run;
}
