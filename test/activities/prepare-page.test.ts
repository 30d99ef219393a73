import { afterAll, describe, expect, test } from 'vitest';
import type { ActivityDependencies } from '../../activities/index.js';
import { rangesOf } from '../../activities/prepare-page.js';
import type { PreparePageInput, PreparePageOutput } from '../../contract/activities.js';
import type { Outcome } from '../../contract/clip.js';
import { probeClip } from '../../media/probe-clip.js';
import type { ProbeVerdict } from '../../media/verdict.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { listSegments, readSegment } from '../../outcomes/segments.js';
import type { Store } from '../../store/store.js';
import { serve } from '../net/servers.js';
import { openAnalyzer } from '../media/support.js';
import { simulate } from '../tomoviee/simulator/support.js';
import { frozenBatch, manifestOf, run, start, workerOf } from './support.js';

type Probe = ActivityDependencies['probe'];

const analyzer = openAnalyzer({ parsers: 1 });
const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
afterAll(async () => {
  analyzer.close();
  await fetch.close();
});
const realProbe: Probe = (link, signal) => probeClip(link, { fetch, analyzer, signal });

const OK: ProbeVerdict = { verdict: 'ok', warnings: [] };

async function prepare(
  manifest: string,
  input: Partial<PreparePageInput>,
  probe?: Probe,
): Promise<{ output: PreparePageOutput; store: Store; outcomes: Outcome[] }> {
  const { location, store } = await frozenBatch(manifest);
  const page = { store: location, round: 1, rows: { count: 0 }, from: 0, to: 0, probe: true };
  const worker = workerOf(probe ? { probe } : {});
  const output = await run(worker, 'preparePage', { ...page, ...input });
  return { output, store, outcomes: await outcomesIn(store) };
}

async function outcomesIn(store: Store): Promise<Outcome[]> {
  const segments = await Promise.all(
    (await listSegments(store)).map((key) => readSegment(store, key)),
  );
  return segments.flat();
}

describe('ranges', () => {
  test.each([
    [[], []],
    [[4], [[4, 4]]],
    [[0, 1, 2], [[0, 2]]],
    [
      [0, 2, 3, 7, 8, 9, 11],
      [
        [0, 0],
        [2, 3],
        [7, 9],
        [11, 11],
      ],
    ],
  ])('of %j are %j', (rows, ranges) => {
    expect(rangesOf(rows)).toEqual(ranges);
  });
});

describe('a page without probing', () => {
  test('submits its rows, and no others', async () => {
    const { output, outcomes } = await prepare(manifestOf(10), { from: 3, to: 7, probe: false });
    expect(output).toEqual({ submit: [[3, 6]], rejected: 0, failed: 0, warnings: 0, failures: [] });
    expect(outcomes).toEqual([]);
  });

  test('rejects rows with a fault and tells it', async () => {
    const manifest = manifestOf(3).replace('http://clips.example/1.mp4', 'not a link');
    const { output, outcomes } = await prepare(manifest, { to: 3, probe: false });
    expect(output).toMatchObject({
      submit: [
        [0, 0],
        [2, 2],
      ],
      rejected: 1,
      failures: [{ row: 1, id: 'c1', code: 'manifest_row' }],
    });
    expect(outcomes).toMatchObject([
      { row: 1, status: 'rejected', attempts: 0, errorCode: 'manifest_row' },
    ]);
    expect(outcomes[0]?.errorMessage).toContain('file_link');
  });

  test('takes its rows from a selection, by position', async () => {
    const { location, store } = await frozenBatch(manifestOf(10));
    await store.write('selections/2.json', '[0,2,3,4,8,9]');
    const page = { store: location, round: 2, from: 1, to: 5, probe: false };
    const rows = { count: 6, key: 'selections/2.json' };
    const output = await run(workerOf({}), 'preparePage', { ...page, rows });
    expect(output.submit).toEqual([
      [2, 4],
      [8, 8],
    ]);
  });
});

