// Makes the outcome of a row of those of its cues; joins the soundtracks of a clip's parts.
import { Context } from '@temporalio/activity';
import type { BatchActivities, JoinCuesInput } from '../../contract/activities.js';
import type { Clip, Outcome, Take } from '../../contract/clip.js';
import { fileNameOf } from '../../manifests/clip-id.js';
import { cueClip, cuesOf, numbersOf, readCues, type CuePlan } from '../../manifests/cues.js';
import type { Ffmpeg } from '../../media/ffmpeg/ffmpeg.js';
import { joinedExtension, joinSoundtracks } from '../../media/join/join-soundtracks.js';
import { choiceOf, takesOf } from '../../outcomes/choice.js';
import { combineCues, type Combined, type WholeTake } from '../../outcomes/combine-cues.js';
import { cueOutcome } from '../../outcomes/cue-outcomes.js';
import { writeSegment } from '../../outcomes/segments.js';
import type { Store } from '../../store/store.js';
import type { BatchFiles, OpenBatches } from '../batch-files.js';
import { currentBatch } from '../batch-id.js';
import { failureNotes } from '../failure-notes.js';
import { dropProxy } from '../fitting/proxies.js';
import { refusalOf } from '../fitting/refusal.js';
import { withHeartbeat } from '../heartbeat.js';
import { ledgerEntries } from '../ledger-entries.js';
import { noteFiles } from '../note-files.js';
import type { OpenLedgers } from '../open-ledgers.js';
import { takeName } from './take-name.js';
import { countOutcomes } from '../metrics.js';

const CANCELLED = {
  status: 'cancelled',
  errorCode: 'batch_cancelled',
  errorMessage: 'the batch was cancelled',
} as const;

export function joinCuesActivity(
  { ffmpeg }: { ffmpeg: Ffmpeg },
  batches: OpenBatches,
  ledgers: OpenLedgers,
): BatchActivities['joinCues'] {
  return ({ store, round, row, ledger, leftOut }) => {
    const files = batches.at(store, round);
    const { cancellationSignal: signal } = Context.current();
    const batch = currentBatch();
    return withHeartbeat(async () => {
      const clip = await files.snapshot.clip(row);
      const plan = await readCues(files.store, clip);
      if (!plan) throw new Error(`row ${row} has no cues`);
      const outcome = await outcomeOf(files, clip, plan, leftOut, { ffmpeg, signal });
      if (plan.parts > 1) await noteJoined(files, batches.worker, clip, outcome);
      await writeSegment(files.store, round, `cues-${String(row).padStart(8, '0')}`, [outcome]);
      countOutcomes([outcome]);
      if (ledger) {
        const entries = await ledgerEntries({ files, round, batch, ledger }, [outcome]);
        await ledgers.at(ledger).append(batch, batches.worker, entries); // K1; B2
      }
      if (outcome.status === 'succeeded') await dropParts(files, clip, plan);
      return { status: outcome.status, failures: await failureNotes(files.snapshot, [outcome]) };
    });
  };
}

async function outcomeOf(
  files: BatchFiles,
  clip: Clip,
  plan: CuePlan,
  leftOut: JoinCuesInput['leftOut'],
  tools: { ffmpeg: Ffmpeg; signal: AbortSignal },
): Promise<Outcome> {
  const { row } = clip;
  const { had } = plan;
  const numbers = numbersOf(row, plan);
  const ends = await Promise.all(numbers.map((number) => cueOutcome(files.store, clip, number)));
  const unsent = leftOut
    ? ({ status: 'skipped', errorCode: leftOut.code, errorMessage: leftOut.message } as const)
    : CANCELLED;
  const { takes, faults } = combineCues(plan, ends, unsent);
  const known = ends.flatMap((end) => end ?? []);
  const sum = sumOf(row, had, known);
  const [fault] = faults;
  if (takes.length === 0 && !had && fault) return { ...sum, ...fault };
  try {
    const made: Take[] = [];
    for (const take of takes) {
      const outputs = await outputsOf(files, clip, plan, take, tools);
      made.push(takeOf(take, outputs));
    }
    return { ...sum, ...chosenOf(had, made), ...noteOf(faults) };
  } catch (error) {
    tools.signal.throwIfAborted();
    const { code, message } = refusalOf(error);
    // The parts are paid for, and stay: a retry joins them.
    const why = `its parts are there: ${message}`;
    if (had) return { ...sum, ...chosenOf(had, []), errorMessage: why };
    return { ...sum, status: 'failed', errorCode: code, errorMessage: why };
  }
}

