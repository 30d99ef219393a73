// The vendor's two endpoints: submit and result query. An independent reading of the API's
// description; shares nothing with Reelscore's own client.
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { SERVICE } from '../../contract/service.js';
import type { Credentials } from './credentials.js';
import { jsonAnswer, textAnswer, type Answer } from './exchange.js';
import type { FaultOf, FaultPlan } from './fault-plan.js';
import { FaultSyntaxError, faultsOfClip, numberOf, type SimulatedFault } from './faults.js';
import {
  queryBody,
  refuse,
  refuseByCode,
  submitBody,
  takeIn,
  type Refusal,
} from './read-request.js';
import type { SimulatorJournal } from './journal.js';
import type { TaskList } from './task-list.js';
import { STATUS, type Task, type TaskRecord } from './task.js';
import { TokenBucket } from './limits.js';
import type { SignedLinks } from './signed-links.js';
import type { SimulatedLimits } from './options.js';
import type { Processing } from './processing.js';
import { strikeRefusal, tooMany } from './refusals.js';
import { FAILED_TASK, settleTask } from './settle.js';
import type { Timers } from './timers.js';

/** The vendor's own number for this is not public. */
const NO_SUCH_TASK = 680_002;
/** An early callback that the receiver does not answer holds the submission no longer than this. */
const MAX_EARLY_MS = 5000;

type AnswerFault = FaultOf<'drop-after' | 'http-after' | 'slow' | 'early'>;

interface GatewayParts {
  credentials: Credentials;
  ledger: TaskList;
  journal: SimulatorJournal;
  plan: FaultPlan;
  processing: Processing;
  links: SignedLinks;
  timers: Timers;
  limits: () => SimulatedLimits;
  seed: number;
  revokeKeys: () => void;
}

export class Gateway {
  /** Result queries asked. */
  queries = 0;
  #bucket: TokenBucket;

  constructor(private readonly parts: GatewayParts) {
    this.#bucket = this.#newBucket();
  }

  /** To be called when the limits have changed. */
  limitsChanged(): void {
    this.#bucket = this.#newBucket();
  }

  /** `POST /v1/open/capacity/application/tm_video_scoring` */
  async submit(req: IncomingMessage): Promise<Answer> {
    const arrivedAt = Date.now();
    const decided = await this.#decide(req, arrivedAt);
    if ('refused' in decided) this.parts.ledger.refuse(arrivedAt, decided.code);
    // Its callback may leave before its answer does.
    await this.parts.journal.written();
    return 'refused' in decided
      ? decided.refused
      : this.#answerAccepted(decided.task, decided.fault);
  }

  /** `POST /v1/open/pub/task` */
  async query(req: IncomingMessage): Promise<Answer> {
    this.queries++;
    const { credentials, ledger, plan, processing, links } = this.parts;
    const asked = await takeIn(req, credentials, queryBody);
    if ('refused' in asked) return asked.refused;
    const task = ledger.tasks.get(asked.body.task_id);
    if (task?.keyHash !== asked.keyHash) {
      return refuseByCode(NO_SUCH_TASK, 'there is no such task').refused;
    }
    const clip = { fileLink: task.fileLink, own: task.faults ?? [] };
    const failing = plan.strike(clip, 'query');
    if (failing !== undefined) {
      const number = numberOf(failing, 500);
      const msg = 'simulated: the query failed';
      return (number < 1000 ? refuse(number, msg) : refuseByCode(number, msg)).refused;
    }
    const succeeded = task.status === STATUS.succeeded;
    const odd = succeeded ? plan.strike(clip, 'no-url', 'expired')?.name : undefined;
    const wait = plan.strike(clip, 'wait');
    const paths = succeeded ? plan.strike(clip, 'paths') : undefined;
    const sample = succeeded ? plan.strike(clip, 'sample') : undefined;
    const data = {
      task_id: task.taskId,
      wsid: 0,
      priority: 0,
      params: task.params ?? '',
      status: task.status,
      reason: task.endedAt === undefined ? '' : (task.reason ?? ''),
      progress: processing.progressOf(task),
      position: processing.positionOf(task),
      wait_time: wait === undefined ? processing.waitSecondsOf(task) : numberOf(wait, 0),
      delay: false,
      result: succeeded
        ? links.documentFor(
            task,
            odd === 'no-url' || odd === 'expired' ? odd : undefined,
            paths === undefined ? 1 : numberOf(paths, 1),
          )
        : '',
    };
    const code = codeOf(task);
    const msg = code === 0 ? 'success' : (task.reason ?? '');
    const answer = { code, msg, data };
    return sample === undefined
      ? jsonAnswer(200, answer)
      : inSampleForm(JSON.stringify(answer), data.result, sample.args[0]);
  }

