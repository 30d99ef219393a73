import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { createMediaAnalyzer, MediaParserError, type MediaAnalyzer } from '../../media/analyzer.js';
import { probeClip } from '../../media/probe-clip.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { serve } from '../net/servers.js';

function analyzing(parsers: number): MediaAnalyzer {
  const analyzer = createMediaAnalyzer(parsers);
  onTestFinished(() => analyzer.close());
  return analyzer;
}

test('no more files are read at once than there are parsers', async () => {
  const analyzer = analyzing(2);
  let active = 0;
  let most = 0;
  const read = async (): Promise<Uint8Array> => {
    active += 1;
    most = Math.max(most, active);
    // Long enough for six parsers to be loaded, were they not limited.
    await sleep(400);
    active -= 1;
    return new Uint8Array(0);
  };
  await Promise.all(Array.from({ length: 6 }, () => analyzer.analyze(10, read)));
  expect(most).toBe(2);
});

test('a failed read is passed on, and the next file is read', async () => {
  const analyzer = analyzing(1);
  const lost = new Error('connection lost');
  await expect(analyzer.analyze(10, () => Promise.reject(lost))).rejects.toBe(lost);
  const report = await analyzer.analyze(10, () => new Uint8Array(10));
  expect(report.media?.track).toHaveLength(1);
});

test('a parser that breaks says so, with the cause', async () => {
  const failure = analyzing(1).analyze(NaN, () => new Uint8Array(10));
  await expect(failure).rejects.toBeInstanceOf(MediaParserError);
  await expect(failure).rejects.toHaveProperty('cause', expect.any(Error));
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
