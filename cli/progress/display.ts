// Shows progress: redrawn in place on a terminal, a line now and then elsewhere.
import pc from 'picocolors';
import { ENVIRONMENT } from '../../config/environment.js';
import type { SeenProgress } from '../../client/failing-work.js';
import { hasColors, type Io } from '../io.js';
import { LiveBlock } from './live-block.js';
import { Speed } from './speed.js';
import { doneOf } from '../../contract/clip.js';
import { failingLines, liveLines, plainLine, stateLines, type ProgressView } from './view.js';

export interface Display<Progress = SeenProgress> {
  /** @param progress undefined when no worker answers */
  update(progress: Progress | undefined): void;
  /** Takes the live display away. May be called more than once. */
  stop(): void;
}

const PLAIN_INTERVAL_MS = 10_000;

/** Live on a terminal: that of the people's stream, else of stderr. Plain lines where there is none. */
export function startDisplay(batch: string, io: Io, env: NodeJS.ProcessEnv = ENVIRONMENT): Display {
  const stream = [io.people, process.stderr].find(({ isTTY }) => isTTY);
  const view = new Viewer(batch);
  if (!stream || env['TERM'] === 'dumb') return plainDisplay(view, io);
  const colors = pc.createColors(hasColors(stream, env));
  const block = new LiveBlock(stream);
  const update = (progress: SeenProgress | undefined): void => {
    const seen = view.of(progress);
    block.draw((width) => liveLines(seen, width, colors));
  };
  update(undefined);
  return { update, stop: () => block.close() };
}

/** A line every ten seconds, and at once when the state changes or work fails; what is to be said of it once. */
function plainDisplay(view: Viewer, io: Io): Display {
  let lastState = '';
  let lastSaid = '';
  let lastAt = -Infinity;
  return {
    update(progress) {
      const seen = view.of(progress);
      const fails = (progress?.failing ?? []).map(({ activity, cause }) => `${activity} ${cause}`);
      const state = [progress?.state ?? 'unanswered', ...fails].join('\n');
      const now = performance.now();
      if (state === lastState && now - lastAt < PLAIN_INTERVAL_MS) return;
      io.people.write(`${plainLine(seen)}\n`);
      const said = linesBelow(seen.batch, progress).join('\n');
      if (said !== '' && (state !== lastState || said !== lastSaid)) io.people.write(`${said}\n`);
      [lastState, lastSaid, lastAt] = [state, said, now];
    },
    stop: () => undefined,
  };
}

function linesBelow(batch: string, progress: SeenProgress | undefined): string[] {
  if (!progress) return [];
  // The line itself says that it is being opened.
  return progress.state === 'opening'
    ? failingLines(progress.failing)
    : stateLines(batch, progress);
}

/** Adds speed to progress. Keeps the last answer for the moments in which none comes. */
class Viewer {
  readonly #speed = new Speed();
  #last: SeenProgress | undefined;

  constructor(private readonly batch: string) {}

  of(progress: SeenProgress | undefined): ProgressView {
    const shown = progress ?? this.#last;
    this.#last = shown;
    if (!shown) {
      return {
        batch: this.batch,
        progress: shown,
        clipsPerSecond: undefined,
        remainingMs: undefined,
      };
    }
    const done = doneOf(shown.counts);
    this.#speed.note(done, performance.now());
    return {
      batch: this.batch,
      progress: shown,
      clipsPerSecond: this.#speed.perSecond(),
      remainingMs: this.#speed.remainingMs(shown.counts.total - done),
    };
  }
}
