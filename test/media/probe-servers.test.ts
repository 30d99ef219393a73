// Servers that refuse, fail, lie or stall. None needs a real clip.
import type { RequestListener, ServerResponse } from 'node:http';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { probeClip, type ProbeLimits } from '../../media/probe-clip.js';
import type { ProbeVerdict } from '../../media/verdict.js';
import { createGuardedFetch } from '../../net/guarded-fetch.js';
import { serve } from '../net/servers.js';
import { openAnalyzer } from './support.js';

/** A box of an MPEG-4 file: enough to be known as one, with nothing in it. */
const MP4_HEAD = Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isomiso2', 'latin1');

const analyzer = openAnalyzer({ parsers: 2 });
afterAll(() => analyzer.close());

function probing(allowHosts = ['127.0.0.1']) {
  const fetch = createGuardedFetch({ allowHosts });
  onTestFinished(() => fetch.close());
  return { fetch, analyzer };
}

/** Probes what a listener serves; repetitions wait 1 ms only. */
async function probe(listener: RequestListener, limits: ProbeLimits = {}) {
  const server = await serve(listener);
  const verdict = await probeClip(`${server.origin}/clip.mp4?sig=SECRET`, probing(), {
    ...limits,
    probe: { retryDelayMs: 1, ...limits.probe },
  });
  return { verdict, requests: server.seen.length, server };
}

/** Writes for as long as the client listens; counts the bytes. */
function pour(response: ServerResponse, chunk: Buffer, counter: { bytes: number }): void {
  const more = (): void => {
    while (!response.destroyed) {
      counter.bytes += chunk.length;
      if (!response.write(chunk)) break;
    }
  };
  response.on('drain', more);
  more();
}

describe('status', () => {
  test.each([404, 410])('%d is rejected at once', async (status) => {
    const { verdict, requests } = await probe((_request, response) => {
      response.writeHead(status).end();
    });
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'clip_not_found' });
    expect(requests).toBe(1);
  });

  test.each([401, 403])('%d is unreachable, and asked once', async (status) => {
    const { verdict, requests } = await probe((_request, response) => {
      response.writeHead(status).end();
    });
    expect(verdict).toMatchObject({
      verdict: 'unreachable',
      code: 'clip_forbidden',
      retryable: false,
    });
    expect(requests).toBe(1);
  });

  test.each([
    [500, true, 3],
    [503, true, 3],
    [429, true, 3],
    [408, true, 3],
    [400, false, 1],
    [204, false, 1],
  ])('%d is unreachable, retryable %s, asked %d times', async (status, retryable, asked) => {
    const { verdict, requests } = await probe((_request, response) => {
      response.writeHead(status).end();
    });
    expect(verdict).toMatchObject({ verdict: 'unreachable', code: 'clip_http_error', retryable });
    expect(verdict).toHaveProperty('message', expect.stringContaining(`HTTP ${status}`));
    expect(requests).toBe(asked);
  });

  test('a server that recovers is looked at', async () => {
    let asked = 0;
    const { verdict } = await probe((_request, response) => {
      asked += 1;
      if (asked < 3) response.writeHead(503).end();
      else response.writeHead(404).end();
    });
    expect(verdict).toMatchObject({ code: 'clip_not_found' });
  });

  // Past 2,147,483 s a timer of Node would ring at once, and the server be asked again at once.
  test.each(['3600', '2147484', '999999999', 'Fri, 31 Dec 2100 23:59:59 GMT'])(
    'a Retry-After past the time for a clip (%s) ends the wait with the reason',
    async (wait) => {
      const { verdict, requests } = await probe(
        (_request, response) => response.writeHead(429, { 'retry-after': wait }).end(),
        { probe: { clipTimeoutMs: 300 } },
      );
      expect(verdict).toMatchObject({ verdict: 'unreachable', code: 'clip_http_error' });
      expect(requests).toBe(1);
    },
  );
});

describe('links', () => {
  test.each(['http://169.254.169.254/clip.mp4', 'http://0x7f.1/clip.mp4', 'http://localhost/'])(
    '%s is rejected as blocked',
    async (link) => {
      const verdict = await probeClip(link, probing([]));
      expect(verdict).toMatchObject({ verdict: 'rejected', code: 'address_blocked' });
    },
  );

  test('a redirect to a private address is rejected as blocked', async () => {
    const { verdict } = await probe((_request, response) => {
      response.writeHead(302, { location: 'http://10.0.0.1/clip.mp4' }).end();
    });
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'address_blocked' });
  });

  test('a redirect to a file is rejected', async () => {
    const { verdict } = await probe((_request, response) => {
      response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    });
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'redirect_refused' });
  });

  test('a circle of redirects is unreachable', async () => {
    const { verdict } = await probe((_request, response) => {
      response.writeHead(302, { location: '/' }).end();
    });
    expect(verdict).toMatchObject({ code: 'clip_unreachable', retryable: false });
  });

  test('what is not a link is rejected', async () => {
    const verdict = await probeClip('clips/intro.mp4', probing());
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'link_invalid' });
  });

  test('nobody listening is unreachable, with no signature in the message', async () => {
    const server = await serve(() => undefined);
    server.server.close();
    const link = `${server.origin}/clip.mp4?sig=SECRET`;
    const verdict = await probeClip(link, probing(), { probe: { retryDelayMs: 1 } });
    expect(verdict).toMatchObject({ code: 'clip_unreachable', retryable: true });
    expect(JSON.stringify(verdict)).not.toContain('SECRET');
  });
});

