// Records on disk which files of which tasks are downloaded, so that none is downloaded again: not after a
// worker was killed, not by another worker, not because another file of the clip failed.
//
// J3. A file gets its own name only after it is noted here; the note applies to that very file.
import { z } from 'zod';
import { linesOf } from '../store/lines.js';
import type { Store } from '../store/store.js';

const FOLDER = 'downloads';

/** One file of a task's result. */
const FileNote = z.object({
  task: z.string(),
  /** Its position among the result's files, from 0, and how many files there are. */
  file: z.int().nonnegative(),
  of: z.int().positive(),
  key: z.string(),
  /** Version of the object, see `Store`. */
  version: z.string(),
  modelVersion: z.string().exactOptional(),
  translatePrompt: z.string().exactOptional(),
});
export type FileNote = z.infer<typeof FileNote>;

/** Tested before a line is parsed, because nearly all lines are about other tasks. */
const TASK = /^\{"task":("(?:[^"\\]|\\.)*")/;

export class DownloadNotes {
  readonly #file: string;

  /** @param worker a name that no other worker has (J2) */
  constructor(
    private readonly store: Store,
    worker: string,
  ) {
    this.#file = `${FOLDER}/${worker}.jsonl`;
  }

  /** Resolves once the note is on disk. */
  add({ task, ...rest }: FileNote): Promise<void> {
    return this.store.append(this.#file, `${JSON.stringify({ task, ...rest })}\n`); // `task` first: see TASK
  }

  /** The noted files of some tasks that still exist, by task and position. */
  async find(tasks: ReadonlySet<string>): Promise<Map<string, Map<number, FileNote>>> {
    const found = new Map<string, Map<number, FileNote>>();
    if (tasks.size === 0) return found;
    for (const note of await this.#read(tasks)) {
      if ((await this.store.version(note.key)) !== note.version) continue;
      const files = found.get(note.task) ?? new Map<number, FileNote>();
      found.set(note.task, files.set(note.file, note));
    }
    return found;
  }

  async #read(tasks: ReadonlySet<string>): Promise<FileNote[]> {
    const notes: FileNote[] = [];
    for (const file of await this.store.list(FOLDER)) {
      for await (const lines of linesOf(this.store, file)) {
        for (const line of lines) {
          const task = TASK.exec(line)?.[1];
          if (task === undefined || !tasks.has(textOf(task))) continue;
          const note = FileNote.safeParse(parse(line));
          if (note.success) notes.push(note.data); // a line torn by a full disk costs a download
        }
      }
    }
    return notes;
  }
}

function textOf(json: string): string {
  return String(parse(json));
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
