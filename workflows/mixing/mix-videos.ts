// Mixes the finished videos of a batch that has ended. Nothing here can change what the batch has paid for.
import {
  CancellationScope,
  isCancellation,
  makeContinueAsNewFunc,
  workflowInfo,
} from '@temporalio/workflow';
import type { MixProgress, MixVideosInput } from '../../contract/mix.js';
import { checkStart } from '../guarded.js';
import { TO_CURRENT_VERSION } from '../history-bounds.js';
import * as wire from '../wire.js';
import { Mixing } from './mixing.js';

/**
 * Mixes what has no video yet, and writes the results again. Cancelling it ends what is being mixed; what is
 * there stays.
 */
export async function mixVideos(input: MixVideosInput): Promise<MixProgress> {
  checkStart(wire.mixVideosInput, input);
  const mixing = new Mixing(input);
  try {
    do await mixing.mixAll();
    while (!mixing.full && (await mixing.finish()) === 'again');
  } catch (error) {
    if (isCancellation(error)) await CancellationScope.nonCancellable(() => mixing.writeResults());
    throw error;
  }
  if (!mixing.full) return mixing.progress();
  const { memo } = workflowInfo();
  const next = makeContinueAsNewFunc<typeof mixVideos>({
    ...TO_CURRENT_VERSION,
    ...(memo && { memo }),
  });
  return await next(mixing.carry());
}
