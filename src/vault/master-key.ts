import { randomBytes } from 'node:crypto'
import { link, open, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { KEY_BYTES, KeyRing } from './key-ring.ts'

export interface MasterKeySource {
  readonly dataDir: string
  /** Text of the setting MASTER_KEY; without it the file `<dataDir>/master.key` counts. */
  readonly masterKey?: string | undefined
}

const HEADER =
  '# Master keys of GuestGuard, the active one first. Losing them loses all personal data: keep a copy.'

/**
 * @returns the ring of master keys, from the setting or else the file
 * @throws Error with a sentence when a key is malformed, or the file is missing or open to other users
 */
export async function readKeyRing(source: MasterKeySource): Promise<KeyRing> {
  const read = () => readSecrets(source)
  return new KeyRing(await read(), read)
}

export async function masterKeyExists(source: MasterKeySource): Promise<boolean> {
  if (source.masterKey !== undefined) return true
  return stat(fileOf(source.dataDir)).then(
    () => true,
    () => false,
  )
}

async function readSecrets(source: MasterKeySource): Promise<readonly Buffer[]> {
  if (source.masterKey !== undefined) return parseMasterKeys(source.masterKey, 'MASTER_KEY')
  const file = fileOf(source.dataDir)
  await assertPrivate(file)
  const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.trim())
  return parseMasterKeys(lines.filter((line) => line !== '' && !line.startsWith('#')).join(','), file)
}

function fileOf(dataDir: string): string {
  return path.join(dataDir, 'master.key')
}

async function assertPrivate(file: string): Promise<void> {
  const { mode } = await stat(file)
  if ((mode & 0o077) === 0) return
  throw new Error(
    `${file} can be read by other users of this machine (mode ${(mode & 0o777).toString(8)}). ` +
      `Mend it with: chmod 600 ${file}`,
  )
}

/**
 * @param text comma-separated entries, each `name:base64` or only base64; the names are for people
 * @param where named in errors, which never hold key material
 */
export function parseMasterKeys(text: string, where: string): readonly Buffer[] {
  return text.split(',').map((entry, at) => {
    const encoded = entry.slice(entry.indexOf(':') + 1).trim()
    const secret = Buffer.from(encoded, 'base64')
    if (secret.length !== KEY_BYTES || secret.toString('base64') !== encoded) {
      throw new Error(
        `${where}: key ${String(at + 1)} is not the base64 of ${String(KEY_BYTES)} bytes. ` +
          'Make one with: openssl rand -base64 32',
      )
    }
    if (secret.every((byte) => byte === secret[0]))
      throw new Error(`${where}: key ${String(at + 1)} is not random`)
    return secret
  })
}

/** @returns the master keys as the setting MASTER_KEY takes them: to be kept secret. @throws as `readKeyRing` */
export async function masterKeyText(source: MasterKeySource): Promise<string> {
  return (await readSecrets(source)).map((secret) => secret.toString('base64')).join(',')
}

/** Makes `<dataDir>/master.key` with these keys. @param text as MASTER_KEY takes them @throws Error when there is one */
export async function writeMasterKeyFile(dataDir: string, text: string): Promise<void> {
  const half = await writeHalf(dataDir, parseMasterKeys(text, 'the master keys'))
  try {
    await link(half, fileOf(dataDir))
  } finally {
    await rm(half, { force: true })
  }
  await syncFolder(dataDir)
}

/** Makes `<dataDir>/master.key` with one new key. When another process makes it at the same time, the first one stays. */
export async function createMasterKeyFile(dataDir: string): Promise<void> {
  const half = await writeHalf(dataDir, [randomBytes(KEY_BYTES)])
  try {
    // Unlike a rename, a link never replaces a file that is there.
    await link(half, fileOf(dataDir))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await rm(half, { force: true })
  }
  await syncFolder(dataDir)
}

/** Puts a new active key before those of the file. The old ones stay, to read what was made under them. */
export async function addMasterKey(dataDir: string): Promise<void> {
  const secrets = await readSecrets({ dataDir })
  const half = await writeHalf(dataDir, [randomBytes(KEY_BYTES), ...secrets])
  await rename(half, fileOf(dataDir))
  await syncFolder(dataDir)
}

async function writeHalf(dataDir: string, secrets: readonly Buffer[]): Promise<string> {
  const half = `${fileOf(dataDir)}.${randomBytes(4).toString('hex')}`
  const names = secrets.map((secret, at) => `k${String(secrets.length - at)}:${secret.toString('base64')}`)
  const handle = await open(half, 'wx', 0o600)
  try {
    await handle.writeFile([HEADER, ...names, ''].join('\n'))
    await handle.sync()
  } finally {
    await handle.close()
  }
  return half
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
