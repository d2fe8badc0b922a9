import type { Manifest } from '@contracts/door-offline.ts'
import { bytesOf } from './base64url.ts'
import type { Pass } from './pass.ts'

/** Says whether a signature is right: WebCrypto's where there is one. */
type Verify = (signature: Uint8Array<ArrayBuffer>, signed: Uint8Array<ArrayBuffer>) => Promise<boolean>

interface Key {
  readonly id: number
  readonly verify: Promise<Verify>
}

/** The public keys of an event's passes. */
export class PassKeys {
  readonly #keys: readonly Key[]

  constructor(keys: Manifest['keys']) {
    this.#keys = keys.map(({ id, publicKey }) => ({ id, verify: verifierFor(bytesOf(publicKey)) }))
  }

  /** Whether one of the keys signed the pass. Two keys may share an id: all that have it are tried. */
  async signed({ keyId, signature, signed }: Pass): Promise<boolean> {
    for (const { id, verify } of this.#keys) {
      if (id === keyId && (await (await verify)(signature, signed))) return true
    }
    return false
  }
}

/** Ed25519 is in WebCrypto since Chrome 137, Safari 17 and Firefox 129; an older phone gets it as a script of ours. */
async function verifierFor(publicKey: Uint8Array<ArrayBuffer>): Promise<Verify> {
  try {
    const key = await crypto.subtle.importKey('raw', publicKey, 'Ed25519', false, ['verify'])
    return (signature, signed) => crypto.subtle.verify('Ed25519', key, signature, signed)
  } catch {
    const { verifyAsync } = await import('@noble/ed25519')
    // The rules of RFC 8032, as the server and WebCrypto have them; the default of the package takes more (ZIP 215).
    return (signature, signed) => verifyAsync(signature, signed, publicKey, { zip215: false })
  }
}
