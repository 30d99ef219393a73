import fc from 'fast-check';
import pc from 'picocolors';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from 'vitest';
import { startDisplay } from '../../cli/progress/display.js';
import { durationText } from '../../cli/progress/durations.js';
import { hasColors } from '../../cli/io.js';
import { LiveBlock } from '../../cli/progress/live-block.js';
import { Speed } from '../../cli/progress/speed.js';
import { liveLines, plainLine, type ProgressView } from '../../cli/progress/view.js';
import type { BatchProgress } from '../../contract/batch.js';

const PROGRESS: BatchProgress = {
  ...{ name: 'library', store: '/out', round: 1, state: 'running', warnings: 0, submissions: 14 },
  counts: { total: 40, succeeded: 8, failed: 1, rejected: 1, cancelled: 0, skipped: 0 },
  ...{ queued: 22, submitting: 1, waiting: 5, unresolved: 0, backingOff: 0, finishing: 2 },
  lastFailures: [{ row: 3, id: 'intro', code: 'task_failed', message: 'no\u001b[2J music' }],
  pace: { ratePerSecond: 1, burst: 1, maxInFlight: 20 },
  priority: 'normal',
  startedAt: '2026-01-01T00:00:00.000Z',
};

function view(progress: Partial<BatchProgress> = {}): ProgressView {
  const whole = { ...PROGRESS, ...progress };
  return { batch: 'library-1a2b3c4d', progress: whole, clipsPerSecond: 0.98, remainingMs: 31_000 };
}

const colors = pc.createColors(false);

describe('what a person sees', () => {
  test('share, count, speed, time left, outcomes, work and failures', () => {
    const text = liveLines(view(), 100, colors).join('\n');
    expect(text).toContain('25%  10/40  0.98/s  31 s left');
    expect(text).toContain('8 succeeded, 1 failed, 1 rejected');
    expect(text).toContain('5 at the vendor, 1 submitting, 2 downloading, 22 to come');
    expect(text).toContain('intro: task_failed');
  });

  test('a batch held back by the vendor says why', () => {
    const held = view({ holdReason: 'network_refused connect ECONNREFUSED' });
    expect(liveLines(held, 100, colors).join('\n')).toContain('Holding back: network_refused');
  });

  test('a paused batch says why and what to do', () => {
    const paused = view({ state: 'paused', pauseReason: 'the vendor denies access: 401' });
    const text = liveLines(paused, 100, colors).join('\n');
    expect(text).toContain('PAUSED: the vendor denies access: 401');
    expect(text).toContain('reelscore resume library-1a2b3c4d');
  });

  test('a pause of the whole account says so, and that one resume is enough', () => {
    const pauseReason = 'the vendor denies access: 402 no credit';
    const paused = view({ state: 'paused', pauseReason, accountPaused: true });
    const text = liveLines(paused, 100, colors).join('\n');
    expect(text).toContain(`PAUSED, with every batch of the account: ${pauseReason}`);
    expect(text).toContain('this starts all of them again:\n  reelscore resume library-1a2b3c4d');
  });

  test('a batch says what the ledger told of its clips', () => {
    const found = { counts: { link_changed: 2, soundtrack_gone: 1 }, notes: [] };
    const text = liveLines(view({ found }), 100, colors).join('\n');
    expect(text).toContain('2 x link_changed: scored anew, the link is another one than before');
    expect(text).toContain('1 x soundtrack_gone: scored anew, the earlier soundtrack is gone');
  });

  test('a batch shows its share while others use the account too', () => {
    const pace = { ratePerSecond: 0.75, burst: 1, maxInFlight: 15 };
    const share = 'its share of the account: 0.75/s, 15 tasks in flight (normal)';
    expect(liveLines(view({ pace, shared: true }), 100, colors).join('\n')).toContain(share);
    expect(liveLines(view({ pace }), 100, colors).join('\n')).not.toContain('share');
  });

  test('a batch that has no share yet says that it waits for one', () => {
    const pace = { ratePerSecond: 0, burst: 1, maxInFlight: 0 };
    const none = { pace, submitting: 0, waiting: 0, queued: 40 };
    expect(liveLines(view(none), 100, colors).join('\n')).toContain('Waiting for a share');
  });

  test('what to do about a pause is whole on a narrow terminal too', () => {
    const paused = view({ state: 'paused', pauseReason: 'x'.repeat(50) });
    const text = liveLines(paused, 30, colors).join('');
    expect(text).toContain('x'.repeat(50));
    expect(text).toContain('reelscore resume library-1a2b3c4d');
    expect(text).not.toContain('left');
  });

  test('no line is wider than the terminal, and no text can steer it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 20, max: 200 }), fc.string(), (width, message) => {
        const lastFailures = [{ row: 0, id: 'x', code: 'y', message: `${message}\u001b[31m\n` }];
        for (const line of liveLines(view({ lastFailures }), width, colors)) {
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
          const signs = [...new Intl.Segmenter().segment(line)];
          expect(signs.length).toBeLessThanOrEqual(width);
        }
      }),
    );
  });

  test('colours change nothing but colour', () => {
    const painted = liveLines(view(), 80, pc.createColors(true)).map(stripVTControlCharacters);
    expect(painted).toEqual(liveLines(view(), 80, colors));
  });

  test('off a terminal it is one line', () => {
    expect(plainLine(view())).not.toContain('\n');
  });
});

