// What the script and the BullMQ worker are told, and the clips they are to score.
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';

/** Comes as JSON in the environment variable BENCH_JOB. */
export interface HandMadeJob {
  /** CSV with the columns id, file_link and prompt. */
  manifest: string;
  /** Folder for soundtracks/ and what a tool notes for itself. */
  out: string;
  vendorUrl: string;
  /** Of this process's receiver, the same after a restart. */
  callbackPort: number;
  ratePerSecond: number;
  maxInFlight: number;
  /** Only for BullMQ. */
  redisPort?: number;
}

export const JOB_VARIABLE = 'BENCH_JOB';

export interface HandMadeClip {
  id: string;
  file_link: string;
  prompt: string;
}

export function readJob(): HandMadeJob {
  const json = process.env[JOB_VARIABLE];
  if (json === undefined) throw new Error(`${JOB_VARIABLE} is not set (benchmarks set it)`);
  return JSON.parse(json) as HandMadeJob;
}

export async function readClips(manifest: string): Promise<HandMadeClip[]> {
  const rows = createReadStream(manifest).pipe(parse({ columns: true, bom: true }));
  const clips: HandMadeClip[] = [];
  for await (const { id, file_link, prompt } of rows as AsyncIterable<HandMadeClip>) {
    clips.push({ id, file_link, prompt });
  }
  return clips;
}
