import { createHash, randomFillSync } from 'node:crypto'
import { monotonicFactory, ulid } from 'ulid'
import { parse, v5 as uuidv5 } from 'uuid'

/** Namespace of every UUIDv5 of the product; changing it would break the idempotency of retried commands. */
const NAMESPACE = parse('0b5e7a2e-4c62-5f0b-9a53-6d1a7be0c8f4')

/** Random bytes are drawn some at a time: `ulid` by itself asks the system once for each of 16 characters. */
const drawn = new Uint8Array(1_024)
let used = drawn.length

/** @returns a number from 0 up to, and without, 1 */
function random(): number {
  if (used === drawn.length) {
    randomFillSync(drawn)
    used = 0
  }
  return (drawn[used++] ?? 0) / 256
}

const nextMonotonic = monotonicFactory(random)

/** A ULID: 26 Crockford base32 characters, sortable by creation time, never containing `-`. */
export const ULID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/

/** @returns a new ULID; within one process each is greater than the one before, even in the same millisecond. */
export function newId(now?: number): string {
  return now === undefined ? nextMonotonic() : ulid(now, random)
}

/**
 * An id that a retry of the same command computes again.
 * @param commandId id of the command that creates the thing
 * @param discriminator tells apart several things made by one command, such as the row of an import
 * @returns an id in the ULID alphabet; it carries no time
 */
export function derivedId(commandId: string, discriminator = ''): string {
  const digest = createHash('sha256').update(`${commandId}\u0000${discriminator}`).digest()
  const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  let id = alphabet[(digest[31] ?? 0) & 7] ?? '0'
  for (let i = 0; i < 25; i++) id += alphabet[(digest[i] ?? 0) & 31] ?? '0'
  return id
}

/**
 * @returns the id of the fact at `index` among those a command appends to one stream (UUIDv5). The stream is part of
 *   it: one command may append to several streams, and ids are unique in the whole log.
 */
export function factId(commandId: string, stream: string, index: number): string {
  return uuidOf(`${commandId}/${stream}/${String(index)}`)
}

/** @returns a command id that is the same for the same parts, in the same order. */
export function commandIdOf(...parts: readonly string[]): string {
  return uuidOf(parts.join('\u0000'))
}

/** Bytes, because `uuid` takes text apart one character at a time. */
const uuidOf = (name: string) => uuidv5(Buffer.from(name, 'utf8'), NAMESPACE)