describe('content that is no video', () => {
  test.each([
    ['text/html', '\n<!DOCTYPE html><html><body>Sign in</body></html>'],
    ['application/octet-stream', '\uFEFF<HTML lang="en">'],
    ['text/html; charset=utf-8', 'Sign in to see this file'],
  ])('a web page (%s) is told as such', async (type, page) => {
    const { verdict } = await probe((_request, response) => {
      response.setHeader('content-type', type).end(page);
    });
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'media_html_page' });
  });

  test.each([
    ['text', Buffer.from('just some words')],
    ['zeros', Buffer.alloc(100_000)],
    ['nothing', Buffer.alloc(0)],
  ])('%s is not a video', async (_name, content) => {
    const { verdict } = await probe((_request, response) => response.end(content));
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'media_not_a_video' });
  });

  test('an empty file behind range requests is not a video', async () => {
    const { verdict } = await probe((_request, response) => {
      response.writeHead(416, { 'content-range': 'bytes */0' }).end();
    });
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'media_not_a_video' });
  });
});

describe('servers that lie or stall', () => {
  test('an endless answer is read as far as the budget goes', async () => {
    const sent = { bytes: 0 };
    const { verdict } = await probe(
      (request, response) => {
        if (request.method === 'HEAD') response.end();
        else pour(response, Buffer.concat([MP4_HEAD, Buffer.alloc(65_536)]), sent);
      },
      { probe: { maxReadBytes: 2_097_152 } },
    );
    expect(verdict).toMatchObject({ verdict: 'ok' });
    const codes = (verdict as ProbeVerdict & { verdict: 'ok' }).warnings.map(({ code }) => code);
    expect(codes).toContain('media_size_unknown');
    // The rest lies in buffers of the system.
    expect(sent.bytes).toBeLessThan(12_000_000);
  });

  test('an endless answer to a range is cut at the range', async () => {
    const sent = { bytes: 0 };
    const { verdict } = await probe((_request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-262143/1000000' });
      pour(response, Buffer.alloc(65_536), sent);
    });
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'media_not_a_video' });
    expect(sent.bytes).toBeLessThan(12_000_000);
  });

  test('a size past the limit is believed and ends the probe', async () => {
    const { verdict, requests } = await probe((_request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-23/99999999999', 'content-length': 24 });
      response.end(MP4_HEAD);
    });
    expect(verdict).toMatchObject({ verdict: 'rejected', code: 'media_too_large' });
    expect(requests).toBeLessThanOrEqual(80);
  });

  test('one byte per request ends after the requests allowed', async () => {
    const { verdict, requests } = await probe(
      (request, response) => {
        const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1]);
        const range = `bytes ${start}-${start}/50000000`;
        response.writeHead(206, { 'content-range': range, 'content-length': 1 }).end('x');
      },
      { probe: { maxRequests: 20 } },
    );
    expect(verdict).toMatchObject({ verdict: 'ok', warnings: [{ code: 'media_not_checked' }] });
    expect(requests).toBe(20);
  });

  test('another part than was asked for is not taken for the file', async () => {
    const { verdict } = await probe((_request, response) => {
      response.writeHead(206, { 'content-range': 'bytes 1-24/24', 'content-length': 24 });
      response.end(MP4_HEAD);
    });
    expect(verdict).toMatchObject({ verdict: 'ok' });
    expect(JSON.stringify(verdict)).toContain('media_not_checked');
  });

  test('a packed answer is not taken for the file', async () => {
    const { verdict } = await probe((_request, response) => {
      response.setHeader('content-encoding', 'gzip').end('packed');
    });
    expect(JSON.stringify(verdict)).toContain('media_not_checked');
  });

  test.each([
    [503, 'unreachable', 'clip_http_error'],
    [404, 'rejected', 'clip_not_found'],
  ])('a %d in the middle of a file counts as one at its beginning', async (status, word, code) => {
    const { verdict } = await probe((request, response) => {
      if (!request.headers.range?.startsWith('bytes=0-')) response.writeHead(status).end();
      else {
        const headers = { 'content-range': 'bytes 0-23/1000000', 'content-length': 24 };
        response.writeHead(206, headers).end(MP4_HEAD);
      }
    });
    expect(verdict).toMatchObject({ verdict: word, code });
  });

  test('an answer shorter than its length is unreachable', async () => {
    const { verdict } = await probe((_request, response) => {
      response.writeHead(200, { 'content-length': 1_000 });
      response.write(MP4_HEAD, () => response.destroy());
    });
    expect(verdict).toMatchObject({ code: 'clip_unreachable', retryable: true });
  });

  test('a body that trickles ends with the time for a clip', async () => {
    const { verdict } = await probe(
      (_request, response) => {
        response.writeHead(200, { 'content-length': 100_000 });
        const timer = setInterval(() => response.write('x'), 10);
        response.on('close', () => clearInterval(timer));
      },
      { probe: { clipTimeoutMs: 300 } },
    );
    expect(verdict).toMatchObject({
      verdict: 'unreachable',
      code: 'clip_unreachable',
      message: "the clip's server took longer than 0.3 s",
    });
  });

  test('an aborted probe rejects with the reason', async () => {
    const server = await serve(() => undefined);
    const control = new AbortController();
    const reason = new Error('batch cancelled');
    server.server.on('request', () => control.abort(reason));
    const probed = probeClip(server.origin, { ...probing(), signal: control.signal });
    await expect(probed).rejects.toBe(reason);
  });
});
