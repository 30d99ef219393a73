/** Of this clip and this soundtrack no finished video can be made. */
export class NoMixError extends Error {
  override readonly name = 'NoMixError';
}
