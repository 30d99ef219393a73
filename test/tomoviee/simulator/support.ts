// A client and a callback receiver for tests of the simulator; plain HTTP, nothing of Reelscore's.
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, vi } from 'vitest';
import type { SimulatorOptions } from '../../../tomoviee/simulator/options.js';
import { startSimulator, type Simulator } from '../../../tomoviee/simulator/simulator.js';

// On a machine that does other things beside, everything may take its time.
const PATIENCE_MS = 30_000;
vi.setConfig({ testTimeout: 2 * PATIENCE_MS });

/** `expect.poll` with patience. */
export function eventually<T>(read: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(read, { timeout: PATIENCE_MS, interval: 10 });
}

export const HEADERS = {
  'content-type': 'application/json',
  authorization: `Basic ${Buffer.from('key:secret').toString('base64')}`,
  'x-app-key': 'key',
};

/** A simulator whose tasks take no time, closed when the test ends. */
export async function simulate(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator({ taskMs: 0, soundtrackSeconds: 0.1, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

export interface VendorReply {
  code: number;
  msg: string;
  data: Record<string, unknown> | null;
}

/** POSTs a submission; fields given replace or add to a valid body. */
export function post(
  base: { url: string },
  fields: Record<string, unknown> = {},
  headers: Record<string, string> = HEADERS,
): Promise<Response> {
  const body = { prompt: 'Pop Melody', file_link: 'http://clips.example/a.mp4', ...fields };
  return fetch(`${base.url}/v1/open/capacity/application/tm_video_scoring`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
}

/** Submits and returns the task id. */
export async function submit(
  base: { url: string },
  fields: Record<string, unknown> = {},
): Promise<string> {
  const response = await post(base, fields);
  const reply = (await response.json()) as VendorReply;
  if (reply.code !== 0) throw new Error(`refused: ${JSON.stringify(reply)}`);
  return String(reply.data?.['task_id']);
}

export function postQuery(base: { url: string }, taskId: unknown): Promise<Response> {
  return fetch(`${base.url}/v1/open/pub/task`, {
    method: 'POST',
    headers: HEADERS,
    body: JSON.stringify({ task_id: taskId }),
  });
}

export interface TaskData {
  task_id: string;
  status: number;
  reason: string;
  progress: number;
  position: number;
  wait_time: number;
  params: string;
  result: string;
}

export async function query(base: { url: string }, taskId: string): Promise<TaskData> {
  const reply = (await (await postQuery(base, taskId)).json()) as VendorReply;
  if (reply.data === null) throw new Error(`query failed: ${JSON.stringify(reply)}`);
  return reply.data as unknown as TaskData;
}

/** Queries until the task has ended. */
export function ended(base: { url: string }, taskId: string): Promise<TaskData> {
  return vi.waitFor(
    async () => {
      const task = await query(base, taskId);
      if (task.status < 3) throw new Error(`task ${taskId} is still at status ${task.status}`);
      return task;
    },
    { timeout: PATIENCE_MS, interval: 20 },
  );
}

/** The first link of a result. */
export function linkOf(task: { result: string }): string {
  const document = JSON.parse(task.result) as { audio_path?: string[]; video_path?: string[] };
  const [link] = document.audio_path ?? document.video_path ?? [];
  if (link === undefined) throw new Error(`no link in ${task.result}`);
  return link;
}

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: { task_id: string; status: number; result: string; params: string };
  /** Number of the connection it came on. */
  connection: number;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** Resolves when so many callbacks have come. */
  count: (n: number) => Promise<Received[]>;
}

/** A server that takes callbacks; `answer` gives the status for the nth, from 1. */
export async function receive(
  answer: (nth: number) => number | Promise<number> = () => 200,
): Promise<Receiver> {
  const received: Received[] = [];
  const connections: unknown[] = [];
  const server = createServer((req, res) => {
    let text = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    req.on('end', () => {
      if (!connections.includes(req.socket)) connections.push(req.socket);
      const connection = connections.indexOf(req.socket);
      const body = JSON.parse(text) as Received['body'];
      received.push({ path: req.url ?? '', headers: req.headers, body, connection });
      void Promise.resolve(answer(received.length)).then((status) => {
        res.statusCode = status;
        res.end();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    count: (n) =>
      vi.waitFor(
        () => {
          if (received.length < n) throw new Error(`${received.length} of ${n} callbacks came`);
          return received;
        },
        { timeout: PATIENCE_MS, interval: 10 },
      ),
  };
}
