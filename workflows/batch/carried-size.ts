// Keeps what a batch carries below the 2 MB that the server takes as one payload: past that it would end the batch.
import { defaultPayloadConverter } from '@temporalio/common';
import type { ActiveClip, CarriedState, PackedState } from '../../contract/carried.js';
import type { Outcome } from '../../contract/clip.js';
import { pack } from './packing.js';

/** Larger states are packed. Workers of 0.1.0 do not read those, nor let batches grow so large. */
const PLAIN_BYTES = 1_500_000;
/** Packed states are larger only by messages, which are then shortened. */
const PACKED_BYTES = 1_700_000;
const SHORT_TEXT = 80;
/**
 * A clip's packed fields without texts: its row, up to four times within a day of each other, attempts and counters.
 * Measured with differences as large as they can be: 62.
 */
const CLIP_BYTES = 70;
/** A time that is not whole is written out. */
const FRACTION_BYTES = 12;
/** Of a claim without its task id. */
const CLAIM_BYTES = 45;
/** At this size a batch takes no further clip. What it has may still grow by messages, claims and recalled tasks. */
const FULL_BYTES = 1_000_000;
/** Fewer clips are never full; up to 0.1.0 no batch had more. */
const FEW_CLIPS = 2500;

/** The state in the form in which it is handed to the next run. */
export function toCarry(state: CarriedState): CarriedState | PackedState {
  if (bytesOf(state) <= PLAIN_BYTES) return state;
  const packed = pack(state);
  if (bytesOf(packed) <= PACKED_BYTES) return packed;
  return pack({ ...state, unrecorded: state.unrecorded.map(shortened) });
}

/** Whether a batch has as much to carry as may be. */
export function isFull(
  clips: ReadonlyMap<number, ActiveClip>,
  unrecorded: readonly Outcome[],
): boolean {
  if (clips.size < FEW_CLIPS) return false;
  let bytes = unrecorded.reduce((sum, outcome) => sum + JSON.stringify(outcome).length, 0);
  for (const clip of clips.values()) bytes += clipBytes(clip);
  return bytes >= FULL_BYTES;
}

function clipBytes({ taskId, claims, notBefore, askAt, deadline, hintedAt }: ActiveClip): number {
  let bytes = CLIP_BYTES + textBytes(taskId);
  for (const time of [notBefore, askAt, deadline, hintedAt]) {
    if (time !== undefined && !Number.isInteger(time)) bytes += FRACTION_BYTES;
  }
  for (const claim of claims ?? []) bytes += CLAIM_BYTES + textBytes(claim.taskId);
  return bytes;
}

/** Task ids are ASCII, of which some characters are escaped. */
function textBytes(text: string | undefined): number {
  if (text === undefined) return 0;
  return (/["\\]/.test(text) ? text.length * 2 : text.length) + 3;
}

function shortened(outcome: Outcome): Outcome {
  const { errorMessage } = outcome;
  return errorMessage === undefined || errorMessage.length <= SHORT_TEXT
    ? outcome
    : { ...outcome, errorMessage: `${errorMessage.slice(0, SHORT_TEXT - 1)}…` };
}

function bytesOf(value: unknown): number {
  return defaultPayloadConverter.toPayload(value).data?.length ?? 0;
}
