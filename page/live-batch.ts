// One batch as it is watched by all who have its page open.
import type { BatchStatus, LiveClip, LiveReview, Reelscore } from '../client/index.js';
import { ReelscoreError } from '../client/index.js';
import { Feed } from './feed.js';

export interface BatchUpdate {
  status?: BatchStatus;
  clips?: LiveClip[];
  /** There are other clips than before: read them all. */
  anew?: true;
  /** Why it cannot be told how it stands; '' when it can again. */
  fault?: string;
}

/** Watched by the eye. Clips cost no more than a look into folders, the status some queries. */
const CLIPS_MS = 400;
const STATUS_MS = 800;

export class LiveBatch {
  readonly feed: Feed<BatchUpdate>;
  #review: Promise<LiveReview> | undefined;
  /** Those who watch have clips of a review that does not count any more. */
  #dropped = false;
  #status: BatchStatus | undefined;
  #fault = '';
  readonly #faults = { clips: '', status: '' };

  constructor(
    private readonly api: Reelscore,
    private readonly batch: string,
  ) {
    this.feed = new Feed({
      reads: [
        { read: () => this.#told('clips', () => this.#readClips()), everyMs: CLIPS_MS },
        { read: () => this.#told('status', () => this.#readStatus()), everyMs: STATUS_MS },
      ],
      first: () => ({ ...(this.#status && { status: this.#status }), fault: this.#fault }),
      merge: merged,
    });
  }

  /** @throws ReelscoreError `batch_not_found`, `results_gone` and others that `Reelscore.review` throws */
  async review(): Promise<LiveReview> {
    const opening = (this.#review ??= this.api.review(this.batch));
    try {
      return await opening;
    } catch (error) {
      if (this.#review === opening) this.#review = undefined;
      throw error;
    }
  }

  async #readClips(): Promise<BatchUpdate | undefined> {
    const anew = this.#dropped;
    this.#dropped = false;
    const clips = await (await this.review()).changed();
    if (!clips) {
      this.#review = undefined;
      return { anew: true };
    }
    if (anew) return { anew };
    return clips.length > 0 ? { clips } : undefined;
  }

  async #readStatus(): Promise<BatchUpdate | undefined> {
    const before = this.#status;
    const status = (this.#status = await this.api.status(this.batch));
    if (JSON.stringify(before) === JSON.stringify(status)) return undefined;
    // What rows without an outcome are called depends on it.
    if (before && before.state !== status.state) this.#drop();
    return { status };
  }

  #drop(): void {
    this.#review = undefined;
    this.#dropped = true;
  }

  /** Says what keeps it from telling, once. */
  async #told(
    what: 'clips' | 'status',
    read: () => Promise<BatchUpdate | undefined>,
  ): Promise<BatchUpdate | undefined> {
    let update: BatchUpdate | undefined;
    try {
      update = await read();
      this.#faults[what] = '';
    } catch (error) {
      this.#faults[what] = error instanceof ReelscoreError ? error.message : String(error);
      this.#drop(); // its folder may be another when it is back
    }
    const fault = this.#faults.status || this.#faults.clips;
    if (fault === this.#fault) return update;
    this.#fault = fault;
    return { ...update, fault };
  }
}

function merged(before: BatchUpdate, next: BatchUpdate): BatchUpdate {
  const all = [...(before.clips ?? []), ...(next.clips ?? [])];
  const rows = new Map(all.map((clip) => [clip.row, clip]));
  return { ...before, ...next, ...(rows.size > 0 && { clips: [...rows.values()] }) };
}
