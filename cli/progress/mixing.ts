// Shows how the mixing of finished videos goes.
import pc from 'picocolors';
import { ENVIRONMENT } from '../../config/environment.js';
import type { SeenMixing } from '../../client/videos.js';
import { hasColors, plainText, type Io } from '../io.js';
import type { Display } from './display.js';
import { durationText } from './durations.js';
import { LiveBlock } from './live-block.js';
import { Speed } from './speed.js';
import { cut, failingLines, shareBar } from './view.js';

const PLAIN_INTERVAL_MS = 10_000;
const BAR_WIDTH = 40;
const SHOWN_FAILURES = 3;

/** Live on a terminal, else a line now and then. */
export function startMixDisplay(io: Io, env: NodeJS.ProcessEnv = ENVIRONMENT): Display<SeenMixing> {
  const speed = new Speed();
  const stream = [io.people, process.stderr].find(({ isTTY }) => isTTY);
  const live = stream && env['TERM'] !== 'dumb' ? new LiveBlock(stream) : undefined;
  const colors = pc.createColors(stream !== undefined && hasColors(stream, env));
  let last: SeenMixing | undefined;
  let lastAt = -Infinity;
  return {
    update(progress) {
      last = progress ?? last;
      const shown = last;
      const { lines, share, failed } = describeMixing(shown, speed);
      if (live) {
        live.draw((width) => {
          const cells = Math.max(4, Math.min(BAR_WIDTH, width - (lines[0]?.length ?? 0) - 2));
          const bar = shown ? `${shareBar(share, cells, failed > 0, colors)}  ` : '';
          const [first = '', ...rest] = lines;
          return [bar + cut(first, width - cells - 2), ...rest.map((line) => cut(line, width))];
        });
        return;
      }
      if (performance.now() - lastAt < PLAIN_INTERVAL_MS) return;
      lastAt = performance.now();
      io.people.write(`${lines.join('; ')}\n`);
    },
    stop: () => live?.close(),
  };
}

function describeMixing(progress: SeenMixing | undefined, speed: Speed) {
  if (!progress) return { lines: ['Videos: waiting for the worker'], share: 0, failed: 0 };
  const { counts, complete, state, failing, lastFailures } = progress;
  const { found, made, kept, failed } = counts;
  const done = made + kept + failed;
  speed.note(made + failed, performance.now());
  const left = complete ? speed.remainingMs(found - done) : undefined;
  const share = found === 0 ? 0 : done / found;
  const first = [
    `Videos  ${done}/${found}${complete ? '' : '+'}`,
    ...(state === 'finishing' ? ['writing the results'] : []),
    ...(left !== undefined && found > done ? [`${durationText(left)} left`] : []),
  ].join('  ');
  const said = [`${made} mixed`, ...(kept > 0 ? [`${kept} there already`] : [])];
  if (failed > 0) said.push(`${failed} could not be mixed`);
  const failures = lastFailures
    .slice(-SHOWN_FAILURES)
    .map(({ id, message }) => plainText(`  ${id}: ${message}`));
  const lines = [first, `  ${said.join(', ')}`, ...failures, ...failingLines(failing)];
  return { lines, share, failed };
}
