// What the script has done so far, one JSON line for each step, so that it can go on after a crash.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

interface Line {
  id: string;
  taskId?: string;
  status?: 'succeeded' | 'failed';
  reason?: string;
}

export class ResultsFile {
  readonly #tasks = new Map<string, string>();
  readonly #done = new Set<string>();

  constructor(private readonly path: string) {
    if (!existsSync(path)) return;
    for (const text of readFileSync(path, 'utf8').split('\n')) {
      if (text !== '') this.#take(JSON.parse(text) as Line);
    }
  }

  taskOf(id: string): string | undefined {
    return this.#tasks.get(id);
  }

  isDone(id: string): boolean {
    return this.#done.has(id);
  }

  /** With the kernel when it returns, so a killed process has said it; a line is written at once. */
  append(line: Line): void {
    appendFileSync(this.path, `${JSON.stringify(line)}\n`);
    this.#take(line);
  }

  #take({ id, taskId, status }: Line): void {
    if (taskId !== undefined) this.#tasks.set(id, taskId);
    if (status !== undefined) this.#done.add(id);
  }
}
