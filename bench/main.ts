// Runs benchmarks by name, prints what they found and keeps it in bench/out.
import { parseArgs } from 'node:util';
import { actions } from './actions.js';
import { bucket } from './bucket.js';
import { cli } from './cli.js';
import type { Selection } from './contenders/index.js';
import { crash } from './crash.js';
import { fit } from './fit.js';
import { grouping } from './grouping.js';
import { ledger } from './ledger.js';
import { mainJob } from './main-job.js';
import { manifests } from './manifests.js';
import { memory } from './memory.js';
import { mix } from './mix.js';
import { pace } from './pace.js';
import { report, type Measurement } from './report.js';
import { review } from './review.js';
import { slots } from './slots.js';

const HELP = `npm run bench [-- NAME... OPTIONS]

Names: main-job, memory, cli, pace, slots, crash, actions, ledger, manifests, fit, mix,
review, bucket, grouping (default: all)

Options:
  --quick          small sizes: to see that it works, not to quote
  --full           memory of 100,000 rows too (about 20 minutes more)
  --contenders LIST  pace, slots, crash: only these of reelscore, temporal, bullmq, script
  --rounds N       main-job: batches of each design
  --clips N        main-job: clips of a batch of ours
  --shard-clips N  main-job: clips of a batch in shards
  --child-clips N  main-job: clips of a batch of child workflows

Ends with 1 when a target is not reached.`;

const SIZES = {
  quick: {
    ...{ rounds: 1, clips: 400, shardClips: 200, childClips: 60, starts: 1, batches: [200, 1_000] },
    paces: [{ ratePerSecond: 5, clips: 40 }],
    ...{ slotClips: 40, crashClips: 80, kills: 1, fullSpeedClips: 400, slowClips: 30 },
    ...{ ledgerRows: 2_000, manifestRows: 2_000, fitSeconds: 2, mixSeconds: 10 },
    ...{ reviewRows: 300, playedRows: 100, bucketClips: 200 },
  },
  default: {
    ...{
      rounds: 5,
      clips: 2_000,
      shardClips: 800,
      childClips: 200,
      starts: 3,
      batches: [1_000, 10_000],
    },
    // Each some seconds longer than a window of 30 s.
    paces: [
      { ratePerSecond: 0.5, clips: 25 },
      { ratePerSecond: 1, clips: 45 },
      { ratePerSecond: 5, clips: 220 },
      { ratePerSecond: 20, clips: 880 },
    ],
    ...{ slotClips: 270, crashClips: 400, kills: 5, fullSpeedClips: 2_000, slowClips: 120 },
    ...{ ledgerRows: 100_000, manifestRows: 100_000, fitSeconds: 20, mixSeconds: 60 },
    ...{ reviewRows: 10_000, playedRows: 1_000, bucketClips: 1_000 },
  },
};

type Sizes = (typeof SIZES)['default'] & Selection;

const BENCHMARKS: Record<string, (sizes: Sizes) => Promise<Measurement[]>> = {
  'main-job': mainJob,
  memory,
  cli,
  pace,
  slots,
  crash,
  actions,
  ledger,
  manifests,
  fit,
  mix,
  review,
  bucket,
  grouping,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    help: { type: 'boolean', short: 'h' },
    quick: { type: 'boolean' },
    full: { type: 'boolean' },
    contenders: { type: 'string' },
    rounds: { type: 'string' },
    clips: { type: 'string' },
    'shard-clips': { type: 'string' },
    'child-clips': { type: 'string' },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(BENCHMARKS);
const unknown = names.filter((name) => !(name in BENCHMARKS));
if (values.help || unknown.length > 0) {
  if (unknown.length > 0) console.error(`no such benchmark: ${unknown.join(', ')}\n`);
  console.log(HELP);
  process.exitCode = unknown.length > 0 ? 1 : 0;
} else {
  const sizes = chooseSizes();
  const measurements: Measurement[] = [];
  for (const name of names) measurements.push(...(await BENCHMARKS[name]!(sizes)));
  const reached = await report(measurements, { names, sizes });
  process.exitCode = reached ? 0 : 1;
}

function chooseSizes(): Sizes {
  const sizes = values.quick ? SIZES.quick : SIZES.default;
  return {
    ...sizes,
    ...(values.contenders !== undefined && { contenders: values.contenders.split(',') }),
    batches: values.full ? [1_000, 10_000, 100_000] : sizes.batches,
    rounds: count(values.rounds) ?? sizes.rounds,
    clips: count(values.clips) ?? sizes.clips,
    shardClips: count(values['shard-clips']) ?? sizes.shardClips,
    childClips: count(values['child-clips']) ?? sizes.childClips,
  };
}

function count(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${text} is not a whole number above 0`);
}
