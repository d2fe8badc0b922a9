import type { KeyObject } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import { ERASED } from '../events/fact.ts'
import type { JsonValue } from '../eventstore/port.ts'
import { MINUTE } from '../kernel/time.ts'
import { listen } from '../postgres/listen.ts'
import type { Log } from '../postgres/log.ts'
import type { Pool } from '../postgres/pool.ts'
import { batched } from './batcher.ts'
import type { KeyRing } from './key-ring.ts'
import { VAULT_CHANNEL } from './migrations.ts'
import { openJson, sealJson } from './seal.ts'
import { createKeys, eraseKeys, loadKeys, type KeyOrErased } from './subject-keys.ts'

/** The key of one person. Opaque: it does not show up in a log. */
export type SubjectKey = KeyObject

/**
 * Keeps the keys that seal personal data: one per guest (`guest.<eventId>.<guestId>`) and host (`host.<hostId>`).
 * Forgetting a person deletes the key, and with it every copy of what was sealed, wherever the log went.
 */
export interface Vault {
  /** Keys to seal with; makes one for a subject that has none. `ERASED` for a forgotten subject. */
  sealingKeys(subjects: readonly string[]): Promise<ReadonlyMap<string, KeyOrErased>>
  /** Keys to open with. `ERASED` for a forgotten subject; a subject that has never had a key is left out. */
  openingKeys(subjects: readonly string[]): Promise<ReadonlyMap<string, KeyOrErased>>
  /** @param aad where the text belongs: stream and fact id */
  seal(key: SubjectKey, plain: JsonValue, aad: string): string
  /** @throws VaultTampered when the text was altered or belongs to another fact */
  open(key: SubjectKey, sealed: string, aad: string): JsonValue
  /** Deletes the keys for ever, in every process. Doing it again, or for an unknown subject, is fine. */
  forget(subjects: readonly string[]): Promise<void>
  close(): Promise<void>
}

export interface VaultOptions {
  readonly pool: Pool
  /** Of the same database: one more connection listens for keys that another process deletes. */
  readonly url: string
  readonly ring: KeyRing
  readonly log: Log
  /** Most keys held unwrapped in memory, default 50,000. */
  readonly cacheSize?: number
}

/** About 0.5 KB each in memory. */
const CACHE_SIZE = 50_000
/** Bounds how long a key outlives a forgetting whose notification was lost with a connection. */
const CACHE_TTL = 10 * MINUTE
/** Most subjects of one statement. */
const BATCH = 1_000

export async function openVault(options: VaultOptions): Promise<Vault> {
  const { pool, ring, log } = options
  const cache = new LRUCache<string, KeyOrErased>({
    max: options.cacheSize ?? CACHE_SIZE,
    ttl: CACHE_TTL,
    ttlResolution: 1_000,
  })
  const load = batched((subjects) => loadKeys(pool, ring, subjects), BATCH)
  const create = batched((subjects) => createKeys(pool, ring, subjects), BATCH)

  /** Raised whenever forgettings may have gone by unheard. */
  let epoch = 0

  const remember = (subject: string, key: KeyOrErased, askedIn: number): KeyOrErased => {
    // A forgetting can be told while an older answer is on its way: what is erased stays erased.
    if (cache.get(subject) === ERASED) return ERASED
    // Or it was told to nobody: the answer may be from before it, so the next one who asks looks again.
    if (askedIn === epoch) cache.set(subject, key)
    return key
  }
  const find = async (subject: string, mayCreate: boolean): Promise<KeyOrErased | undefined> => {
    const askedIn = epoch
    const key = cache.get(subject) ?? (await load(subject)) ?? (mayCreate ? await create(subject) : undefined)
    return key === undefined ? undefined : remember(subject, key, askedIn)
  }
  const findAll = async (
    subjects: readonly string[],
    mayCreate: boolean,
  ): Promise<Map<string, KeyOrErased>> => {
    const unique = [...new Set(subjects)]
    const found = await Promise.all(unique.map((subject) => find(subject, mayCreate)))
    return new Map(
      unique.flatMap((subject, at) => (found[at] === undefined ? [] : [[subject, found[at]] as const])),
    )
  }

  const listener = await listen({
    url: options.url,
    channel: VAULT_CHANNEL,
    log,
    onListening: () => {
      epoch += 1
      cache.clear()
    },
    onNotification: (payload) => {
      if (payload.startsWith('forgotten ')) cache.set(payload.slice('forgotten '.length), ERASED)
      if (payload === 'rotated') void reloadRing(ring, log)
    },
  })

  return {
    sealingKeys: (subjects) => findAll(subjects, true),
    openingKeys: (subjects) => findAll(subjects, false),
    seal: sealJson,
    open: (key, sealed, aad) => openJson(key, sealed, aad) as JsonValue,
    forget: async (subjects) => {
      await eraseKeys(pool, subjects)
      for (const subject of subjects) cache.set(subject, ERASED)
    },
    close: () => listener.stop(),
  }
}

async function reloadRing(ring: KeyRing, log: Log): Promise<void> {
  try {
    await ring.reload()
  } catch (error) {
    log.error({ error: String(error) }, 'the master keys were rotated and cannot be read again')
  }
}
