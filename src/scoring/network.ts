import ipaddr from 'ipaddr.js'

/** An address in parsed form; IPv4-mapped IPv6 (`::ffff:192.0.2.1`) has already become IPv4. */
export type Address = ipaddr.IPv4 | ipaddr.IPv6

/**
 * @param text an address as a socket or a trusted proxy reports it; a zone (`%eth0`) is allowed
 * @returns the parsed address, or null when the text is no address. IPv4 takes four decimal parts only: `127.1` and
 * `010.0.0.1` mean different hosts to different parsers, so they are nobody's address here.
 */
export function parseAddress(text: string): Address | null {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (!text.includes(':') || !ipaddr.IPv6.isValid(text)) return null
  const address = ipaddr.IPv6.parse(text)
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

/**
 * The network an address belongs to, as far as scoring cares: a home or an office keeps its prefix while the last part
 * changes by itself (DHCP leases, IPv6 privacy addresses).
 * @returns `a.b.c.0/24` for IPv4, `x::/64` in canonical form for IPv6, null for no or no valid address
 */
export function ipPrefix(ip: string | null): string | null {
  const address = ip === null ? null : parseAddress(ip)
  if (address === null) return null
  if (address instanceof ipaddr.IPv4) {
    const [a = 0, b = 0, c = 0] = address.octets
    return `${String(a)}.${String(b)}.${String(c)}.0/24`
  }
  const network = new ipaddr.IPv6([...address.parts.slice(0, 4), 0, 0, 0, 0])
  return `${network.toRFC5952String()}/64`
}

/** What an address is used for, where the data says so. */
export type NetworkKind = 'residential' | 'mobile' | 'hosting' | 'vpn' | 'relay'

/**
 * Whether people come out there who are somewhere else: the address is shared by strangers and tells no place, so it
 * never becomes part of what is known of a guest.
 */
export function isExit(kind: NetworkKind | null | undefined): boolean {
  return kind === 'vpn' || kind === 'relay' || kind === 'hosting'
}
