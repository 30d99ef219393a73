// Which addresses belong to the public internet. Pure.
import ipaddr from 'ipaddr.js';

/** IANA has handed out only this much of IPv6; it leaves out `::7f00:1` and other old forms. */
const GLOBAL_UNICAST_V6 = ipaddr.IPv6.parseCIDR('2000::/3');

/** Azure's WireServer, which hands out machine credentials from an address that looks public. */
const AZURE_WIRE_SERVER = '168.63.129.16';

/** RFC 5214: interface identifiers 0000:5efe and 0200:5efe carry an IPv4 address. */
function isIsatap(address: ipaddr.IPv6): boolean {
  const [, , , , group4 = 0, group5] = address.parts;
  return (group4 & ~0x0200) === 0 && group5 === 0x5efe;
}

/**
 * Why an address is not part of the public internet, such as `loopback` or `private`; undefined
 * if it is. Addresses that carry an IPv4 address inside (IPv4-mapped, 6to4, NAT64, Teredo, ISATAP)
 * are refused whatever they carry.
 *
 * @param address an IP address in its usual spelling
 */
export function refusedRange(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return 'unreadable';
  const parsed = ipaddr.parse(address);
  const range = parsed.range();
  if (range !== 'unicast') return range;
  if (address === AZURE_WIRE_SERVER) return 'cloud metadata';
  if (parsed instanceof ipaddr.IPv6) {
    if (!parsed.match(GLOBAL_UNICAST_V6)) return 'reserved';
    if (isIsatap(parsed)) return 'isatap';
  }
  return undefined;
}
