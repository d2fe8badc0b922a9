import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  addMasterKey,
  createMasterKeyFile,
  parseMasterKeys,
  readKeyRing,
} from '../../src/vault/master-key.ts'

const A = 'q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k='
const B = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8='

let dataDir: string
beforeEach(() => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'guestguard-key-'))
})
afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true })
})

test('one bare key, or several with names, are read in their order', () => {
  expect(parseMasterKeys(A, 'MASTER_KEY').map((key) => key.toString('base64'))).toEqual([A])
  expect(parseMasterKeys(`new:${A}, old:${B}`, 'MASTER_KEY').map((key) => key.toString('base64'))).toEqual([
    A,
    B,
  ])
})

test('a key that is short, long, misspelled, empty or not random is refused without being quoted', () => {
  const wrong = ['', 'secret', A.slice(4), `${A}AAAA`, A.replace('=', ''), `${A},`, `k1:${A},k0:`]
  for (const text of wrong) {
    expect(() => parseMasterKeys(text, 'MASTER_KEY'), text).toThrow(
      /^MASTER_KEY: key \d is not the base64 of 32 bytes. Make one with: openssl rand -base64 32$/,
    )
  }
  expect(() => parseMasterKeys(Buffer.alloc(32).toString('base64'), 'MASTER_KEY')).toThrow(
    'key 1 is not random',
  )
})

test('a new key file is private to its user and survives being made twice', async () => {
  await createMasterKeyFile(dataDir)
  const file = path.join(dataDir, 'master.key')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const before = readFileSync(file, 'utf8')
  await createMasterKeyFile(dataDir)
  expect(readFileSync(file, 'utf8')).toBe(before)
  expect((await readKeyRing({ dataDir })).ids).toHaveLength(1)
})

test('processes that make the key file at the same time all use the one that stays', async () => {
  await Promise.all(Array.from({ length: 8 }, () => createMasterKeyFile(dataDir)))
  const rings = await Promise.all([readKeyRing({ dataDir }), readKeyRing({ dataDir })])
  expect(rings[0].ids).toEqual(rings[1].ids)
})

test.each([0o640, 0o604, 0o644])(
  'a key file of mode %o is refused with the command that mends it',
  async (mode) => {
    await createMasterKeyFile(dataDir)
    const file = path.join(dataDir, 'master.key')
    chmodSync(file, mode)
    await expect(readKeyRing({ dataDir })).rejects.toThrow(`Mend it with: chmod 600 ${file}`)
  },
)

test('an added key becomes the active one and the old ones stay', async () => {
  await createMasterKeyFile(dataDir)
  const before = await readKeyRing({ dataDir })
  await addMasterKey(dataDir)
  const after = await readKeyRing({ dataDir })
  expect(after.activeId).not.toBe(before.activeId)
  expect(after.ids).toEqual([after.activeId, before.activeId])
  expect(statSync(path.join(dataDir, 'master.key')).mode & 0o777).toBe(0o600)
})

test('the setting goes before the file', async () => {
  await createMasterKeyFile(dataDir)
  const fromFile = await readKeyRing({ dataDir })
  const fromSetting = await readKeyRing({ dataDir, masterKey: A })
  expect(fromSetting.activeId).not.toBe(fromFile.activeId)
})
