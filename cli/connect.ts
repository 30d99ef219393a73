// Connects a command to Temporal, and says so when that takes a while.
import { Reelscore, type ConnectOptions } from '../client/reelscore.js';
import type { Io } from './io.js';

const SLOW_MS = 1000;

export async function connect(
  io: Io,
  options: Pick<ConnectOptions, 'config' | 'simulate'>,
): Promise<Reelscore> {
  const slow = setTimeout(() => io.note('Starting the Temporal server...'), SLOW_MS);
  try {
    return await Reelscore.connect({
      ...options,
      onProgress: (line) => {
        clearTimeout(slow); // a more exact message follows
        io.note(line);
      },
    });
  } finally {
    clearTimeout(slow);
  }
}
