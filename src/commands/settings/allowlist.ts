import { DomainError } from '../../kernel/errors.ts'
import { parseAddress } from '../../scoring/network.ts'

export interface AllowedNetwork {
  readonly entryId: string
  /** In canonical form. */
  readonly cidr: string
  readonly note: string | null
  /** Milliseconds since the epoch. */
  readonly addedAt: number
}

interface Network {
  readonly family: 4 | 6
  readonly bits: number
  /** The address as a number, with the host bits cut. */
  readonly network: bigint
}

const WIDTH = { 4: 32, 6: 128 } as const

/** Widest network that may be trusted, in bits of its prefix: a wider one would switch scoring off, not make an exception. */
const WIDEST = { 4: 8, 6: 16 } as const

/** Entries of one event; matching stays a lookup for each prefix length that occurs. */
export const MAX_NETWORKS = 10_000

function numberOf(bytes: readonly number[]): bigint {
  return bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n)
}

function cut(address: bigint, family: 4 | 6, bits: number): bigint {
  const rest = BigInt(WIDTH[family] - bits)
  return (address >> rest) << rest
}

function invalid(text: string): DomainError {
  const message = 'is not an address or a network, such as 203.0.113.7 or 2001:db8::/32'
  return new DomainError('invalid', 'bad_cidr', `"${text.slice(0, 60)}" ${message}.`, {
    fields: [{ path: 'cidr', message }],
  })
}

/**
 * Reads an address or network as people write it: a bare address is a network of one, host bits are cut, and
 * IPv4-mapped IPv6 is IPv4.
 * @returns the canonical form, such as `203.0.113.0/24` or `2001:db8::/32`
 * @throws DomainError `bad_cidr`
 */
export function canonicalCidr(text: string): string {
  return textOf(readNetwork(text))
}

function readNetwork(text: string): Network {
  const match = /^([0-9a-fA-F.:]{2,45})(?:\/(0|[1-9]\d{0,2}))?$/.exec(text)
  const address = match?.[1] === undefined ? null : parseAddress(match[1])
  if (match === null || address === null) throw invalid(text)
  const family = address.kind() === 'ipv4' ? 4 : 6
  const mapped = family === 4 && (match[1] ?? '').includes(':')
  // A prefix of a mapped address counts the 96 bits in front of it.
  const bits = match[2] === undefined ? WIDTH[family] : Number(match[2]) - (mapped ? 96 : 0)
  if (bits < 0 || bits > WIDTH[family]) throw invalid(text)
  return { family, bits, network: cut(numberOf(address.toByteArray()), family, bits) }
}

function textOf({ family, bits, network }: Network): string {
  if (family === 4) {
    const parts = [24n, 16n, 8n, 0n].map((shift) => String((network >> shift) & 255n))
    return `${parts.join('.')}/${String(bits)}`
  }
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((network >> BigInt(112 - 16 * at)) & 0xffffn).toString(16),
  )
  return `${parseAddress(groups.join(':'))?.toString() ?? groups.join(':')}/${String(bits)}`
}

/** @throws DomainError `bad_cidr` for a network that is too wide to trust */
export function requireNarrow(cidr: string): void {
  const { family, bits } = readNetwork(cidr)
  if (bits >= WIDEST[family]) return
  const message = `is wider than /${String(WIDEST[family])}, the widest network that can be trusted`
  throw new DomainError('invalid', 'bad_cidr', `${cidr} ${message}.`, { fields: [{ path: 'cidr', message }] })
}

/**
 * The networks a host trusts, kept by prefix length: an address is looked up once for each length that occurs, however
 * many entries there are. Owned and changed by the fold of its stream.
 */
export class Allowlist {
  private readonly byId = new Map<string, AllowedNetwork>()
  /** `<family>/<bits>` -> network -> entry; the longest prefix of a family first. */
  private readonly byPrefix = new Map<string, Map<bigint, AllowedNetwork>>()
  private lengths: { readonly key: string; readonly family: 4 | 6; readonly bits: number }[] = []

  get size(): number {
    return this.byId.size
  }

  get entries(): readonly AllowedNetwork[] {
    return [...this.byId.values()]
  }

  add(entry: AllowedNetwork): void {
    const { family, bits, network } = readNetwork(entry.cidr)
    const key = `${String(family)}/${String(bits)}`
    const networks = this.byPrefix.get(key) ?? new Map<bigint, AllowedNetwork>()
    if (networks.size === 0) {
      this.byPrefix.set(key, networks)
      this.lengths = [...this.lengths, { key, family, bits }].sort((a, b) => b.bits - a.bits)
    }
    networks.set(network, entry)
    this.byId.set(entry.entryId, entry)
  }

  remove(entryId: string): void {
    const entry = this.byId.get(entryId)
    if (entry === undefined) return
    this.byId.delete(entryId)
    const { family, bits, network } = readNetwork(entry.cidr)
    const key = `${String(family)}/${String(bits)}`
    const networks = this.byPrefix.get(key)
    networks?.delete(network)
    if (networks?.size !== 0) return
    this.byPrefix.delete(key)
    this.lengths = this.lengths.filter((length) => length.key !== key)
  }

  /** @param cidr in canonical form */
  byCidr(cidr: string): AllowedNetwork | null {
    const { family, bits, network } = readNetwork(cidr)
    return this.byPrefix.get(`${String(family)}/${String(bits)}`)?.get(network) ?? null
  }

  /** @returns the narrowest entry that the address is in; null for none, and for what is no address */
  match(ip: string): AllowedNetwork | null {
    const address = this.byId.size === 0 ? null : parseAddress(ip)
    if (address === null) return null
    const family = address.kind() === 'ipv4' ? 4 : 6
    const number = numberOf(address.toByteArray())
    for (const length of this.lengths) {
      if (length.family !== family) continue
      const entry = this.byPrefix.get(length.key)?.get(cut(number, family, length.bits))
      if (entry !== undefined) return entry
    }
    return null
  }
}
