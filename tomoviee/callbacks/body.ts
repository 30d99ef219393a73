// Reads the body of a callback; other fields are ignored [docs/vendor-api.md: Callback].
import { z } from 'zod';
import { readTaskId } from '../../contract/task-id.js';

/** A callback without a readable status is still a reason to query the task, so it counts as the task's end. */
const ENDED = 3;

const Body = z.object({
  task_id: z.unknown(),
  status: z.union([z.int(), z.string().regex(/^\d+$/).transform(Number)]).catch(ENDED),
});

/** The content of a callback; undefined if it names no task. */
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
