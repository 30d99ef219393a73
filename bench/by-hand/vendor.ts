// The vendor's API as one writes it by hand: three calls, each throwing VendorError when refused.
import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { HandMadeClip } from './job.js';

const TIMEOUT_MS = 30_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;
const SUCCEEDED = 3;

export class VendorError extends Error {
  override readonly name = 'VendorError';
  /** @param retryAfterMs what the vendor asks for; undefined = up to the caller */
  constructor(
    message: string,
    readonly canRetry: boolean,
    readonly throttled = false,
    readonly retryAfterMs?: number,
  ) {
    super(message);
  }
}

export interface TaskState {
  ended: boolean;
  /** Of the soundtrack; only when the task succeeded. */
  link?: string;
  reason: string;
}

export class Vendor {
  readonly #headers: Record<string, string>;

  constructor(
    private readonly baseUrl: string,
    { key, secret }: { key: string; secret: string },
  ) {
    this.#headers = {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
      'x-app-key': key,
    };
  }

  /** Returns the task id. */
  async submit(clip: HandMadeClip, callback: string): Promise<string> {
    const { file_link, prompt, id } = clip;
    const body = { file_link, prompt, params: id, callback };
    const data = await this.#post('/v1/open/capacity/application/tm_video_scoring', body);
    return String(data['task_id']);
  }

  async query(taskId: string): Promise<TaskState> {
    const data = await this.#post('/v1/open/pub/task', { task_id: taskId });
    const status = Number(data['status']);
    const reason = typeof data['reason'] === 'string' ? data['reason'] : '';
    if (status !== SUCCEEDED) return { ended: status > SUCCEEDED, reason };
    const { audio_path, video_path } = JSON.parse(String(data['result'])) as {
      audio_path?: string[];
      video_path?: string[];
    };
    const link = (audio_path ?? video_path)?.[0];
    return { ended: true, reason, ...(link !== undefined && { link }) };
  }

  /** The file is whole or not there. */
  async download(link: string, path: string): Promise<void> {
    const response = await send(link, { signal: AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS) });
    if (!response.body) throw new VendorError(`${link}: there is nothing in it`, true);
    const body = Readable.fromWeb(response.body);
    await mayTryAgain(link, () => pipeline(body, createWriteStream(`${path}.part`)));
    await rename(`${path}.part`, path);
  }

  async #post(path: string, body: object): Promise<Record<string, unknown>> {
    const response = await send(`${this.baseUrl}${path}`, {
      method: 'POST',
      headers: this.#headers,
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const { code, msg, data } = (await mayTryAgain(path, () => response.json())) as {
      code: number;
      msg: string;
      data?: Record<string, unknown> | null;
    };
    // Of a result query it is the task's own code: where there is a status, that decides.
    const told = typeof data?.['status'] === 'number';
    if (!data || (code !== 0 && !told)) throw new VendorError(`${path}: ${code} ${msg}`, false);
    return data;
  }
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const response = await mayTryAgain(url, () => fetch(url, init));
  if (response.ok) return response;
  await response.body?.cancel();
  const { status } = response;
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  throw new VendorError(
    `${url}: HTTP ${status}`,
    status === 429 || status >= 500,
    status === 429,
    Number.isNaN(seconds) ? undefined : seconds * 1000,
  );
}

/** Whatever breaks off on the way is worth another try. */
async function mayTryAgain<T>(url: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    throw Object.assign(new VendorError(`${url}: the exchange broke off`, true), { cause });
  }
}
