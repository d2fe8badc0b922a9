import { createSecretKey, randomBytes, scrypt, type KeyObject } from 'node:crypto'
import { decrypt, encrypt } from '../vault/seal.ts'
import { BadBackup, type PackedMasterKeys } from './format.ts'

/** RFC 7914; 128 MB and about half a second for each guess, as OWASP's cheat sheet on password storage has it. */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 }
const AAD = 'guestguard-backup master keys'

/** Shorter ones can be guessed by whoever has the file. */
export const LEAST_PASSPHRASE = 12

/** @param text the master keys as MASTER_KEY takes them */
export async function sealMasterKeys(text: string, passphrase: string): Promise<PackedMasterKeys> {
  const salt = randomBytes(16)
  const sealed = encrypt(await keyOf(passphrase, salt), Buffer.from(text, 'utf8'), AAD)
  return { kind: 'sealed', salt: salt.toString('base64'), sealed: sealed.toString('base64') }
}

/** @returns the master keys, null when they were left out. @throws BadBackup without the right passphrase */
export async function unpackMasterKeys(
  packed: PackedMasterKeys,
  passphrase: string | undefined,
): Promise<string | null> {
  if (packed.kind === 'left-out') return null
  if (packed.kind === 'clear') return packed.text
  if (passphrase === undefined)
    throw new BadBackup('The master keys in it are sealed: set BACKUP_PASSPHRASE to what it was made with.')
  const key = await keyOf(passphrase, Buffer.from(packed.salt, 'base64'))
  try {
    return decrypt(key, Buffer.from(packed.sealed, 'base64'), AAD, 'the master keys').toString('utf8')
  } catch {
    throw new BadBackup('BACKUP_PASSPHRASE is not the one that the backup was made with.')
  }
}

function keyOf(passphrase: string, salt: Buffer): Promise<KeyObject> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, 32, COST, (error, key) => {
      if (error === null) resolve(createSecretKey(key))
      else reject(error)
    })
  })
}
