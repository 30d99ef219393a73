// Mixing: what makes finished videos of a batch's clips and soundtracks.

/**
 * `duck`: the clip's sound, and music that makes room for it. `under`: both, the music low all the time.
 * `replace`: the music alone. `keep`: the clip as it is.
 */
export const AUDIO_PLANS = ['duck', 'under', 'replace', 'keep'] as const;
export type AudioPlan = (typeof AUDIO_PLANS)[number];

/** LUFS that finished videos may be asked to have. */
export const LOUDNESS_RANGE = { least: -36, most: -9 } as const;
/** Seconds of the music's fade. */
export const MOST_FADE_SECONDS = 30;

/** How videos are mixed. */
export interface MixOptions {
  /** Absent: `duck` where the clip has sound, else `replace`. */
  audio?: AudioPlan;
  /** LUFS. */
  loudness: number;
  /** Of the music at the end. */
  fadeSeconds: number;
}

/** What is to be mixed of a batch. */
export interface MixAgain {
  /** The newest of the batch. */
  round: number;
  mix: MixOptions;
  /** Clips that an earlier batch scored are mixed too. */
  skipped?: true;
}

/** The one argument of `mixVideos`. */
export interface MixVideosInput extends MixAgain {
  version: 1;
  batch: string;
  /** Location of the batch's store. */
  store: string;
  /** History events after which it continues as new; the server may suggest it earlier. */
  historyBound: number;
  /** Only when continued as new. */
  carried?: MixState;
}

/** What a run of `mixVideos` hands to the next. */
export interface MixState {
  /** The row to look at next; absent when all were looked at. */
  next?: number;
  /** Rows found, and not mixed yet. */
  rows: number[];
  counts: MixCounts;
  /** Made before it was asked to look once more, where they are found again. */
  before?: number;
  /** ISO 8601. */
  startedAt: string;
  /** Newest last, at most five. */
  lastFailures: MixFailure[];
}

/** Rows by what became of them. */
export interface MixCounts {
  /** Rows that were looked through and have a soundtrack. */
  found: number;
  /** Of those: mixed now. */
  made: number;
  /** Were there already, of the same clip and soundtrack and mixed alike. */
  kept: number;
  failed: number;
}

export interface MixFailure {
  id: string;
  message: string;
}

/** Answer of the query, and what `mixVideos` returns. */
export interface MixProgress {
  state: 'mixing' | 'finishing' | 'done' | 'cancelled';
  counts: MixCounts;
  /** All rows have been looked through, so that `found` is the total. */
  complete: boolean;
  startedAt: string;
  lastFailures: MixFailure[];
}

export interface FindMixesInput extends MixAgain {
  store: string;
  /** The first row to look at. */
  from: number;
}

export interface FindMixesOutput {
  /** Rows without a video of this soundtrack, mixed like this. */
  rows: number[];
  /** Rows that have one. */
  kept: number;
  /** Where to go on; absent = all rows were looked at. */
  next?: number;
}

export interface MixClipInput {
  store: string;
  round: number;
  row: number;
  mix: MixOptions;
}

/** The activity itself records the video, or why there is none. */
export interface MixClipOutput {
  failure?: MixFailure;
}

/** The activities of mixing. */
export interface MixActivities {
  findMixes(input: FindMixesInput): Promise<FindMixesOutput>;
  mixClip(input: MixClipInput): Promise<MixClipOutput>;
  /** Writes the results again, with the videos in them. */
  writeMixes(input: { batch: string; store: string; round: number }): Promise<void>;
}
