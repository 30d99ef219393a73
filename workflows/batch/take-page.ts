// Takes note of rows that were prepared or fitted.
import type { PreparePageOutput } from '../../contract/activities.js';
import { recalledClip } from './clip.js';
import type { StepContext } from './step.js';

export function takePage({ input, state }: StepContext, page: PreparePageOutput): void {
  for (const task of page.recalled ?? []) {
    state.clips.set(task.row, recalledClip(task, Date.now(), input.options));
  }
  state.fresh.add(page.submit);
  state.unfitted.add(page.fit ?? []);
  for (const [row, open] of page.cues ?? []) state.expectCues(row, open);
  state.count('rejected', page.rejected);
  state.count('failed', page.failed);
  state.warnings += page.warnings;
  state.noteFailures(page.failures);
}
