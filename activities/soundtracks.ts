// Brings all files of a task's result into the store, by the known links, else by fresh ones.
import type { FinishClipsInput } from '../contract/activities.js';
import type { Clip } from '../contract/clip.js';
import type { VendorFailure } from '../contract/failure.js';
import { ERROR_TABLE } from '../tomoviee/errors.js';
import type { FileContent } from '../outcomes/provenance/file-facts.js';
import type { VendorResult } from '../tomoviee/client.js';
import type { BatchFiles } from './batch-files.js';
import { takeName } from './cues/take-name.js';
import type { ActivityDependencies } from './dependencies.js';
import { DownloadError, downloadFile, type DownloadFault, type FileLimits } from './download.js';
import type { FileNote } from './download-notes.js';
import { fileNames } from './file-names.js';
import type { KeptLinks } from './result-links.js';

export type Download = FinishClipsInput['download'][number];

/** What a result states about itself. */
type Told = Pick<VendorResult, 'modelVersion' | 'translatePrompt'>;

/** The store keys of a result's files, and what else the result states. */
export type Fetched = {
  outputs: string[];
  /** Of files that were downloaded now. */
  contents?: ReadonlyMap<string, FileContent>;
} & Told;

/** Files of a task that already exist, by position. */
export type FilesThere = ReadonlyMap<number, FileNote>;

type Failed = { failure: VendorFailure; fault: DownloadFault };

export class Soundtracks {
  constructor(
    private readonly deps: Pick<ActivityDependencies, 'vendor' | 'fetch'>,
    private readonly files: BatchFiles,
    private readonly links: KeptLinks,
    private readonly limits: FileLimits,
  ) {}

  /** @param there files that are not downloaded again */
  async fetch(task: Download, there: FilesThere = NONE): Promise<Fetched | Failed> {
    const clip = await this.files.snapshot.clip(task.row);
    const whole = await this.#whole(clip, there);
    if (whole) return whole;
    const kept = this.links.take(task.taskId);
    const first = kept && (await this.#download(clip, task.taskId, kept, there));
    if (first && !('fault' in first && first.fault === 'stale')) return first;
    const fresh = await this.#freshLinks(task);
    return 'failure' in fresh ? fresh : await this.#download(clip, task.taskId, fresh, there);
  }

  /** The result, if all its files exist, so that the vendor need not be queried. */
  async #whole(clip: Clip, there: FilesThere): Promise<Fetched | undefined> {
    const [first] = there.values();
    if (!first) return undefined;
    const names = await this.#names(clip, first.of);
    const outputs = names.flatMap((_, at) => keyThere(there, at, names) ?? []);
    if (outputs.length < first.of) return undefined;
    return { outputs, ...toldOf(first) };
  }

  /** Every file of a result [V: the paths are arrays]. */
  async #download(
    clip: Clip,
    taskId: string,
    result: VendorResult,
    there: FilesThere,
  ): Promise<Fetched | Failed> {
    const { media } = result;
    if (media.length === 0) return { failure: RESULT_MISSING, fault: 'other' };
    const { fetch } = this.deps;
    const { store, downloads } = this.files;
    const names = await this.#names(clip, media.length);
    const told = toldOf(result);
    const outputs: string[] = [];
    const contents = new Map<string, FileContent>();
    try {
      for (const [at, one] of media.entries()) {
        const file = { task: taskId, file: at, of: media.length, ...told };
        const arriving = (key: string, version: string): Promise<void> =>
          downloads.add({ ...file, key, version });
        const place = { store, name: names[at] ?? '', arriving };
        const known = keyThere(there, at, names);
        if (known === undefined) {
          const { key, content } = await downloadFile(fetch, one, place, this.limits);
          contents.set(key, content);
          outputs.push(key);
        } else outputs.push(known);
      }
      return { outputs, contents, ...told };
    } catch (error) {
      if (!(error instanceof DownloadError)) {
        this.links.keep(taskId, result); // the links still work
        throw error;
      }
      if (error.fault === 'slow') this.links.keep(taskId, result);
      return { failure: error.failure, fault: error.fault };
    }
  }

  /** Store keys without extension. */
  async #names({ id, cue }: Clip, count: number): Promise<string[]> {
    if (cue && cue.parts > 1) {
      return Array.from({ length: count }, (_, at) => `${PARTS}${cue.name}-${at + 1}`);
    }
    const ids = count > 1 || cue ? await this.files.numberedIds() : NO_IDS;
    const names = fileNames(cue ? takeName(id, cue.take, ids) : id, count, ids);
    return names.map((name) => `soundtracks/${name}`);
  }

  async #freshLinks(task: Download): Promise<VendorResult | Failed> {
    const { signal } = this.limits;
    const answer = await this.deps.vendor.queryTask(task.taskId, { signal });
    if (answer.kind === 'refused') return { failure: answer.failure, fault: 'other' };
    if (answer.status === 'succeeded') return answer;
    return { failure: noResult(`the task is now ${answer.status}`), fault: 'other' };
  }
}

/** Soundtracks of parts, until they are joined. */
const PARTS = 'parts/';
const NO_IDS: ReadonlySet<string> = new Set();
const NONE: FilesThere = new Map();

/** The key of an existing file, if it belongs to this clip and to a result with this many files. */
function keyThere(there: FilesThere, at: number, names: string[]): string | undefined {
  const note = there.get(at);
  const stem = names[at] ?? '';
  const belongs = note?.of === names.length && note.key.startsWith(stem);
  return belongs && /^\.\w+$/.test(note.key.slice(stem.length)) ? note.key : undefined;
}

function toldOf({ modelVersion, translatePrompt }: Told): Told {
  return {
    ...(modelVersion !== undefined && { modelVersion }),
    ...(translatePrompt !== undefined && { translatePrompt }),
  };
}

/** Nothing was lost in transit: the vendor itself names no file, at least for now. */
const RESULT_MISSING: VendorFailure = {
  class: ERROR_TABLE.result_missing.class,
  code: 'result_missing',
  message: 'the task succeeded, but its result names no soundtrack URL',
};

function noResult(message: string): VendorFailure {
  return { class: 'retry', code: 'download_failed', message };
}
