import { SIMULATOR_ACCOUNT } from '../contract/names.js';

/** What runs all day for the batches of an account, as people type it. */
export function serveCommand(account: string): string {
  return `reelscore serve${account === SIMULATOR_ACCOUNT ? ' --simulate' : ''}`;
}