/** What was joined of parts is another file than any that came. */
async function noteJoined(
  files: BatchFiles,
  worker: string,
  clip: Clip,
  outcome: Outcome,
): Promise<void> {
  for (const { outputs, taskId } of takesOf(outcome)) {
    await noteFiles(files, worker, { clip, outputs, ...(taskId !== undefined && { taskId }) });
  }
}

function sumOf(row: number, had: CuePlan['had'], known: readonly Outcome[]) {
  const doubtful = had?.possibleDuplicate ?? known.some((end) => end.possibleDuplicate);
  const fitted = had?.fitted ?? known.flatMap((end) => end.fitted ?? []).join(' + ');
  return {
    row,
    attempts: known.reduce((all, { attempts }) => all + attempts, had?.attempts ?? 0),
    ...(doubtful && { possibleDuplicate: true }),
    ...(fitted !== '' && { fitted }),
  };
}

function takeOf({ prompt, parts: [first] }: WholeTake, outputs: string[]): Take {
  const { taskId, modelVersion, translatePrompt } = first ?? {};
  return {
    ...(taskId !== undefined && { taskId }),
    outputs,
    ...(prompt !== undefined && { prompt }),
    ...(modelVersion !== undefined && { modelVersion }),
    ...(translatePrompt !== undefined && { translatePrompt }),
  };
}

/** The first take is the chosen one, unless the row was redone: then it is the newest. */
function chosenOf(had: CuePlan['had'], made: Take[]): Omit<Outcome, 'row' | 'attempts'> {
  const takes = [...(had?.takes ?? []), ...made];
  const chosen = had ? (made.at(-1)?.outputs[0] ?? had.chosen) : made[0]?.outputs[0];
  return { status: 'succeeded', ...choiceOf(takes, chosen) };
}

function noteOf(faults: Combined['faults']): Pick<Outcome, 'errorMessage'> {
  if (faults.length === 0) return {};
  return { errorMessage: faults.map(({ errorMessage }) => errorMessage).join('; ') };
}

/** The store keys of one take: joined, where it has parts. */
async function outputsOf(
  { store, numberedIds }: BatchFiles,
  { id, row }: Clip,
  plan: CuePlan,
  { take, parts }: WholeTake,
  { ffmpeg, signal }: { ffmpeg: Ffmpeg; signal: AbortSignal },
): Promise<string[]> {
  if (plan.parts === 1) return parts.flatMap(filesOf);
  const own = cuesOf(row, plan).filter(({ cue }) => cue.take === take);
  const lengths = own.map(({ cue }) => cue.excerpt?.length ?? 0);
  const as = joinedExtension(parts[0]?.output ?? '');
  const several = plan.cues.some((cue) => cue.take !== take) || plan.had !== undefined;
  const name = several ? takeName(id, take, await numberedIds()) : fileNameOf(id);
  const key = `soundtracks/${name}${as}`;
  const files = parts.map(({ output = '' }) => output);
  await withFiles(store, files, (paths) => {
    const pieces = paths.map((path, at) => ({ path, seconds: lengths[at] ?? 0 }));
    return store.writeFile(key, (to) =>
      joinSoundtracks(ffmpeg, pieces, { overlap: plan.overlap, to, as }, signal),
    );
  });
  return [key];
}

async function withFiles(
  store: Store,
  [key, ...others]: string[],
  work: (paths: string[]) => Promise<void>,
  paths: string[] = [],
): Promise<void> {
  if (key === undefined) await work(paths);
  else await store.withFile(key, (path) => withFiles(store, others, work, [...paths, path]));
}

function filesOf({ output, outputs }: Outcome): string[] {
  return outputs ?? (output === undefined ? [] : [output]);
}

/** What only joining needed. */
async function dropParts(files: BatchFiles, clip: Clip, plan: CuePlan): Promise<void> {
  for (const number of numbersOf(clip.row, plan)) {
    await dropProxy(files, cueClip(clip, plan, number));
    if (plan.parts === 1) continue;
    const end = await cueOutcome(files.store, clip, number);
    for (const key of end ? filesOf(end) : []) await files.store.remove(key);
  }
}
