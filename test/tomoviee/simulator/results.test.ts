import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { composeSoundtrack } from '../../../tomoviee/simulator/soundtrack.js';
import type { SimulatorOptions } from '../../../tomoviee/simulator/options.js';
import {
  eventually,
  ended,
  linkOf,
  postQuery,
  query,
  simulate,
  submit,
  type VendorReply,
} from './support.js';

async function finished(fault: string, options: SimulatorOptions = {}) {
  const simulator = await simulate(options);
  const file_link = `http://clips.example/a.mp4?sim=${fault}`;
  const taskId = await submit(simulator, { file_link });
  await eventually(() => simulator.ledger()[0]?.status).toBe(3);
  return { simulator, taskId };
}

describe('the result query', () => {
  test('fails n times with an HTTP status, then works', async () => {
    const { simulator, taskId } = await finished('query*2');
    const statuses: number[] = [];
    for (let i = 0; i < 3; i++) statuses.push((await postQuery(simulator, taskId)).status);
    expect(statuses).toEqual([500, 500, 200]);
  });

  test('fails with a vendor code', async () => {
    const { simulator, taskId } = await finished('query:680002*1');
    const response = await postQuery(simulator, taskId);
    expect(response.status).toBe(200);
    expect(((await response.json()) as VendorReply).code).toBe(680_002);
    expect((await query(simulator, taskId)).status).toBe(3);
  });

  test('gives a result without a link', async () => {
    const { simulator, taskId } = await finished('no-url*1');
    expect(JSON.parse((await query(simulator, taskId)).result)).toMatchObject({ audio_path: [] });
    expect(linkOf(await query(simulator, taskId))).toContain('http');
  });

  test('gives a first link that has already expired, then one that holds', async () => {
    const { simulator, taskId } = await finished('expired*1');
    expect((await fetch(linkOf(await query(simulator, taskId)))).status).toBe(403);
    expect((await fetch(linkOf(await query(simulator, taskId)))).status).toBe(200);
  });
});

