// The limits of an account in use are those of its first batch, or what `tune` made of them; a
// client that asked for others gets a note.
import type { Pace } from '../contract/account.js';
import { SIMULATOR_ACCOUNT } from '../contract/names.js';
import { askAccount } from './account.js';
import type { StartContext } from './context.js';

/** Only for a note, so it does not wait long for a worker that may be gone. */
const ASK_MS = 1000;

const LIMITS = [
  { key: 'ratePerSecond', setting: 'rate', flag: '--rate' },
  { key: 'burst', setting: 'burst', flag: '--burst' },
  { key: 'maxInFlight', setting: 'maxInFlight', flag: '--max-in-flight' },
] as const;

/**
 * One note if the account has other limits than were asked for; nothing if none was.
 * @param started limits that a running batch was started with, to go by when its account does not answer
 */
export async function limitNotes(
  { temporal, config }: Pick<StartContext, 'temporal' | 'config'>,
  started?: Pace,
): Promise<string[]> {
  const { account, pace, given } = config;
  const asked = LIMITS.filter(({ setting }) => given.includes(setting));
  if (asked.length === 0) return [];
  const inForce = (await askAccount(temporal, account, ASK_MS))?.view?.limits;
  const limits = inForce ?? started;
  if (!limits) return [];
  const differing = asked.filter(({ key }) => pace[key] !== limits[key]);
  if (differing.length === 0) return [];
  const texts = differing.map(({ key, setting }) => `${setting} ${limits[key]} (not ${pace[key]})`);
  const tune = [
    'reelscore tune',
    ...(account === SIMULATOR_ACCOUNT ? ['--simulate'] : []),
    ...differing.map(({ key, flag }) => `${flag} ${pace[key]}`),
  ].join(' ');
  return inForce
    ? [`the account ${account} is in use with ${texts.join(', ')}; change it with: ${tune}`]
    : [`it was started with ${texts.join(', ')}; change it, once it runs, with: ${tune}`];
}
