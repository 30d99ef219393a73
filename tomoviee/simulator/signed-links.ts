// Signed links to results, as the vendor's storage hands them out.
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Task } from './task.js';

/** The `result` of a task that succeeded: the vendor puts JSON into a string. */
export interface ResultDocument {
  model_version: string;
  translate_prompt: string;
  audio_path?: string[];
  video_path?: string[];
}

/** Makes and checks links of the form `/results/<task id>[.<n>].<ext>?expires=<epoch ms>&sign=<hex>`. */
export class SignedLinks {
  constructor(
    private readonly base: () => string,
    private readonly signingKey: string,
    private readonly kind: 'audio' | 'video',
    private readonly ttlMs: number,
  ) {}

  /** Signed anew each time. @param count of files */
  documentFor(task: Task, fault?: 'no-url' | 'expired', count = 1): string {
    // A link that has just expired says so by itself; nothing needs to remember it.
    const expires = Date.now() + (fault === 'expired' ? -1 : this.ttlMs);
    const extension = this.kind === 'audio' ? 'wav' : 'mp4';
    const links = Array.from({ length: fault === 'no-url' ? 0 : count }, (_, at) => {
      const name = `${task.taskId}${at === 0 ? '' : `.${at + 1}`}.${extension}`;
      return `${this.base()}/results/${name}?expires=${expires}&sign=${this.#sign(name, expires)}`;
    });
    const document: ResultDocument = {
      model_version: 'simulator-1',
      translate_prompt: task.prompt,
      ...(this.kind === 'audio' ? { audio_path: links } : { video_path: links }),
    };
    return JSON.stringify(document);
  }

  /** The task id and the number of the file a link is for, or why it opens nothing. */
  check(url: URL): { taskId: string; file: number } | { refused: string } {
    const name = url.pathname.slice('/results/'.length);
    const expires = Number(url.searchParams.get('expires'));
    const given = Buffer.from(url.searchParams.get('sign') ?? '');
    const right = Buffer.from(this.#sign(name, expires));
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      return { refused: 'the signature does not match' };
    }
    if (expires <= Date.now()) return { refused: 'the link has expired' };
    const [taskId = '', file] = name.replace(/\.\w+$/, '').split('.');
    return { taskId, file: Number(file ?? 1) };
  }

  #sign(name: string, expires: number): string {
    return createHmac('sha256', this.signingKey).update(`${name} ${expires}`).digest('hex');
  }
}
