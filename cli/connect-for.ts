// Connects to what a batch needs.
import type { Reelscore } from '../client/reelscore.js';
import type { ResolvedConfig } from '../config/config.js';
import { connect } from './connect.js';
import type { Io } from './io.js';

/** A batch of the simulator needs the simulator; which one it is, only Temporal or its store knows. */
export async function connectFor(
  batch: string,
  config: ResolvedConfig,
  io: Io,
): Promise<Reelscore> {
  const plain = await connect(io, { config });
  try {
    if (!(await plain.isSimulated(batch))) return plain;
    const simulated = await connect(io, { config, simulate: true });
    await plain.close();
    return simulated;
  } catch (error) {
    await plain.close();
    throw error;
  }
}
