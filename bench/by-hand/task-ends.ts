// Learns that tasks have ended: a callback says when to look, the result query what came of it. A task
// whose callback does not come is looked at from time to time.
import fastify, { type FastifyInstance } from 'fastify';
import type { TaskState, Vendor } from './vendor.js';

const FIRST_TERMINAL_STATUS = 3;
/** As long as the product waits here: its settings for tasks that take seconds. */
const LOOK_ANYWAY_MS = 5000;

export class TaskEnds {
  readonly #waiting = new Map<string, () => void>();
  /** Called back before their submission was answered. */
  readonly #early = new Set<string>();

  private constructor(
    private readonly vendor: Vendor,
    private readonly server: FastifyInstance,
    /** To be given to the vendor. */
    readonly callbackUrl: string,
    private readonly lookAnywayMs: number,
  ) {}

  static async listen(
    port: number,
    vendor: Vendor,
    lookAnywayMs = LOOK_ANYWAY_MS,
  ): Promise<TaskEnds> {
    const server = fastify({ bodyLimit: 64 * 1024, requestTimeout: 10_000 });
    const ends = new TaskEnds(vendor, server, `http://127.0.0.1:${port}/callback`, lookAnywayMs);
    server.post('/callback', (request, reply) => {
      const { task_id, status } = request.body as { task_id?: unknown; status?: unknown };
      if (typeof task_id === 'string' && Number(status) >= FIRST_TERMINAL_STATUS) {
        const wake = ends.#waiting.get(task_id);
        if (wake) wake();
        else ends.#early.add(task_id);
      }
      return reply.code(204).send();
    });
    await server.listen({ host: '127.0.0.1', port });
    return ends;
  }

  /**
   * Resolves once the vendor confirms that the task has ended.
   * @param lookFirst the callback may have come while nobody listened
   */
  async ended(taskId: string, { lookFirst = false } = {}): Promise<TaskState> {
    if (!lookFirst) await this.#called(taskId);
    for (;;) {
      const task = await this.vendor.query(taskId);
      if (task.ended) return task;
      await this.#called(taskId);
    }
  }

  async close(): Promise<void> {
    await this.server.close();
  }

  #called(taskId: string): Promise<void> {
    if (this.#early.delete(taskId)) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(taskId);
        resolve();
      };
      const timer = setTimeout(wake, this.lookAnywayMs);
      this.#waiting.set(taskId, wake);
    });
  }
}