describe('a result', () => {
  test('may name several files, each with a content of its own', async () => {
    const { simulator, taskId } = await finished('paths:3');
    const { result } = await query(simulator, taskId);
    const { audio_path: paths } = JSON.parse(result) as { audio_path: string[] };
    const files = await Promise.all(paths.map(async (path) => (await fetch(path)).text()));
    expect(new Set(files).size).toBe(3);
  });

  test("has stray backslashes as in the vendor's sample, in the answer or in the string", async () => {
    const { simulator, taskId } = await finished('sample*1,sample:inner');
    const outer = await (await postQuery(simulator, taskId)).text();
    expect(() => JSON.parse(outer) as unknown).toThrow();
    expect(outer).toContain('\\&sign=');
    const { result } = await query(simulator, taskId);
    expect(() => JSON.parse(result) as unknown).toThrow();
    expect(linkOf({ result: result.replaceAll('\\&', '&') })).toContain('&sign=');
  });

  test('may be an object, and the answer suggest a wait', async () => {
    const { simulator, taskId } = await finished('sample:object,wait:30');
    const task = await query(simulator, taskId);
    expect(task).toMatchObject({ wait_time: 30, result: { model_version: 'simulator-1' } });
  });

  test('may lie behind plain http beside an https base', async () => {
    const urls = { publicUrl: 'https://vendor.example', resultUrl: 'http://storage.example/' };
    const { simulator, taskId } = await finished('', urls);
    expect(linkOf(await query(simulator, taskId))).toMatch(/^http:\/\/storage\.example\/results\//);
  });
});

describe('a result link', () => {
  test('opens the soundtrack of the prompt, whole and in ranges', async () => {
    const { simulator, taskId } = await finished('');
    const link = linkOf(await query(simulator, taskId));
    const whole = await fetch(link);
    expect(whole.headers.get('content-type')).toBe('audio/wav');
    const wav = Buffer.from(await whole.arrayBuffer());
    expect(wav.equals(composeSoundtrack('Pop Melody', 0.1))).toBe(true);
    const part = await fetch(link, { headers: { range: 'bytes=4-7' } });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).equals(wav.subarray(4, 8))).toBe(true);
  });

  test('expires after the time told', async () => {
    const { simulator, taskId } = await finished('', { resultTtlMs: 300 });
    const link = linkOf(await query(simulator, taskId));
    await eventually(async () => (await fetch(link)).status).toBe(403);
    await eventually(async () => (await fetch(linkOf(await query(simulator, taskId)))).status).toBe(
      200,
    );
  });

  test('that was changed opens nothing', async () => {
    const { simulator, taskId } = await finished('');
    const link = new URL(linkOf(await query(simulator, taskId)));
    for (const change of [
      (url: URL) => url.searchParams.set('expires', '99999999999999'),
      (url: URL) => url.searchParams.delete('sign'),
      (url: URL) => (url.pathname = '/results/tm_video_scoring-0-none.wav'),
    ]) {
      const changed = new URL(link);
      change(changed);
      expect((await fetch(changed)).status).toBe(403);
    }
  });

  test('has the public base when one is given', async () => {
    const { simulator, taskId } = await finished('', { publicUrl: 'https://vendor.example/sim/' });
    expect(linkOf(await query(simulator, taskId))).toMatch(
      /^https:\/\/vendor\.example\/sim\/results\//,
    );
  });

  test('fails n times, and is cut in the middle n times', async () => {
    const { simulator, taskId } = await finished('download:503*1,cut*1');
    const link = linkOf(await query(simulator, taskId));
    expect((await fetch(link)).status).toBe(503);
    const cut = await fetch(link);
    expect(cut.status).toBe(200);
    expect(Number(cut.headers.get('content-length'))).toBe(composeSoundtrack('x', 0.1).length);
    let received = 0;
    await expect(
      (async () => {
        for await (const chunk of cut.body!) received += (chunk as Uint8Array).length;
      })(),
    ).rejects.toThrow();
    expect(received).toBeGreaterThan(0);
    expect((await (await fetch(link)).arrayBuffer()).byteLength).toBeGreaterThan(received);
  });
});

describe('a download that trickles', () => {
  test('gives some bytes now and then for as long as anybody reads', async () => {
    const { simulator, taskId } = await finished('trickle:40*1');
    const link = linkOf(await query(simulator, taskId));
    const trickle = await fetch(link);
    expect(trickle.status).toBe(200);
    const chunks: number[] = [];
    for await (const chunk of trickle.body!) {
      chunks.push((chunk as Uint8Array).length);
      if (chunks.length === 3) break;
    }
    expect(Math.max(...chunks)).toBeLessThanOrEqual(40);
    expect((await fetch(link)).headers.get('content-length')).not.toBeNull();
  });
});

describe('a scored video', () => {
  test('is the clip itself when the simulator serves it, else the smallest MP4', async () => {
    const clipsDir = await mkdtemp(join(tmpdir(), 'simulator-clips-'));
    onTestFinished(() => rm(clipsDir, { recursive: true }));
    await writeFile(join(clipsDir, 'small.mp4'), 'small');
    await writeFile(join(clipsDir, 'other.mp4'), 'another clip');
    const simulator = await simulate({ result: 'video', clipsDir });
    const videoOf = async (file_link: string) => {
      const task = await ended(simulator, await submit(simulator, { file_link }));
      expect(JSON.parse(task.result)).toHaveProperty('video_path');
      const response = await fetch(linkOf(task));
      expect(response.headers.get('content-type')).toBe('video/mp4');
      return response.text();
    };
    expect(await videoOf(`${simulator.url}/clips/other.mp4`)).toBe('another clip');
    expect(await videoOf('http://clips.example/x.mp4')).toBe('small');
  });

  test('without any sample clip is an error that says so', async () => {
    const { simulator, taskId } = await finished('', { result: 'video', clipsDir: '/nowhere' });
    const response = await fetch(linkOf(await query(simulator, taskId)));
    expect(response.status).toBe(500);
    expect(await response.text()).toContain('no MP4');
  });
});
