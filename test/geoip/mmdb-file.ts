/**
 * Writes tiny files in the MaxMind DB format 2.0 (https://maxmind.github.io/MaxMind-DB), because no city file with nested
 * records may be shipped with the tests. Enough of the format for records of strings, doubles, integers and maps.
 */
export type MmdbValue = string | number | { readonly [key: string]: MmdbValue }

export interface MmdbFile {
  readonly type: string
  readonly ipVersion: 4 | 6
  /** Networks by CIDR without host bits; IPv4 goes under ::/96 of an IPv6 tree. */
  readonly networks: readonly { readonly bits: string; readonly record: MmdbValue }[]
}

type Node = [Branch, Branch]
type Branch = Node | { readonly dataAt: number } | null

const SEPARATOR = Buffer.alloc(16)
const METADATA_MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex')
const BUILT_AT = Date.UTC(2026, 4, 4) / 1000

export function mmdbFile({ type, ipVersion, networks }: MmdbFile): Buffer {
  const root: Node = [null, null]
  const data: Buffer[] = []
  let dataSize = 0
  for (const { bits, record } of networks) {
    insert(root, bits, dataSize)
    const encoded = encode(record)
    data.push(encoded)
    dataSize += encoded.length
  }
  const nodes = numbered(root)
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: BUILT_AT,
    database_type: type,
    ip_version: ipVersion,
    node_count: nodes.size,
    record_size: 24,
  })
  return Buffer.concat([treeOf(nodes), SEPARATOR, ...data, METADATA_MARKER, metadata])
}

/** @returns the leading bits of an IPv4 network as text, under ::/96 when the tree is for IPv6 */
export function bitsOfV4(cidr: string, ipVersion: 4 | 6): string {
  const [address = '', length = '32'] = cidr.split('/')
  const bits = address.split('.').map((part) => Number(part).toString(2).padStart(8, '0'))
  return (ipVersion === 6 ? '0'.repeat(96) : '') + bits.join('').slice(0, Number(length))
}

/** @param groups the leading groups of an IPv6 network, such as `2001:67c` for a /32 */
export function bitsOfV6(groups: string): string {
  return groups
    .split(':')
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('')
}

function insert(root: Node, bits: string, dataAt: number): void {
  let node = root
  for (const bit of bits.slice(0, -1)) {
    const side = bit === '1' ? 1 : 0
    const next = node[side]
    if (Array.isArray(next)) node = next
    else node = node[side] = [null, null]
  }
  node[bits.endsWith('1') ? 1 : 0] = { dataAt }
}

function numbered(root: Node): Map<Node, number> {
  const nodes = new Map<Node, number>([[root, 0]])
  for (const [node] of nodes) {
    for (const branch of node) if (Array.isArray(branch)) nodes.set(branch, nodes.size)
  }
  return nodes
}

function treeOf(nodes: Map<Node, number>): Buffer {
  const tree = Buffer.alloc(nodes.size * 6)
  for (const [node, number] of nodes) {
    node.forEach((branch, side) => {
      tree.writeUIntBE(pointer(branch, nodes), number * 6 + side * 3, 3)
    })
  }
  return tree
}

/** A branch holds the number of a node, the count of nodes for "nothing here", or a place in the data past both. */
function pointer(branch: Branch, nodes: Map<Node, number>): number {
  if (branch === null) return nodes.size
  return Array.isArray(branch) ? (nodes.get(branch) ?? 0) : nodes.size + SEPARATOR.length + branch.dataAt
}

function encode(value: MmdbValue): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)])
  if (typeof value === 'object') {
    const entries = Object.entries(value)
    return Buffer.concat([
      control(7, entries.length),
      ...entries.flatMap(([key, item]) => [encode(key), encode(item)]),
    ])
  }
  const bytes = Buffer.alloc(Number.isInteger(value) && value >= 0 ? 4 : 8)
  if (bytes.length === 4) bytes.writeUInt32BE(value)
  else bytes.writeDoubleBE(value)
  return Buffer.concat([control(bytes.length === 4 ? 6 : 3, bytes.length), bytes])
}

function control(type: number, size: number): Buffer {
  return size < 29 ? Buffer.from([(type << 5) | size]) : Buffer.from([(type << 5) | 29, size - 29])
}
