// The main job with its results in a bucket, beside the same with a folder: the server of the bucket (versitygw) is on
// this machine, and takes of its processors.
import { startS3, type S3Server } from '../test/support/start-s3.js';
import { startOneWorkflow } from './one-workflow/design.js';
import type { Measurement } from './report.js';
import { median } from './support/median.js';
import { startRig } from './support/rig.js';
import { withScratch } from './support/scratch.js';

export interface BucketSizes {
  /** Clips of a batch. */
  bucketClips: number;
  /** Batches each; the medians count. */
  rounds: number;
}

const WARM_UP_CLIPS = 60;
/** The pace is out of the way. */
const FULL_SPEED = 1000;
/** As fast as accounts are. */
const ACCOUNT_RATE = 20;
const PACED_CLIPS = 300;
/** Requests are counted here, and not timed: fewer clips share one. */
const SLOW_RATE = 4;
const SLOW_CLIPS = 60;

export async function bucket({ bucketClips: clips, rounds }: BucketSizes): Promise<Measurement[]> {
  const s3 = await startS3();
  Object.assign(process.env, s3.env);
  try {
    return [
      ...(await compare(s3, FULL_SPEED, clips, rounds)),
      ...(await requests(s3, FULL_SPEED, clips)),
      ...(await compare(s3, ACCOUNT_RATE, Math.min(clips, PACED_CLIPS), 1)),
      ...(await requests(s3, SLOW_RATE, SLOW_CLIPS)),
    ];
  } finally {
    await s3.close();
  }
}

async function compare(
  s3: S3Server,
  rate: number,
  clips: number,
  rounds: number,
): Promise<Measurement[]> {
  return await withScratch(async (folder) => {
    const rig = await startRig(folder, { rate, maxInFlight: 200, s3Endpoint: s3.direct });
    const { config, temporal } = rig;
    const ours = await startOneWorkflow({ config, temporal });
    const results = `s3://${s3.bucket}/results-${rate}`;
    try {
      await rig.run(ours, WARM_UP_CLIPS);
      await rig.run(ours, WARM_UP_CLIPS, { results });
      const inFolder: number[] = [];
      const inBucket: number[] = [];
      for (let round = 0; round < rounds; round += 1) {
        inFolder.push(speed(await rig.run(ours, clips)));
        inBucket.push(speed(await rig.run(ours, clips, { results })));
        console.error(`folder ${inFolder.at(-1)}/s, bucket ${inBucket.at(-1)}/s`);
      }
      const shares = inBucket.map((value, round) => value / inFolder[round]!);
      const id = `bucket.${rate}`;
      const at = rate === FULL_SPEED ? 'full speed' : `${rate}/s`;
      return [
        figure(`${id}.folder`, `${at}, results in a folder`, 'clips/s', inFolder),
        figure(`${id}.bucket`, '  in a bucket', 'clips/s', inBucket),
        figure(`${id}.share`, '  ratio', 'times', shares),
      ];
    } finally {
      await ours.close();
      await rig.close();
    }
  });
}

/** Through a proxy that counts. */
async function requests(s3: S3Server, rate: number, clips: number): Promise<Measurement[]> {
  return await withScratch(async (folder) => {
    const rig = await startRig(folder, { rate, maxInFlight: 200, s3Endpoint: s3.endpoint });
    const { config, temporal } = rig;
    const ours = await startOneWorkflow({ config, temporal });
    try {
      s3.passed.length = 0;
      await rig.run(ours, clips, { results: `s3://${s3.bucket}/counted-${rate}` });
    } finally {
      await ours.close();
      await rig.close();
    }
    const isList = (query: URLSearchParams): boolean => query.has('list-type');
    const count = (of: (one: (typeof s3.passed)[number]) => boolean): number =>
      s3.passed.filter(of).length / clips;
    const at = `at ${rate}/s, `;
    return [
      count(({ method }) => method === 'PUT' || method === 'POST'),
      count(({ query }) => isList(query)),
      count(({ method, query }) => (method === 'GET' && !isList(query)) || method === 'HEAD'),
      count(({ method }) => method === 'DELETE'),
    ].map((value, kind) => {
      const name = ['put', 'list', 'get', 'delete'][kind] ?? '';
      return figure(`bucket.${rate}.${name}`, `${at}${name.toUpperCase()}`, 'a clip', [value]);
    });
  });
}

function speed({ clips, seconds }: { clips: number; seconds: number }): number {
  return clips / seconds;
}

function figure(id: string, what: string, unit: string, samples: number[]): Measurement {
  return { id, what, unit, value: median(samples), samples };
}
