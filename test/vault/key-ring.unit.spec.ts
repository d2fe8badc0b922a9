import { expect, test } from 'vitest'
import { fingerprint, KeyRing, UnknownMasterKey, type Purpose } from '../../src/vault/key-ring.ts'

const old = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
const young = Buffer.alloc(32, 'a master key of 32 bytes, no more')

/** Computed apart from this code with Python's hmac: HKDF-SHA256, no salt, info `guestguard/<purpose>/1`. */
const DERIVED: Record<Purpose, string> = {
  wrap: '8f4c33fc118bd43bc7e2b4cab188a89e9f08693f958025668c3e29c5f33235ef',
  canary: '5cbc83c2b23439728d437a88702b2dd6450af2ddd0dbc98451f956f698033cee',
  link: '50fecc104c87727d252736cb12e358c1b3bb2dd83077deb2f53048c8cd3f4128',
  session: 'd68c59f2f8687490cdfad754c92e2b675bb81c7cf4f764690b1901c4f7f1f294',
  rsvp: 'dd1ca421cea701c4d67c46632ce0f46d7d9947b0032a00128511015446a7c5ec',
  scanner: 'f70bf7920901bfddab6f92f0af041bab2044a88a49c7223de5b19e0280a0bc38',
  reset: '74692de197b0a9a92025a623ce05c112c364f5488f57ad32b1082399d393a9fc',
  device: '895e76273e82a7f18edd5b43c3aa65b46296a181955b1eeea9ca3cb57e9ee69c',
  pass: '3a694eb7c8103364f157421723db907f541fbdbf526c41d4cf33ae3fe4e6fca9',
  'pass-signing': '66931f5e07e9e2e79d9374f052764b92c8a3c3db9829888fb20378d89fad2b82',
  manifest: 'a41de3343d91518177451dd9a58d37aabb58d0be10f09331f853a5bd01a48fd3',
  challenge: '8ff9f43cd2a460c5eebd492d8495f308168b7061ab42b45cb2159e3f785f071b',
  code: 'd18b5f8bb91a0a80ee76568402f5c6b4da173351f69813e37754a774bb1b83d4',
  idempotency: 'abc723b5c6212db309208c78897bd8269772313a9df6f7e3f8e751d0a2ac6424',
  'email-index': '0f8279be838b2d70e9395574a02abff2dad73a34cf93525633ab9f6fec448e6d',
  ledger: '17f87333340ce9cb16173e554a5dcb1fd7cc2e9336646dd8fe1178a5906b37b7',
}

test('keys are derived as they always were: a change would break every link, ticket and sealed fact', () => {
  const ring = new KeyRing([old])
  expect(ring.activeId).toBe('73f9f0318cf6')
  for (const [purpose, hex] of Object.entries(DERIVED)) {
    expect(
      ring
        .subkey(purpose as Purpose)
        .export()
        .toString('hex'),
      purpose,
    ).toBe(hex)
  }
})

test('no two purposes share a key', () => {
  expect(new Set(Object.values(DERIVED)).size).toBe(Object.keys(DERIVED).length)
})

test('the first key is active and the others are still found by their fingerprint', () => {
  const ring = new KeyRing([young, old])
  expect(ring.activeId).toBe(fingerprint(young))
  expect(ring.ids).toEqual([fingerprint(young), fingerprint(old)])
  expect(ring.subkey('link', fingerprint(old)).export().toString('hex')).toBe(DERIVED.link)
  expect(ring.subkeys('link').map((key) => key.equals(ring.subkey('link')))).toEqual([true, false])
})

test('a key that is not in the ring is named, with what to do', () => {
  const ring = new KeyRing([young])
  expect(() => ring.subkey('link', fingerprint(old))).toThrow(UnknownMasterKey)
  expect(() => ring.subkey('link', fingerprint(old))).toThrow(`the master key ${fingerprint(old)} is needed`)
})

test('a reload takes the keys that are there now', async () => {
  let kept = [old]
  const ring = new KeyRing(kept, () => Promise.resolve(kept))
  kept = [young, old]
  await ring.reload()
  expect(ring.activeId).toBe(fingerprint(young))
})

test('the same key twice, or none, is refused', () => {
  expect(() => new KeyRing([old, Buffer.from(old)])).toThrow('stands there twice')
  expect(() => new KeyRing([])).toThrow('there is no master key')
})
