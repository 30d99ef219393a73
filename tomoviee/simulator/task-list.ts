// What the simulator was asked and what it took on: the truth that checkers compare with.
// Owns every task and every arrival; what happens to a task is decided elsewhere.
import type { SimulatorJournal, SimulatorRecord } from './journal.js';
import { STATUS, type Task, type TaskRecord } from './task.js';

/** One accepted submission, as the ledger tells it. */
export type TaskEntry = Readonly<Omit<Task, 'ticket' | 'faults' | 'ending' | 'runMs' | 'code'>>;

/**
 * One submission that arrived. `answer`: 0 accepted, -1 connection dropped, 200 an HTML page,
 * 400-599 the HTTP status, from 1000 the vendor code.
 */
export interface Arrival {
  at: number;
  answer: number;
}

/** Tasks by id in order of acceptance, and the stamp of every submission. */
export class TaskList {
  readonly tasks = new Map<string, Task>();
  // Two arrays of numbers: a record each would cost five times the memory.
  readonly #arrivedAt: number[] = [];
  readonly #answers: number[] = [];

  constructor(private readonly journal: SimulatorJournal) {}

  /** Takes a task in; it is durable when the journal says so. */
  accept(record: TaskRecord): Task {
    const task = this.#add(record);
    this.journal.append({ e: 'accept', task: record });
    return task;
  }

  refuse(at: number, answer: number): void {
    this.#stamp(at, answer);
    this.journal.append({ e: 'refuse', at, answer });
  }

  start(task: Task, at: number): void {
    task.status = STATUS.processing;
    task.startedAt = at;
    this.journal.append({ e: 'start', id: task.taskId, at });
  }

  end(task: Task, at: number, status: number, reason?: string): void {
    setEnd(task, at, status, reason);
    const record = { e: 'end' as const, id: task.taskId, at, status };
    this.journal.append(reason === undefined ? record : { ...record, reason });
  }

  notified(task: Task): void {
    task.notified = true;
    const { taskId: id, callbacksSent: sent, callbackDelivered: delivered, calledBackAt } = task;
    const record = { e: 'notified' as const, id, sent, delivered };
    this.journal.append(calledBackAt === undefined ? record : { ...record, at: calledBackAt });
  }

  /** Takes a line of the journal; lines that are not about tasks or arrivals pass by. */
  replay(record: SimulatorRecord): void {
    if (record.e === 'accept') this.#add(record.task);
    else if (record.e === 'refuse') this.#stamp(record.at, record.answer);
    else if (record.e === 'start') {
      const task = this.#known(record.id);
      task.status = STATUS.processing;
      task.startedAt = record.at;
    } else if (record.e === 'end') {
      setEnd(this.#known(record.id), record.at, record.status, record.reason);
    } else if (record.e === 'notified') {
      const task = this.#known(record.id);
      task.notified = true;
      task.callbacksSent = record.sent;
      task.callbackDelivered = record.delivered;
      if (record.at !== undefined) task.calledBackAt = record.at;
    }
  }

  arrivals(): Arrival[] {
    return this.#arrivedAt.map((at, i) => ({ at, answer: this.#answers[i] ?? 0 }));
  }

  /** In order of acceptance. */
  *entries(): Generator<TaskEntry> {
    for (const task of this.tasks.values()) yield entryOf(task);
  }

  #add(record: TaskRecord): Task {
    const task: Task = {
      ...record,
      status: STATUS.queued,
      callbacksSent: 0,
      callbackDelivered: false,
      notified: record.callback === undefined,
    };
    this.tasks.set(task.taskId, task);
    this.#stamp(record.arrivedAt, 0);
    return task;
  }

  #stamp(at: number, answer: number): void {
    this.#arrivedAt.push(at);
    this.#answers.push(answer);
  }

  #known(id: string): Task {
    const task = this.tasks.get(id);
    if (task === undefined) throw new Error(`task ${id} was never accepted`);
    return task;
  }
}

function setEnd(task: Task, at: number, status: number, reason: string | undefined): void {
  task.status = status;
  task.endedAt = at;
  if (reason !== undefined) task.reason = reason;
}

/** A copy without what is the simulator's own business. */
function entryOf(task: Task): TaskEntry {
  const entry: Partial<Task> = { ...task };
  delete entry.ticket;
  delete entry.faults;
  delete entry.ending;
  delete entry.code;
  delete entry.runMs;
  return entry as TaskEntry;
}
