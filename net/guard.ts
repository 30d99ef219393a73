// Decides which addresses a connection may go to. Every new connection passes here; one that is
// kept alive was checked when it was made.
// G1. The address that was checked is the address connected to (no second look-up between).
// G2. One refused address refuses the host, however many good ones it has.
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';
import type { LookupAddress } from 'node:dns';
import { buildConnector } from 'undici';
import { refusedRange } from './addresses.js';
import { readAllowList, type AllowList } from './allow-list.js';
import { BlockedAddressError } from './errors.js';
import { hostOf, portOf } from './urls.js';

/** All addresses of a host name. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** Where a host name is served, whatever port its URLs name. */
export interface HostAlias {
  host: string;
  port: number;
}

export interface GuardOptions {
  /** Entries of REELSCORE_ALLOW_HOSTS; see `readAllowList`. */
  allowHosts?: readonly string[];
  /** Host names with a fixed address, which are thereby allowed. URLs and Host headers stay as they are. */
  hostAliases?: Readonly<Record<string, HostAlias>>;
  /** Time for look-up, TCP and TLS together. */
  connectTimeoutMs: number;
  /** Default: the system's resolver. */
  resolve?: Resolve;
}

export interface Guard {
  /** Throws BlockedAddressError if the URL's host is an address, in any spelling, that is refused. */
  checkLiteral(url: URL): void;
  /** Connects to one origin, and refuses to if any address of its host is refused. */
  connectorFor(origin: URL): buildConnector.connector;
}

/** RFC 6761: these are this machine, whatever a name server says. */
const LOCALHOST: LookupAddress[] = [
  { address: '127.0.0.1', family: 4 },
  { address: '::1', family: 6 },
];

function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

function systemResolve(host: string): Promise<LookupAddress[]> {
  return lookup(host, { all: true });
}

function check(allowed: AllowList, host: string, port: number, address: string): void {
  const range = refusedRange(address);
  if (range === undefined || allowed(host, port, address)) return;
  throw new BlockedAddressError(host, address, range);
}

/** @throws Error if an entry of `allowHosts` cannot be read */
export function createGuard(options: GuardOptions): Guard {
  const { connectTimeoutMs: timeout, resolve = systemResolve } = options;
  const allowed = readAllowList(options.allowHosts ?? []);
  const aliases = new Map(Object.entries(options.hostAliases ?? {}));

  async function checkedAddresses(host: string, port: number): Promise<LookupAddress[]> {
    const addresses = isLocalhost(host) ? LOCALHOST : await resolve(host);
    for (const { address } of addresses) check(allowed, host, port, address); // G2
    return addresses;
  }

  function lookupFor(host: string, port: number): LookupFunction {
    return (_name, { all }, done) => {
      checkedAddresses(host, port).then(
        (addresses) => {
          const [first] = addresses;
          if (first === undefined) {
            done(Object.assign(new Error(`${host} has no address`), { code: 'ENOTFOUND' }), '');
          } else if (all)
            done(null, addresses); // G1
          else done(null, first.address, first.family); // G1
        },
        (error: unknown) => done(error as NodeJS.ErrnoException, ''),
      );
    };
  }

  function checkLiteral(url: URL): void {
    const host = hostOf(url);
    if (isIP(host) !== 0) check(allowed, host, portOf(url), host);
  }

  return {
    checkLiteral,
    connectorFor(origin) {
      const host = hostOf(origin);
      const alias = aliases.get(host);
      if (alias !== undefined) {
        const connect = buildConnector({ timeout });
        const place = { hostname: alias.host, port: String(alias.port) };
        return (target, done) => connect({ ...target, ...place }, done);
      }
      // The connector does not look literals up, so they are checked apart.
      checkLiteral(origin);
      return buildConnector({ timeout, lookup: lookupFor(host, portOf(origin)) });
    },
  };
}
