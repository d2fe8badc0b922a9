import { parseAddress } from '../scoring/network.ts'

/**
 * @param ip any text
 * @returns the canonical text of an address that somebody on the internet can have, IPv4-mapped IPv6 as IPv4; null for
 * everything else (invalid, private, loopback, link-local, carrier-grade NAT, multicast, reserved, documentation,
 * tunnels), which no data source knows and no service should be asked about
 */
export function publicAddress(ip: string): string | null {
  const address = parseAddress(ip)
  if (address?.range() !== 'unicast') return null
  return 'octets' in address ? address.toString() : address.toRFC5952String()
}
