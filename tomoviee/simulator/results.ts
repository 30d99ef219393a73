// Downloads of results: checks the link, then gives the soundtrack or the scored video.
import type { IncomingMessage } from 'node:http';
import type { Clips } from './clips.js';
import { jsonAnswer, textAnswer, type Answer } from './exchange.js';
import type { FaultPlan } from './fault-plan.js';
import { numberOf } from './faults.js';
import { type TaskList } from './task-list.js';
import { STATUS, type Task } from './task.js';
import type { SignedLinks } from './signed-links.js';
import { answerCut, answerTrickle, answerWith, servableBytes, type Servable } from './ranges.js';
import { composeSoundtrack } from './soundtrack.js';

/** Soundtracks kept at most; the one not asked for the longest goes first. */
const MAX_KEPT_BYTES = 32 * 1024 * 1024;

export class Results {
  /** Downloads asked for. */
  downloads = 0;
  readonly #kept = new Map<string, Servable>();
  #keptBytes = 0;

  constructor(
    private readonly ledger: TaskList,
    private readonly plan: FaultPlan,
    private readonly links: SignedLinks,
    private readonly clips: Clips,
    private readonly options: { result: 'audio' | 'video'; soundtrackSeconds: number },
  ) {}

  async answer(req: IncomingMessage, url: URL): Promise<Answer> {
    this.downloads++;
    const link = this.links.check(url);
    if ('refused' in link) return textAnswer(403, `${link.refused}\n`);
    const task = this.ledger.tasks.get(link.taskId);
    if (task?.status !== STATUS.succeeded) return textAnswer(404, 'there is no such result\n');
    const clip = { fileLink: task.fileLink, own: task.faults ?? [] };
    const fault = this.plan.strike(clip, 'download', 'cut', 'trickle');
    if (fault?.name === 'download') {
      return jsonAnswer(numberOf(fault, 500), { message: 'simulated download failure' });
    }
    const result = await this.#resultOf(task, link.file);
    if (result === undefined) {
      return textAnswer(500, 'there is no MP4 among the sample clips to serve as scored video\n');
    }
    if (fault?.name === 'trickle') return answerTrickle(result, numberOf(fault, 20));
    return fault === undefined ? answerWith(req, result) : answerCut(result);
  }

  async #resultOf(task: Task, file: number): Promise<Servable | undefined> {
    if (this.options.result === 'audio') {
      return this.#soundtrack(file === 1 ? task.prompt : `${task.prompt} (${file})`);
    }
    const name = /\/clips\/([^/?#]+)/.exec(task.fileLink)?.[1];
    const own = name === undefined ? undefined : await this.clips.find(name);
    return own ?? (await this.clips.smallest());
  }

  #soundtrack(prompt: string): Servable {
    const kept = this.#kept.get(prompt);
    if (kept !== undefined) {
      // Put back at the end: a Map keeps the order of insertion.
      this.#kept.delete(prompt);
      this.#kept.set(prompt, kept);
      return kept;
    }
    const wav = composeSoundtrack(prompt, this.options.soundtrackSeconds);
    const made = servableBytes(wav, 'audio/wav', `"${wav.length.toString(16)}"`);
    this.#kept.set(prompt, made);
    this.#keptBytes += made.size;
    for (const [oldest, { size }] of this.#kept) {
      if (this.#keptBytes <= MAX_KEPT_BYTES) break;
      this.#kept.delete(oldest);
      this.#keptBytes -= size;
    }
    return made;
  }
}