  /** Decides on a submission, in the order of a gateway: keys, body, pace, then the service. */
  async #decide(
    req: IncomingMessage,
    arrivedAt: number,
  ): Promise<{ task: Task; fault: AnswerFault | undefined } | Refusal> {
    const { credentials, plan, processing, ledger } = this.parts;
    const asked = await takeIn(req, credentials, submitBody);
    if ('refused' in asked) return asked;
    const { prompt, file_link: fileLink, callback, params } = asked.body;
    let own: SimulatedFault[];
    try {
      own = faultsOfClip({ fileLink, prompt, ...(params === undefined ? {} : { params }) });
    } catch (error) {
      if (error instanceof FaultSyntaxError) return refuse(400, error.message);
      throw error;
    }
    const waitMs = this.#bucket.take(Date.now());
    if (waitMs > 0) return tooMany('too many submissions a second', waitMs);
    const clip = { fileLink, own };
    const refusal = strikeRefusal(plan, clip, this.parts.revokeKeys);
    if (refusal !== undefined) return refusal;
    const { maxInFlight, maxInFlightCode, taskMs } = this.parts.limits();
    if (maxInFlight > 0 && processing.inFlight >= maxInFlight) {
      const msg = `more than ${maxInFlight} tasks in flight`;
      return maxInFlightCode === 0 ? tooMany(msg, 1000) : refuseByCode(maxInFlightCode, msg);
    }
    const fault = plan.strike(clip, 'drop-after', 'http-after', 'slow', 'early');
    const taskId = this.#newTaskId();
    const record: TaskRecord = {
      taskId,
      fileLink,
      prompt,
      ...(params === undefined ? {} : { params }),
      ...(callback === undefined || callback === '' ? {} : { callback }),
      keyHash: asked.keyHash,
      arrivedAt,
      acceptedAt: Date.now(),
      ...settleTask(plan, clip, taskMs, `${this.parts.seed} ${ledger.tasks.size}`),
      ...(fault === undefined ? {} : { answerFault: fault.text }),
    };
    const task = ledger.accept(record);
    if (own.length > 0) task.faults = own;
    processing.admit();
    return { task, fault };
  }

  async #answerAccepted(task: Task, fault: AnswerFault | undefined): Promise<Answer> {
    const { processing, timers } = this.parts;
    const begin = (): void => processing.begin(task);
    const accepted = { code: 0, msg: 'success', data: { task_id: task.taskId } };
    switch (fault?.name) {
      case 'drop-after':
        return { kind: 'drop', after: begin };
      case 'http-after':
        return { ...textAnswer(numberOf(fault, 504), ''), after: begin };
      case 'slow':
        begin();
        await timers.sleep(numberOf(fault, 0));
        return jsonAnswer(200, accepted);
      case 'early':
        await Promise.race([processing.runAtOnce(task), timers.sleep(MAX_EARLY_MS)]);
        return jsonAnswer(200, accepted);
      case undefined:
        return { ...jsonAnswer(200, accepted), after: begin };
    }
  }

  /** In the form of the vendor's sample, `tm_video_scoring-0-2025080109295bd73652d4`. */
  #newTaskId(): string {
    const minute = new Date().toISOString().replace(/\D/g, '').slice(0, 12);
    for (;;) {
      const id = `${SERVICE}-0-${minute}${randomBytes(5).toString('hex')}`;
      if (!this.parts.ledger.tasks.has(id)) return id;
    }
  }

  #newBucket(): TokenBucket {
    const { ratePerSecond, burst } = this.parts.limits();
    return new TokenBucket(ratePerSecond, burst, Date.now());
  }
}

/** The task's own error code: a result query's `code` says how the task went [V]. */
function codeOf({ status, code }: Task): number {
  if (status === STATUS.failed) return code ?? FAILED_TASK;
  return status === STATUS.cancelled || status === STATUS.timedOut ? (code ?? 0) : 0;
}

/** The result as on the vendor's page, which has `\\&` in its URLs: no valid JSON [V]. */
function inSampleForm(answer: string, result: string, form = 'outer'): Answer {
  const plain = JSON.stringify(result);
  const stray = (text: string): string => text.replaceAll('&', '\\&');
  const told =
    form === 'object' ? result : form === 'inner' ? JSON.stringify(stray(result)) : stray(plain);
  // A function, so that no `$` of it means anything.
  return textAnswer(
    200,
    answer.replace(plain, () => told),
    'application/json',
  );
}
