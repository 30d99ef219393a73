// REELSCORE_ALLOW_HOSTS: hosts that may be private addresses.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { hostOf, tryUrl } from './urls.js';

/** Whether a host, seen at an address and asked on a port, is listed. */
export type AllowList = (host: string, port: number, address: string) => boolean;

const WITH_PORT = /^(\[[^\]]*\]|[^:]*):(\d{1,5})$/;
/** A bare or bracketed IPv6 address, or a name without user, port, query or wildcard. */
const ONLY_HOST = /^(\[[\da-f:.]+\]|[\da-f]*:[\da-f:.]+|[^:@?#*\s]+)$/i;

function bad(entry: string, fault: string): Error {
  return new Error(
    `REELSCORE_ALLOW_HOSTS: "${entry}" ${fault} (give host, host:port, address or address/bits)`,
  );
}

function readRange(entry: string): AllowList {
  if (!ipaddr.isValidCIDR(entry)) throw bad(entry, 'is not an address range');
  const range = ipaddr.parseCIDR(entry);
  return (_host, _port, address) => {
    const parsed = ipaddr.parse(address);
    return parsed.kind() === range[0].kind() && parsed.match(range);
  };
}

function readEntry(entry: string): AllowList {
  if (entry.includes('/')) return readRange(entry);
  const [, named, portText] = isIP(entry) === 6 ? [] : (WITH_PORT.exec(entry) ?? []);
  const name = named ?? entry;
  const url = tryUrl(`http://${isIP(name) === 6 ? `[${name}]` : name}`);
  if (url === undefined || !ONLY_HOST.test(name)) throw bad(entry, 'is not a host name');
  const listedPort = portText === undefined ? undefined : Number(portText);
  if (listedPort !== undefined && (listedPort < 1 || listedPort > 65_535)) {
    throw bad(entry, 'has a port outside 1-65535');
  }
  const listed = hostOf(url);
  const isAddress = isIP(listed) !== 0;
  return (host, port, address) =>
    (listedPort === undefined || port === listedPort) &&
    (isAddress ? address === listed : host === listed);
}

/**
 * Reads the entries. Matching is exact; there are no wildcards, and a name does not cover its
 * subdomains.
 * - `media.test`: this host name, on any port, at whatever addresses it resolves to.
 * - `media.test:8080`: the same on this port only.
 * - `10.0.0.7`, `10.0.0.7:8080`, `::1`, `[::1]:8080`: this address, as a literal or as what any
 *   name resolves to.
 * - `10.0.0.0/8`, `fd00::/8`: every address in the range, on any port.
 *
 * @throws Error naming the entry that cannot be read
 */
export function readAllowList(entries: readonly string[]): AllowList {
  const rules = entries
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .map(readEntry);
  return (host, port, address) => rules.some((rule) => rule(host, port, address));
}
