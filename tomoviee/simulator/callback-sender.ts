// Callbacks: when they are sent, how often, and what is wrong with them. Owns the connections to
// the receivers.
import { Agent, request } from 'undici';
import type { FaultPlan } from './fault-plan.js';
import { numberOf } from './faults.js';
import { type TaskList } from './task-list.js';
import { STATUS, type Task } from './task.js';
import type { SignedLinks } from './signed-links.js';
import type { ResolvedSimulatorOptions } from './options.js';
import type { Timers } from './timers.js';

const MAX_BACKOFF_MS = 60_000;
/** A callback held back goes out at last even if no other comes after it. */
const MAX_HELD_MS = 2000;
/** A receiver slower than this counts as not answering. */
const RECEIVER_TIMEOUT_MS = 10_000;

/** The body of a callback, as the vendor documents it. */
interface CallbackBody {
  task_id: string;
  status: number;
  result: string;
  params: string;
}

/** How many requests went to receivers. */
export interface CallbackCounts {
  sent: number;
  /** Answered 2xx. */
  delivered: number;
  /** Answered otherwise, or not at all. */
  failed: number;
  forged: number;
}

interface Held {
  others: number;
  release: () => void;
}

export class CallbackSender {
  readonly counts: CallbackCounts = { sent: 0, delivered: 0, failed: 0, forged: 0 };
  readonly #agent = new Agent({
    connections: 32,
    headersTimeout: RECEIVER_TIMEOUT_MS,
    bodyTimeout: RECEIVER_TIMEOUT_MS,
    connect: { timeout: RECEIVER_TIMEOUT_MS },
  });
  readonly #held = new Set<Held>();

  constructor(
    private readonly ledger: TaskList,
    private readonly plan: FaultPlan,
    private readonly links: SignedLinks,
    private readonly timers: Timers,
    private readonly options: Pick<
      ResolvedSimulatorOptions,
      'callbackDelayMs' | 'callbackRetries' | 'callbackBackoffMs'
    >,
  ) {}

  /** Processing of a task begins: sends callbacks that are false or premature. */
  begun(task: Task): void {
    const { callback } = task;
    if (callback === undefined) return;
    const clip = { fileLink: task.fileLink, own: task.faults ?? [] };
    const body = this.#bodyOf(task, STATUS.processing);
    const claimed = task.ending === STATUS.succeeded ? STATUS.failed : STATUS.succeeded;
    if (this.plan.strike(clip, 'processing')) void this.#post(callback, body);
    if (this.plan.strike(clip, 'forged-mac')) {
      this.#forge(withOtherLastSegment(callback), this.#bodyOf(task, STATUS.succeeded));
    }
    if (this.plan.strike(clip, 'forged-status')) {
      this.#forge(callback, this.#bodyOf(task, claimed));
    }
    if (this.plan.strike(clip, 'forged-task')) {
      const foreign = `${task.taskId.slice(0, -4)}f0f0`;
      this.#forge(callback, { ...this.#bodyOf(task, STATUS.succeeded), task_id: foreign });
    }
  }

  /** Reports the end of a task; resolves after the first try of each copy. */
  async deliver(task: Task): Promise<void> {
    const { callback } = task;
    if (callback === undefined) return;
    const clip = { fileLink: task.fileLink, own: task.faults ?? [] };
    if (this.plan.strike(clip, 'lost')) {
      this.ledger.notified(task);
      return;
    }
    const late = this.plan.strike(clip, 'late');
    const delayMs = this.options.callbackDelayMs + (late === undefined ? 0 : numberOf(late, 0));
    if (delayMs > 0) await this.timers.sleep(delayMs);
    const reordered = this.plan.strike(clip, 'reordered');
    // If one is held back already, this is the one it waits for.
    if (reordered !== undefined && this.#held.size === 0)
      await this.#hold(numberOf(reordered, 1), numberOf(reordered, MAX_HELD_MS, 1));
    const duplicate = this.plan.strike(clip, 'duplicate');
    const copies = 1 + (duplicate === undefined ? 0 : numberOf(duplicate, 1));
    const tries = Array.from({ length: copies }, () => this.#try(task, callback));
    const delivered = await Promise.all(tries);
    this.#passHeld();
    if (delivered.includes(true) || this.options.callbackRetries === 0) {
      this.ledger.notified(task);
    } else {
      void this.#retry(task, callback);
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #retry(task: Task, callback: string): Promise<void> {
    for (let done = 0; done < this.options.callbackRetries; done++) {
      const backoffMs = this.options.callbackBackoffMs * 2 ** done;
      await this.timers.sleep(Math.min(backoffMs, MAX_BACKOFF_MS));
      if (await this.#try(task, callback)) break;
    }
    this.ledger.notified(task);
  }

  async #try(task: Task, callback: string): Promise<boolean> {
    task.callbacksSent++;
    task.calledBackAt ??= Date.now();
    const delivered = await this.#post(callback, this.#bodyOf(task, task.status));
    task.callbackDelivered ||= delivered;
    return delivered;
  }

  #forge(url: string, body: CallbackBody): void {
    this.counts.forged++;
    void this.#post(url, body);
  }

  /** True when the receiver answered 2xx; a failure is counted, not thrown. */
  async #post(url: string, body: CallbackBody): Promise<boolean> {
    this.counts.sent++;
    try {
      const response = await request(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        dispatcher: this.#agent,
      });
      await response.body.dump();
      const delivered = response.statusCode >= 200 && response.statusCode < 300;
      this.counts[delivered ? 'delivered' : 'failed']++;
      return delivered;
    } catch {
      this.counts.failed++;
      return false;
    }
  }

  #bodyOf(task: Task, status: number): CallbackBody {
    return {
      task_id: task.taskId,
      status,
      result: status === STATUS.succeeded ? this.links.documentFor(task) : '',
      params: task.params ?? '',
    };
  }

  #hold(others: number, atMostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const held: Held = { others, release: resolve };
      this.#held.add(held);
      this.timers.after(atMostMs, () => {
        this.#held.delete(held);
        resolve();
      });
    });
  }

  /** Another callback has overtaken those held back. */
  #passHeld(): void {
    for (const held of this.#held) {
      held.others--;
      if (held.others > 0) continue;
      this.#held.delete(held);
      held.release();
    }
  }
}

/** The same URL with its last path segment changed, as if someone guessed a signature. */
function withOtherLastSegment(callback: string): string {
  const url = new URL(callback);
  const at = url.pathname.lastIndexOf('/') + 1;
  const first = url.pathname[at] === 'a' ? 'b' : 'a';
  url.pathname = url.pathname.slice(0, at) + first + url.pathname.slice(at + 1);
  return url.href;
}
