// A task from acceptance to its end: queue, worker slots, processing time.
import { type TaskList } from './task-list.js';
import { STATUS, type Task } from './task.js';
import type { CallbackSender } from './callback-sender.js';
import type { SimulatedLimits } from './options.js';
import type { Timers } from './timers.js';

interface ProcessingParts {
  ledger: TaskList;
  notifier: CallbackSender;
  timers: Timers;
  /** The limits of the moment. */
  limits: () => SimulatedLimits;
  /** Resolves to why the clip cannot be had, or undefined; absent = clips are not fetched. */
  fetchClip?: (url: string) => Promise<string | undefined>;
}

/** Tasks between acceptance and end. */
export class Processing {
  #queue: Task[] = [];
  #head = 0;
  #tickets = 0;
  #running = 0;
  #inFlight = 0;
  #peakInFlight = 0;

  constructor(private readonly parts: ProcessingParts) {}

  /** Tasks queued or processing. */
  get inFlight(): number {
    return this.#inFlight;
  }

  get peakInFlight(): number {
    return this.#peakInFlight;
  }

  get queued(): number {
    return this.#queue.length - this.#head;
  }

  /** Counts a task as in flight; `begin` or `runAtOnce` starts it. */
  admit(): void {
    this.#inFlight++;
    this.#peakInFlight = Math.max(this.#peakInFlight, this.#inFlight);
  }

  /** Lets an admitted task take its place in the queue. */
  begin(task: Task): void {
    task.ticket = this.#tickets++;
    this.#queue.push(task);
    this.fill();
  }

  /** Runs an admitted task past the queue to its end and its callback. */
  async runAtOnce(task: Task): Promise<void> {
    this.#running++;
    this.parts.ledger.start(task, Date.now());
    await this.#end(task, task.ending, task.reason);
  }

  /** Continues the tasks of an earlier process, in order of acceptance. */
  resume(tasks: Iterable<Task>): void {
    for (const task of tasks) {
      if (task.endedAt !== undefined) {
        if (!task.notified) void this.parts.notifier.deliver(task);
        continue;
      }
      this.admit();
      if (task.startedAt === undefined) {
        this.begin(task);
      } else {
        this.#running++;
        this.#process(task, Math.max(0, task.startedAt + task.runMs - Date.now()));
      }
    }
  }

  /** Starts queued tasks while workers are free; called again when the limits change. */
  fill(): void {
    const workers = this.parts.limits().workers;
    while (workers === 0 || this.#running < workers) {
      const task = this.#queue[this.#head];
      if (task === undefined) break;
      this.#head++;
      this.#running++;
      this.parts.ledger.start(task, Date.now());
      this.parts.notifier.begun(task);
      this.#process(task, task.runMs);
    }
    // Taken off in bulk: shift() would move the whole queue for each task.
    if (this.#head > 1024 || this.#head === this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
  }

  /** Place in the queue from 1, or -1 when not in it. */
  positionOf(task: Task): number {
    const first = this.#queue[this.#head]?.ticket;
    if (task.status !== STATUS.queued || first === undefined || task.ticket === undefined) {
      return -1;
    }
    return task.ticket - first + 1;
  }

  /** Estimated seconds until a queued task begins; 0 for others. */
  waitSecondsOf(task: Task): number {
    const position = this.positionOf(task);
    const { workers, taskMs } = this.parts.limits();
    if (position < 0 || workers === 0) return 0;
    const meanMs = typeof taskMs === 'number' ? taskMs : (taskMs[0] + taskMs[1]) / 2;
    return Math.ceil((Math.ceil(position / workers) * meanMs) / 1000);
  }

  /** 0-100; below 100 until the task has ended. */
  progressOf(task: Task): number {
    if (task.endedAt !== undefined) return task.status === STATUS.succeeded ? 100 : 0;
    if (task.startedAt === undefined) return 0;
    const share = (Date.now() - task.startedAt) / Math.max(1, task.runMs);
    return Math.min(99, Math.floor(share * 100));
  }

  #process(task: Task, remainingMs: number): void {
    const { timers, fetchClip } = this.parts;
    if (fetchClip === undefined) {
      timers.after(remainingMs, () => void this.#end(task, task.ending, task.reason));
      return;
    }
    void Promise.all([fetchClip(task.fileLink), timers.sleep(remainingMs)]).then(([fault]) =>
      fault === undefined
        ? this.#end(task, task.ending, task.reason)
        : this.#end(task, STATUS.failed, fault),
    );
  }

  async #end(task: Task, status: number, reason: string | undefined): Promise<void> {
    this.#running--;
    this.#inFlight--;
    this.parts.ledger.end(task, Date.now(), status, reason);
    this.fill();
    await this.parts.notifier.deliver(task);
  }
}
