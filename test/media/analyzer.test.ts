import { execa } from 'execa';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { AnalysisInput } from '../../media/analysis.js';
import {
  MediaParserError,
  type AnalyzerOptions,
  type MediaAnalyzer,
  type ParserTime,
} from '../../media/analyzer.js';
import { BLOCK_BYTES } from '../../media/blocks.js';
import { probeClip } from '../../media/probe-clip.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { distFile } from '../../config/paths.js';
import { serve } from '../net/servers.js';
import { aviOfStreams, pesOfManyPids } from './hostile.js';
import { openAnalyzer } from './support.js';

function analyzing(options: Partial<AnalyzerOptions> = {}): MediaAnalyzer {
  const analyzer = openAnalyzer(options);
  onTestFinished(() => analyzer.close());
  return analyzer;
}

/** A file that is here as a whole. */
function fileOf(content: Buffer): AnalysisInput {
  const count = Math.ceil(content.length / BLOCK_BYTES);
  const blocks = Array.from({ length: count }, (_, index): [number, Uint8Array] => [
    index,
    content.subarray(index * BLOCK_BYTES, (index + 1) * BLOCK_BYTES),
  ]);
  return { size: content.length, maxBytes: content.length, blocks: new Map(blocks) };
}

const PLAIN = fileOf(Buffer.alloc(10));
const report = { variableFrameRate: false, hasVideo: false, hasOtherTracks: false };

/** More than any answer needs. */
const ample = (): ParserTime => ({ leftMs: 120_000 });

/** Threads that are started from now on. */
function countThreads(): { started: number } {
  const count = { started: 0 };
  const note = (): void => void (count.started += 1);
  process.on('worker', note);
  onTestFinished(() => void process.off('worker', note));
  return count;
}

/** A file that keeps a parser busy for far longer than `leftMs`. */
async function keepBusy(analyzer: MediaAnalyzer, leftMs: number): Promise<unknown> {
  return analyzer
    .analyze(fileOf(aviOfStreams(60_000)), { leftMs })
    .catch((error: unknown) => error);
}

test('a parser that lacks a part names it and reads on when it is there', async () => {
  const analyzer = analyzing({ parsers: 1 });
  const input = { ...PLAIN, blocks: new Map() };
  expect(await analyzer.analyze(input, ample())).toEqual({ needs: 0 });
  expect(await analyzer.analyze(PLAIN, ample())).toMatchObject({ report, cut: false });
  const without = { ...PLAIN, blocks: new Map([[0, undefined]]) };
  expect(await analyzer.analyze(without, ample())).toMatchObject({ cut: true });
});

test('a parser that breaks says so, with the cause, and another takes its place', async () => {
  const analyzer = analyzing({ parsers: 1 });
  const threads = countThreads();
  const failure = analyzer.analyze({ ...PLAIN, size: NaN }, ample());
  await expect(failure).rejects.toBeInstanceOf(MediaParserError);
  await expect(failure).rejects.toHaveProperty('cause', expect.any(Error));
  expect(await analyzer.analyze(PLAIN, ample())).toMatchObject({ report });
  expect(await analyzer.analyze(PLAIN, ample())).toMatchObject({ report });
  expect(threads.started).toBe(2);
});

test.each([
  ['an AVI file with thousands of streams', () => aviOfStreams(60_000)],
  ['a TS file with thousands of PIDs', () => pesOfManyPids(15 * 1_048_576)],
])('%s is given up in time, while the process and its neighbours go on', async (_name, make) => {
  const hostile = fileOf(make());
  const analyzer = analyzing({ parsers: 2 });
  await Promise.all([analyzer.analyze(PLAIN, ample()), analyzer.analyze(PLAIN, ample())]);
  let [ticks, ended] = [0, false];
  const timer = setInterval(() => (ticks += 1), 10);
  const failed = analyzer.analyze(hostile, { leftMs: 2_000 });
  void failed.catch(() => (ended = true));
  expect(await analyzer.analyze(PLAIN, ample())).toMatchObject({ report });
  expect(ended).toBe(false);
  await expect(failed).rejects.toMatchObject({
    name: 'MediaParserError',
    cause: { message: expect.stringMatching(/too long|abort/i) as string },
  });
  clearInterval(timer);
  // Parsed here, the file would not let one of some 200 through.
  expect(ticks).toBeGreaterThan(10);
});

test('all readings of a clip together have the time of one', async () => {
  const analyzer = analyzing({ parsers: 1 });
  const time = ample();
  await analyzer.analyze({ ...PLAIN, blocks: new Map() }, time);
  const left = time.leftMs;
  await analyzer.analyze(PLAIN, time);
  expect(time.leftMs).toBeLessThan(left);
  expect(left).toBeLessThan(ample().leftMs);
  await expect(analyzer.analyze(PLAIN, { leftMs: 0 })).rejects.toBeInstanceOf(MediaParserError);
});

