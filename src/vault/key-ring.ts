import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'

/**
 * What a key derived from the master key is for. Each gets an independent key (HKDF, RFC 5869), so that a text made
 * for one purpose can never pass for another.
 */
export type Purpose =
  | 'wrap'
  | 'canary'
  | 'link'
  | 'session'
  | 'rsvp'
  | 'scanner'
  | 'reset'
  | 'device'
  | 'pass'
  | 'pass-signing'
  | 'manifest'
  | 'challenge'
  | 'code'
  | 'idempotency'
  /** Of earlier releases: see `openAddressIndex`. */
  | 'email-index'
  | 'ledger'

/** Length of a master key and of every key derived from it, in bytes. */
export const KEY_BYTES = 32

/** Something was made under a master key that is not in the ring. */
export class UnknownMasterKey extends Error {
  readonly keyId: string

  constructor(keyId: string) {
    super(
      `the master key ${keyId} is needed and is not among the master keys. ` +
        'Put it back into MASTER_KEY or master.key, after the first one.',
    )
    this.name = 'UnknownMasterKey'
    this.keyId = keyId
  }
}

interface Entry {
  readonly secret: Buffer
  readonly subkeys: Map<Purpose, KeyObject>
}

/**
 * The master keys of an installation. The first is active: what is made now is made under it. The others still read
 * what was made under them before a rotation.
 *
 * A master key is known by its fingerprint, never by a name somebody gave it: a mislabelled key cannot pass for another.
 */
export class KeyRing {
  #entries: ReadonlyMap<string, Entry>
  #activeId: string
  readonly #read: () => Promise<readonly Buffer[]>

  /**
   * @param secrets master keys of 32 bytes, the active one first
   * @param read reads them again from where they are kept; used by `reload`
   * @throws Error when there is none or one stands there twice
   */
  constructor(
    secrets: readonly Buffer[],
    read: () => Promise<readonly Buffer[]> = () => Promise.resolve(secrets),
  ) {
    const { entries, activeId } = index(secrets)
    this.#entries = entries
    this.#activeId = activeId
    this.#read = read
  }

  get activeId(): string {
    return this.#activeId
  }

  /** Fingerprints of all keys, the active one first. */
  get ids(): readonly string[] {
    return [...this.#entries.keys()]
  }

  /**
   * @param keyId fingerprint of a master key, default the active one
   * @throws UnknownMasterKey
   */
  subkey(purpose: Purpose, keyId: string = this.#activeId): KeyObject {
    const entry = this.#entries.get(keyId)
    if (entry === undefined) throw new UnknownMasterKey(keyId)
    let key = entry.subkeys.get(purpose)
    if (key === undefined) {
      key = createSecretKey(derive(entry.secret, purpose, KEY_BYTES))
      entry.subkeys.set(purpose, key)
    }
    return key
  }

  /** The subkeys of every master key, that of the active one first: for looking up what an older key may have made. */
  subkeys(purpose: Purpose): readonly KeyObject[] {
    return this.ids.map((id) => this.subkey(purpose, id))
  }

  /** Reads the master keys again; another process may have rotated them. */
  async reload(): Promise<void> {
    const { entries, activeId } = index(await this.#read())
    this.#entries = entries
    this.#activeId = activeId
  }
}

function index(secrets: readonly Buffer[]): { entries: ReadonlyMap<string, Entry>; activeId: string } {
  const entries = new Map<string, Entry>()
  for (const secret of secrets) {
    const id = fingerprint(secret)
    if (entries.has(id)) throw new Error(`the master key ${id} stands there twice`)
    entries.set(id, { secret, subkeys: new Map() })
  }
  const [activeId] = entries.keys()
  if (activeId === undefined) throw new Error('there is no master key')
  return { entries, activeId }
}

/** 12 hexadecimal characters that name a master key and tell nothing about it. */
export function fingerprint(secret: Buffer): string {
  return derive(secret, 'fingerprint', 6).toString('hex')
}

function derive(secret: Buffer, info: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), `guestguard/${info}/1`, bytes))
}
