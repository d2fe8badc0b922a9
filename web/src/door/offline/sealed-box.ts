import type { Manifest } from '@contracts/door-offline.ts'
import { bytesOf } from './base64url.ts'

/** A record as it lies on the device. */
export interface Sealed {
  readonly iv: Uint8Array<ArrayBuffer>
  readonly data: ArrayBuffer
}

/** 96 bits, the length AES-GCM is made for (NIST SP 800-38D). */
const IV_BYTES = 12

/**
 * Encrypts what is kept of a manifest with a key that is made of the ticket and kept nowhere; see docs/door.md, "At rest".
 */
export class SealedBox {
  readonly #key: CryptoKey

  private constructor(key: CryptoKey) {
    this.#key = key
  }

  /** @param ticket the JWT, of which the signature is the secret */
  static async of(
    ticket: string,
    { salt }: Pick<Manifest['encryption'], 'salt'>,
    eventId: string,
  ): Promise<SealedBox> {
    const secret = bytesOf(ticket.split('.')[2] ?? '')
    const material = await crypto.subtle.importKey('raw', secret, 'HKDF', false, ['deriveKey'])
    const key = await crypto.subtle.deriveKey(
      {
        name: 'HKDF',
        hash: 'SHA-256',
        salt: bytesOf(salt),
        info: new TextEncoder().encode(`guestguard/door-manifest/1/${eventId}`),
      },
      material,
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt', 'decrypt'],
    )
    return new SealedBox(key)
  }

  /** @param name the record's own key: a record that was moved to another one does not open */
  async seal(name: string, value: unknown): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
    const plain = new TextEncoder().encode(JSON.stringify(value))
    return { iv, data: await crypto.subtle.encrypt(cipher(name, iv), this.#key, plain) }
  }

  /**
   * @returns what was sealed; that it is a `T` is for the caller to know
   * @throws DOMException when the record is of another ticket, or not what was sealed under this name
   */
  async open<T>(name: string, { iv, data }: Sealed): Promise<T> {
    const plain = await crypto.subtle.decrypt(cipher(name, iv), this.#key, data)
    return JSON.parse(new TextDecoder().decode(plain)) as T
  }
}

const cipher = (name: string, iv: Uint8Array<ArrayBuffer>): AesGcmParams => ({
  name: 'AES-GCM',
  iv,
  additionalData: new TextEncoder().encode(name),
})
