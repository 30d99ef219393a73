// Reads the body of a callback; whatever else it holds is ignored [docs/vendor-api.md: Callback].
import { z } from 'zod';
import { readTaskId } from '../../contract/task-id.js';

/** A callback without a readable status is still a hint to look, so it counts as the task's end. */
const ENDED = 3;

const Body = z.object({
  task_id: z.unknown(),
  status: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]).catch(ENDED),
});

/** What a callback says; undefined if it names no task. */
export function readBody(text: string | undefined): { taskId: string; status: number } | undefined {
  const body = Body.safeParse(parseJson(text ?? ''));
  const taskId = readTaskId(body.data?.task_id);
  return body.success && taskId !== undefined ? { taskId, status: body.data.status } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
