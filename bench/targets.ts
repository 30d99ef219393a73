// What the product is held to, by the measurement's id. The main job's targets hold on 2 cores.

export type Target = { atLeast: number } | { atMost: number } | { under: number };

export const TARGETS: Readonly<Record<string, Target>> = {
  'main-job.clips-per-second': { atLeast: 80 },
  'main-job.times-child-per-clip': { atLeast: 6 },
  'main-job.events-per-clip': { atMost: 4.5 },
  'validate.seconds': { under: 3 },
  'validate.peak-mb': { under: 250 },
  'cli.start-to-first-submission': { under: 8 },
  'cli.help': { under: 0.4 },
};