describe('the live block', () => {
  /** Collects what is written, and plays a terminal that only knows what the block uses. */
  class Screen {
    columns = 60;
    rows: string[] = [''];
    #at = 0;
    write(text: string): boolean {
      for (const part of text.match(/\u001b\[\??\d*[a-zA-Z]|\r|\n|[^\u001b\r\n]+/g) ?? []) {
        const up = /^\u001b\[(\d+)A$/.exec(part);
        if (up) this.#at -= Number(up[1]);
        else if (part === '\u001b[0J') this.rows.splice(this.#at);
        else if (part === '\n') this.#at += 1;
        else if (!part.startsWith('\u001b') && part !== '\r') this.rows[this.#at] = part;
      }
      return true;
    }
    on(): this {
      return this;
    }
    off(): this {
      return this;
    }
  }

  test('is redrawn in place, shrinks, and leaves nothing behind', () => {
    const screen = new Screen();
    const block = new LiveBlock(screen);
    block.draw(() => ['one', 'two', 'three']);
    expect(screen.rows).toEqual(['one', 'two', 'three']);
    block.draw(() => ['1', '2']);
    expect(screen.rows).toEqual(['1', '2']);
    block.close();
    expect(screen.rows).toEqual([]);
  });
});

describe('speed', () => {
  test('cannot be told from the first moments', () => {
    const speed = new Speed();
    speed.note(0, 0);
    speed.note(5, 1000);
    expect(speed.perSecond()).toBeUndefined();
  });

  test('follows the last half minute', () => {
    const speed = new Speed();
    for (let second = 0; second <= 100; second += 1) speed.note(second, second * 1000);
    for (let second = 101; second <= 140; second += 1) {
      speed.note(100 + (second - 100) * 3, second * 1000);
    }
    expect(speed.perSecond()).toBeCloseTo(3, 1);
    expect(speed.remainingMs(30)).toBeCloseTo(10_000, -3);
  });

  test('a standstill has no end', () => {
    const speed = new Speed();
    for (let second = 0; second < 60; second += 1) speed.note(4, second * 1000);
    expect(speed.remainingMs(10)).toBeUndefined();
  });
});

test('off a terminal, what is to be said is said once for as long as it holds', () => {
  const written: string[] = [];
  const people = { write: (text: string) => written.push(text) };
  const io = { people } as unknown as Parameters<typeof startDisplay>[1];
  const display = startDisplay('library', io, { TERM: 'dumb' });
  const paused: BatchProgress = { ...PROGRESS, state: 'paused', pauseReason: 'lunch' };
  for (const progress of [PROGRESS, paused, paused, PROGRESS]) display.update(progress);
  display.stop();
  expect(written.filter((text) => text.includes('PAUSED: lunch'))).toHaveLength(1);
  expect(written.filter((text) => text.startsWith('library: '))).toHaveLength(3);
});

test('work that keeps failing is told at once, with its cause, and in whatever state', () => {
  const failing = [
    { activity: 'finishClips', cause: 'ENOSPC: no space\u001b[2J left', tries: 3 },
    { activity: 'submitClip', cause: 'EROFS', tries: 1 },
  ];
  const text = liveLines({ ...view(), progress: { ...PROGRESS, failing } }, 200, colors).join('\n');
  expect(text).toContain(
    'FAILING (3 times so far; it is tried again): downloading soundtracks and recording outcomes: ENOSPC: no space',
  );
  expect(text).toContain('FAILING (once so far; it is tried again): submitting: EROFS');

  const written: string[] = [];
  const people = { write: (line: string) => written.push(line) };
  const io = { people } as unknown as Parameters<typeof startDisplay>[1];
  const display = startDisplay('library', io, { TERM: 'dumb' });
  for (const state of ['running', 'opening', 'finishing'] as const) {
    for (const one of [{}, { failing }, { failing }])
      display.update({ ...PROGRESS, state, ...one });
  }
  display.stop();
  expect(written.filter((line) => line.includes('ENOSPC'))).toHaveLength(3);
});

test('off a terminal, a batch that is not opened yet has one line, without figures', () => {
  const written: string[] = [];
  const people = { write: (text: string) => written.push(text) };
  const io = { people } as unknown as Parameters<typeof startDisplay>[1];
  startDisplay('library', io, { TERM: 'dumb' }).update({ ...PROGRESS, state: 'opening' });
  expect(written).toEqual([expect.stringMatching(/^library: Reading the manifest[^%]*\n$/)]);
});

test.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
  [{}, {}, false],
  [{}, { FORCE_COLOR: '1' }, true],
])('colours on %j with %j: %s', (stream, env, colored) => {
  expect(hasColors(stream, env)).toBe(colored);
});

test('durations are in the two largest units', () => {
  expect([900, 42_000, 185_000, 7_440_000, 266_400_000].map(durationText)).toEqual([
    ...['1 s', '42 s', '3 min 5 s', '2 h 4 min', '3 d 2 h'],
  ]);
});
