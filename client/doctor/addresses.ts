// Where a host is, as seen from this machine.
import { lookup } from 'node:dns/promises';
import { refusedRange } from '../../net/addresses.js';
import { hostOf } from '../../net/urls.js';

/** None if the name cannot be resolved. */
export async function addressesOf(url: URL): Promise<string[]> {
  const found = await lookup(hostOf(url), { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

/** The first that cannot be reached from the internet. */
export function privateOf(addresses: readonly string[]): string | undefined {
  return addresses.find((address) => refusedRange(address) !== undefined);
}
