// Whether a batch's pause is news. Pure.

export interface PauseNotice {
  /** This pause has been told. Carried into the batch's next run. */
  told: boolean;
  /** It is to be told now. */
  due: boolean;
}

/**
 * One notice a pause, whatever becomes of its reason meanwhile.
 * @param told of the last look; false before the first
 * @param reason why the batch is paused; absent = it is not
 */
export function pauseNotice(told: boolean, reason: string | undefined): PauseNotice {
  const paused = reason !== undefined;
  return { told: paused, due: paused && !told };
}