describe('a page with probing', () => {
  test('turns each verdict into what it means for the clip', async () => {
    const verdicts: ProbeVerdict[] = [
      OK,
      { verdict: 'ok', warnings: [{ code: 'media_size_unknown', message: 'no size' }] },
      { verdict: 'rejected', code: 'media_too_long', message: '99 s, at most 95' },
      { verdict: 'unreachable', code: 'timeout', message: 'no answer', retryable: true },
      { verdict: 'unreachable', code: 'clip_forbidden', message: 'HTTP 403', retryable: false },
      OK,
    ];
    const { output, outcomes, store } = await prepare(manifestOf(6), { to: 6 }, (link) =>
      Promise.resolve(verdicts[Number(/(\d)\.mp4/.exec(link)?.[1])]!),
    );
    expect(output).toEqual({
      submit: [
        [0, 1],
        [5, 5],
      ],
      rejected: 1,
      failed: 2,
      warnings: 1,
      failures: [
        { row: 2, id: 'c2', code: 'media_too_long', message: '99 s, at most 95' },
        { row: 3, id: 'c3', code: 'timeout', message: 'no answer' },
        { row: 4, id: 'c4', code: 'clip_forbidden', message: 'HTTP 403' },
      ],
    });
    const common = { attempts: 0 };
    expect(outcomes).toEqual([
      {
        ...{ row: 2, status: 'rejected', ...common },
        ...{ errorCode: 'media_too_long', errorMessage: '99 s, at most 95' },
      },
      {
        ...{ row: 3, status: 'failed', ...common },
        ...{ errorCode: 'timeout', errorMessage: 'no answer' },
      },
      {
        ...{ row: 4, status: 'failed', ...common },
        ...{ errorCode: 'clip_forbidden', errorMessage: 'HTTP 403' },
      },
    ]);
    expect(await store.readText('warnings/1-page-00000000.jsonl')).toBe(
      '{"id":"c1","code":"media_size_unknown","message":"no size"}\n',
    );
  });

  test('looks at real clips as they are', async () => {
    const { url } = await simulate();
    const page = await serve((_request, response) =>
      response.setHeader('content-type', 'text/html').end('<html>Sign in</html>'),
    );
    const links = [`${url}/clips/load/1.mp4`, `${url}/clips/nowhere.mp4`, `${page.origin}/x.mp4`];
    const rows = links.map((link, n) => `c${n},${link},Pop\n`).join('');
    const { output } = await prepare(`id,file_link,prompt\n${rows}`, { to: 3 }, realProbe);
    expect(output).toMatchObject({ submit: [[0, 0]], rejected: 2, failed: 0 });
    expect(output.failures.map(({ code }) => code)).toEqual(['clip_not_found', 'media_html_page']);
  });

  test('does not look at rows with a fault', async () => {
    const manifest = manifestOf(2).replace('http://clips.example/1.mp4', 'not a link');
    const seen: string[] = [];
    await prepare(manifest, { to: 2 }, (link) => {
      seen.push(link);
      return Promise.resolve(OK);
    });
    expect(seen).toEqual(['http://clips.example/0.mp4']);
  });

  test('looks at no more than eight clips at one time', async () => {
    let now = 0;
    let most = 0;
    await prepare(manifestOf(40), { to: 40 }, async () => {
      most = Math.max(most, (now += 1));
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return OK;
    });
    expect(most).toBe(8);
  });

  test('tells the last five failures, in short', async () => {
    const verdict = {
      verdict: 'rejected',
      code: 'media_format',
      message: 'x'.repeat(500),
    } as const;
    const { output, outcomes } = await prepare(manifestOf(8), { to: 8 }, () =>
      Promise.resolve(verdict),
    );
    expect(output.rejected).toBe(8);
    expect(output.failures.map(({ row }) => row)).toEqual([3, 4, 5, 6, 7]);
    expect(output.failures[0]?.message).toHaveLength(200);
    expect(outcomes[0]?.errorMessage).toHaveLength(500);
  });
});

describe('a page done again', () => {
  test('leaves what it finds this time alone', async () => {
    const { location, store } = await frozenBatch(manifestOf(2));
    const page = { store: location, round: 1, rows: { count: 2 }, from: 0, to: 2, probe: true };
    const verdicts: ProbeVerdict[] = [
      { verdict: 'unreachable', code: 'timeout', message: 'm', retryable: true },
      { verdict: 'ok', warnings: [{ code: 'media_size_unknown', message: 'no size' }] },
    ];
    const probing = (probe: Probe) => run(workerOf({ probe }), 'preparePage', page);
    await probing((link) => Promise.resolve(verdicts[link.endsWith('0.mp4') ? 0 : 1]!));
    expect(await outcomesIn(store)).toHaveLength(1);
    expect(await store.list('warnings')).toHaveLength(1);
    expect((await probing(() => Promise.resolve(OK))).submit).toEqual([[0, 1]]);
    expect(await outcomesIn(store)).toEqual([]);
    expect(await store.list('warnings')).toEqual([]);
  });

  test('is done when a probe breaks off, and records nothing before', async () => {
    const { location, store } = await frozenBatch(manifestOf(2));
    const page = { store: location, round: 1, rows: { count: 2 }, from: 0, to: 2, probe: true };
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    const worker = workerOf({
      probe: (_link, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason as Error));
          begin();
        }),
    });
    const { result, cancel } = start(worker, 'preparePage', page);
    void begun.then(cancel);
    await expect(result).rejects.toThrow();
    expect(await outcomesIn(store)).toEqual([]);
  });
});
