// What the product is held to, by the measurement's id. The main job's targets hold on 2 cores.

export type Target = { atLeast: number } | { atMost: number } | { under: number };

/** Within 1%, and never above: arrivals 100 ms early or late are the way's, not the pace's. */
function paceTargets(rates: readonly number[]): Record<string, Target> {
  return Object.fromEntries(
    rates.flatMap((rate): [string, Target][] => [
      [`pace.${rate}.reelscore.reached`, { atLeast: 99 }],
      [`pace.${rate}.reelscore.lowest`, { atLeast: 99 }],
      [`pace.${rate}.reelscore.overrun-100ms`, { atMost: 0 }],
    ]),
  );
}

/** Half of what a clip lasts, on 2 cores. */
function fitTargets(names: readonly string[]): Record<string, Target> {
  return Object.fromEntries(names.map((name) => [`fit.${name}.share`, { atMost: 0.5 }]));
}

const FIT_CLIPS = [
  ...['vp9-1080p.webm', 'prores-1080p.mov', '1080p-120.mp4', '4k-30.mp4', 'hevc-10-bit-4k-60.mp4'],
];

/** On 2 cores, others' work on them included. */
function batchTargets(sizes: readonly number[]): Record<string, Target> {
  return Object.fromEntries(
    sizes.flatMap((rows): [string, Target][] => [
      [`run.${rows}.run-events`, { atMost: 10_000 }],
      [`run.${rows}.run-mb`, { atMost: 10 }],
      [`run.${rows}.status-ms`, { under: 300 }],
    ]),
  );
}

export const TARGETS: Readonly<Record<string, Target>> = {
  'main-job.clips-per-second': { atLeast: 80 },
  'main-job.times-child-per-clip': { atLeast: 6 },
  'main-job.events-per-clip': { atMost: 4.5 },
  ...paceTargets([0.5, 1, 5, 20]),
  'slots.reelscore.busy': { atLeast: 97 },
  'slots.reelscore.peak': { atMost: 20 },
  'slots.reelscore.refill': { atMost: 50 },
  'slots.reelscore.refill-p99': { atMost: 120 },
  'crash.reelscore.lost': { atMost: 0 },
  'crash.reelscore.silent': { atMost: 0 },
  'actions.full-speed.per-clip': { atMost: 0.6 },
  'actions.1-per-second.per-clip': { atMost: 1.8 },
  'grouping.clips-per-second.times': { atLeast: 1.5 },
  ...batchTargets([1_000, 10_000, 100_000]),
  'run.100000.times-peak': { atMost: 1.15 },
  'run.100000.last-thousand': { atMost: 1.1 },
  'run.100000.last-tenth': { atMost: 1.1 },
  'validate.seconds': { under: 3 },
  'validate.peak-mb': { under: 250 },
  'manifests.library.csv.seconds': { under: 2 },
  'manifests.library.csv.delay': { under: 100 },
  'manifests.library.yaml.delay': { under: 100 },
  'manifests.quotes.csv.seconds': { under: 2 },
  'manifests.placeholders.csv.seconds': { under: 2 },
  ...fitTargets(FIT_CLIPS),
  'ledger.match-seconds': { under: 20 },
  'ledger.peak-mb': { under: 350 },
  'ledger.run-seconds': { under: 20 },
  'mix.share': { under: 0.25 },
  'bucket.20.share': { atLeast: 0.9 },
  'review.lag-most': { atMost: 1000 },
  'review.audit-seconds': { under: 30 },
  'review.report-mb': { under: 2 },
  'review.first-play': { under: 1 },
  'cli.start-to-first-submission': { under: 8 },
  'cli.help': { under: 0.4 },
};
