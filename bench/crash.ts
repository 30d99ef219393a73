// What kill -9 costs: the worker's process is killed in mid-run, several times, and started again at
// once; then the vendor's books are compared with the soundtracks. Servers (Temporal, Redis) stay up.
import { createReadStream, existsSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'csv-parse';
import type { SimulatorOptions } from '../tomoviee/simulator/options.js';
import { readClips } from './by-hand/job.js';
import { compete } from './contenders/compete.js';
import type { Contender, KillableAttempt, Prepared } from './contenders/contender.js';
import { processContenders, type Selection } from './contenders/index.js';
import type { Measurement } from './report.js';
import { balance, type BookedClip, type Books } from './support/books.js';
import { drawMoments, randomFrom } from './support/random.js';
import type { BenchVendor } from './support/vendor.js';

export interface CrashSizes extends Selection {
  crashClips: number;
  kills: number;
}

const RATE = 20;
/** More than there are at one time. */
const MAX_IN_FLIGHT = 500;
/**
 * The vendor takes on a clip at once and says so 0.2 s later, as across the internet: at 20/s some
 * four submissions are on the wire at any moment. As at the real one, a task takes longer than a
 * killed process needs to come back; a callback that finds nobody is not repeated.
 */
const ANSWER_MS = 200;
const VENDOR: SimulatorOptions = { taskMs: [10_000, 20_000], faults: `slow:${ANSWER_MS}` };
/** The same kills for everyone. */
const SEED = 'crash 1';
const LOOK_EVERY_MS = 20;
/** A kill comes up to so long after the submission it waits for: anywhere between two. */
const MAX_DELAY_MS = 1000 / RATE;

export async function crash(sizes: CrashSizes): Promise<Measurement[]> {
  // All at once: nothing here is about speed, and BullMQ waits a minute for what stalled.
  const runs = processContenders(sizes).map((contender) => crashesOf(contender, sizes));
  // Also when one fails, the others clean up behind themselves.
  await Promise.allSettled(runs);
  return (await Promise.all(runs)).flat();
}

async function crashesOf(
  contender: Contender<KillableAttempt>,
  { crashClips: rows, kills }: CrashSizes,
): Promise<Measurement[]> {
  const course = { rows, ratePerSecond: RATE, maxInFlight: MAX_IN_FLIGHT, vendor: VENDOR };
  const from = performance.now();
  const books = await compete(
    contender,
    course,
    async (vendor, { manifest, out }) =>
      balance(await readBooked(manifest, out), await vendor.ledger()),
    (prepared, vendor) => killAgainAndAgain(prepared, vendor, rows, kills),
  );
  const { name } = contender;
  const seconds = (performance.now() - from) / 1000;
  console.error(
    `${name}, killed ${kills} times: ${JSON.stringify(books)}, ${seconds.toFixed(0)} s`,
  );
  return rowsOf(
    contender.id,
    `kill -9 x ${kills}, ${rows} clips, answers take ${ANSWER_MS} ms, ${name}`,
    books,
  );
}

function rowsOf(contender: string, what: string, books: Books): Measurement[] {
  const id = `crash.${contender}`;
  const unit = 'clips';
  return [
    { id: `${id}.lost`, what: `${what}: lost`, value: books.lost, unit },
    { id: `${id}.silent`, what: '  paid twice, silently', value: books.paidTwiceSilently, unit },
    { id: `${id}.flagged`, what: '  paid twice, flagged', value: books.paidTwiceFlagged, unit },
    { id: `${id}.in-vain`, what: '  flagged, paid once', value: books.flaggedInVain, unit },
  ];
}

/** Kills when so many submissions have been accepted, at moments drawn by lot, and lets it end. */
async function killAgainAndAgain(
  prepared: Prepared<KillableAttempt>,
  vendor: BenchVendor,
  rows: number,
  kills: number,
): Promise<void> {
  const random = randomFrom(SEED);
  let attempt = prepared.start();
  for (const accepted of drawMoments(SEED, kills, Math.ceil(rows * 0.1), Math.floor(rows * 0.9))) {
    await Promise.race([untilAccepted(vendor, accepted), attempt.done]);
    await sleep(random() * MAX_DELAY_MS);
    await attempt.kill();
    attempt = prepared.start();
  }
  await attempt.done;
}

async function untilAccepted(vendor: BenchVendor, count: number): Promise<void> {
  while ((await vendor.stats()).submissions.accepted < count) await sleep(LOOK_EVERY_MS);
}

async function readBooked(manifest: string, out: string): Promise<BookedClip[]> {
  const whole = await wholeSoundtracks(join(out, 'soundtracks'));
  const flagged = await flaggedIds(join(out, 'results.csv'));
  return (await readClips(manifest)).map(({ id, file_link }) => ({
    fileLink: file_link,
    hasSoundtrack: whole.has(id),
    flagged: flagged.has(id),
  }));
}

async function wholeSoundtracks(folder: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const file of await readdir(folder)) {
    if (!file.endsWith('.wav')) continue; // a download that a kill broke off
    if ((await stat(join(folder, file))).size > 0) ids.add(file.slice(0, -'.wav'.length));
  }
  return ids;
}

/** Only Reelscore flags anything. */
async function flaggedIds(path: string): Promise<Set<string>> {
  if (!existsSync(path)) return new Set();
  const rows = createReadStream(path).pipe(parse({ columns: true, bom: true }));
  const ids = new Set<string>();
  for await (const row of rows as AsyncIterable<Record<string, string>>) {
    if (row['possible_duplicate'] === 'true') ids.add(row['id'] ?? '');
  }
  return ids;
}