test('a parser that wants more memory than it may have gives up', async () => {
  const hostile = fileOf(pesOfManyPids(15 * 1_048_576));
  const analyzer = analyzing({ parsers: 1, maxMemoryBytes: 24 * 1_048_576 });
  await expect(analyzer.analyze(hostile, ample())).rejects.toHaveProperty(
    'cause.message',
    expect.stringMatching(/abort|memory/i),
  );
  expect(await analyzer.analyze(PLAIN, ample())).toMatchObject({ report });
});

test('a parser that grew is replaced, though it answered', async () => {
  const analyzer = analyzing({ parsers: 1 });
  const threads = countThreads();
  await analyzer.analyze(PLAIN, ample());
  await analyzer.analyze(PLAIN, ample());
  expect(threads.started).toBe(1);
  expect(await analyzer.analyze(fileOf(pesOfManyPids(188 * 1_000)), ample())).toHaveProperty(
    'report',
  );
  await analyzer.analyze(PLAIN, ample());
  expect(threads.started).toBe(2);
});

test('a parser that ends by itself while it waits is replaced', async () => {
  const analyzer = analyzing({ parsers: 1 });
  const ended = new Promise((resolve) => {
    process.once('worker', (worker) => {
      worker.once('message', () => void worker.terminate().then(resolve));
    });
  });
  await analyzer.analyze(PLAIN, ample()).catch(() => undefined);
  await ended;
  expect(await analyzer.analyze(PLAIN, ample())).toMatchObject({ report });
});

test('who does not wait for a parser any more is answered at once', async () => {
  const analyzer = analyzing({ parsers: 1 });
  const busy = keepBusy(analyzer, 2_000);
  const reason = new Error('batch cancelled');
  const control = new AbortController();
  const waiting = analyzer.analyze(PLAIN, ample(), control.signal);
  control.abort(reason);
  await expect(waiting).rejects.toBe(reason);
  expect(await busy).toBeInstanceOf(MediaParserError);
});

test('servers that are slow hold no parser', async () => {
  const analyzer = analyzing({ parsers: 1 });
  const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
  onTestFinished(() => fetch.close());
  const begun = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1')]);
  let waiting = 0;
  const slow = await serve((request, response) => {
    // The rest never comes.
    if (!request.headers.range?.startsWith('bytes=0-')) return void (waiting += 1);
    const headers = { 'content-range': 'bytes 0-23/24000000', 'content-length': 24 };
    response.writeHead(206, headers).end(begun);
  });
  const control = new AbortController();
  const { signal } = control;
  const held = Array.from({ length: 4 }, () =>
    probeClip(slow.origin, { fetch, analyzer, signal }).catch((error: unknown) => error),
  );
  await vi.waitUntil(() => waiting === 4, { timeout: 60_000 });
  const quick = await serve((_request, response) => response.end('just some words'));
  expect(await probeClip(quick.origin, { fetch, analyzer })).toMatchObject({
    code: 'media_not_a_video',
  });
  control.abort();
  await Promise.all(held);
});

test('time that a clip waits for a parser is not its server’s', async () => {
  const analyzer = analyzing({ parsers: 1 });
  const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
  onTestFinished(() => fetch.close());
  const quick = await serve((_request, response) => response.end('just some words'));
  const busy = keepBusy(analyzer, 2_000);
  const limits = { probe: { clipTimeoutMs: 1_000 } };
  expect(await probeClip(quick.origin, { fetch, analyzer }, limits)).toMatchObject({
    code: 'media_not_a_video',
  });
  expect(await busy).toBeInstanceOf(MediaParserError);
});

test('a process that waits for no answer is not kept by its parsers', async () => {
  const program = `
    import { createMediaAnalyzer } from ${JSON.stringify(distFile('media/analyzer.js'))};
    const threadFile = ${JSON.stringify(distFile('media/parser-thread.js'))};
    const analyzer = createMediaAnalyzer({ threadFile });
    const input = { size: 10, maxBytes: 10, blocks: new Map([[0, new Uint8Array(10)]]) };
    await analyzer.analyze(input, { leftMs: 120_000 });
    process.stdout.write('answered');`;
  const { stdout } = await execa(process.execPath, ['--input-type=module', '-e', program]);
  expect(stdout).toBe('answered');
});

test('a clip that breaks the parser is submitted with a warning', async () => {
  const server = await serve((_request, response) => response.end('odd content'));
  const fetch = createGuardedFetch({ allowHosts: ['127.0.0.1'] });
  onTestFinished(() => fetch.close());
  const analyzer: MediaAnalyzer = {
    analyze: () => Promise.reject(new MediaParserError('the media parser failed on this file')),
    close: () => undefined,
  };
  expect(await probeClip(server.origin, { fetch, analyzer })).toMatchObject({
    verdict: 'ok',
    warnings: [{ code: 'media_not_checked', message: 'the media parser failed on this file' }],
  });
});
