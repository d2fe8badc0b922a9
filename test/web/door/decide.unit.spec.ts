import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Manifest, ManifestGuest } from '@contracts/door-offline.ts'
import { decide } from '../../../web/src/door/offline/decide.ts'
import { Roster } from '../../../web/src/door/offline/roster.ts'
import { subjectIn } from '../../../web/src/door/scan.ts'
import {
  codeOf,
  guestIdOf,
  makeGuest,
  makeManifest,
  makePass,
  makeSigner,
  NOON,
  signer,
} from './event-at-the-door.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

async function rosterOf(guest: Partial<ManifestGuest> = {}, more: Partial<Manifest> = {}): Promise<Roster> {
  const { event, gate, keys, cursor, total, guests } = makeManifest([await makeGuest(1, guest)], more)
  return new Roster({ event, gate, keys, cursor, total, complete: true }, guests)
}

const scan = async (text: string, roster: Roster | Promise<Roster> = rosterOf(), now = NOON) =>
  decide(subjectIn(text), await roster, now)

const stranger = (reason: string) => ({ kind: 'stranger', reason })
const mine = { guestId: guestIdOf(1) }

/** Another character of the alphabet at a place of the text. */
const changedAt = (text: string, at: number) =>
  text.slice(0, at) + (text[at] === '0' ? '1' : '0') + text.slice(at + 1)

describe('a device without the server', () => {
  it('lets in who has a genuine pass, however its letters are written', async () => {
    for (const text of [makePass(mine), makePass(mine).toLowerCase(), ` ${makePass(mine)}\n`]) {
      expect(await scan(text)).toMatchObject({ kind: 'guest', refusal: null, guest: { id: mine.guestId } })
    }
  })

  it('finds a guest by the code that is typed', async () => {
    expect(await scan(codeOf(1).toLowerCase())).toMatchObject({ kind: 'guest', refusal: null })
    expect(await scan(codeOf(2))).toEqual(stranger('pass_unknown'))
  })

  it.each([
    'https://party.example/r/abcdef',
    `{"id":"${guestIdOf(1)}"}`,
    `{"guestId":"${guestIdOf(1)}","status":"confirmed"}`,
    guestIdOf(1),
    'WIFI:S:venue;T:WPA;P:secret;;',
    '0'.repeat(143),
    `${'0'.repeat(143)}U`,
    '',
  ])('reads no pass in %j', async (text) => {
    expect(await scan(text)).toEqual(stranger('pass_unreadable'))
  })

  it('takes a pass for forged when any part of it was changed', async () => {
    const pass = makePass(mine)
    // Eight characters are five bytes: one in each group, the last one too.
    for (let at = 1; at < pass.length; at += 8) {
      expect(await scan(changedAt(pass, at)), `changed at ${String(at)}`).toEqual(stranger('pass_forged'))
    }
    expect(await scan(changedAt(pass, pass.length - 1))).toEqual(stranger('pass_forged'))
  })

  it('takes a pass for forged that another key signed, also under the id of ours', async () => {
    const by = makeSigner()
    expect(await scan(makePass({ ...mine, by }))).toEqual(stranger('pass_forged'))
    expect(await scan(makePass({ ...mine, by, keyId: signer.id }))).toEqual(stranger('pass_forged'))
  })

  it('takes a pass for forged whose format is none that it knows', async () => {
    expect(await scan(makePass({ ...mine, format: 1 }))).toEqual(stranger('pass_forged'))
  })

  it('refuses a genuine pass of another event', async () => {
    const eventId = '01JZEVENT00000000000000ABD'
    expect(await scan(makePass({ ...mine, eventId }))).toEqual(stranger('pass_other_event'))
  })

  it('refuses a genuine pass of somebody who is not on the list', async () => {
    expect(await scan(makePass({ guestId: guestIdOf(2) }))).toEqual(stranger('pass_unknown'))
  })

  describe('with a part of the list', () => {
    const part = (more: Partial<Manifest> = {}) => rosterOf({}, { total: 2, ...more })
    const absent = makePass({ guestId: guestIdOf(2) })

    it('leaves a genuine pass of somebody who is not on it to people', async () => {
      expect(await scan(absent, part())).toMatchObject({
        kind: 'guest',
        listed: false,
        guest: { id: guestIdOf(2), name: null },
        refusal: null,
      })
    })

    it('says of a code that it cannot know', async () => {
      expect(await scan(codeOf(2), part())).toEqual({ kind: 'undecided' })
      expect(await decide({ guestId: guestIdOf(2) }, await part(), NOON)).toEqual({ kind: 'undecided' })
      expect(await scan(codeOf(1), part())).toMatchObject({ kind: 'guest', listed: true, refusal: null })
    })

    it('refuses what is wrong whoever it is', async () => {
      const by = makeSigner()
      expect(await scan(makePass({ guestId: guestIdOf(2), by }), part())).toEqual(stranger('pass_forged'))
      expect(await scan('https://party.example', part())).toEqual(stranger('pass_unreadable'))
      expect(await scan(absent, part(), NOON + DAY)).toMatchObject({ refusal: 'pass_expired' })
      const closed = { ...makeManifest([]).event, doorsOpen: false }
      expect(await scan(absent, part({ event: closed }))).toMatchObject({ refusal: 'event_not_open' })
    })
  })

  it('tries every key that has the id of the pass', async () => {
    const [own] = makeManifest([]).keys
    const other = makeSigner()
    const twin = { id: own?.id ?? 0, algorithm: 'Ed25519', publicKey: other.publicKey } as const
    const roster = rosterOf({}, { keys: own === undefined ? [] : [twin, own] })
    expect(await scan(makePass(mine), roster)).toMatchObject({ refusal: null })
  })

  it.each([
    ['a pass that was replaced', { passVersion: 2 }, {}, 'pass_revoked'],
    ['a pass that was withdrawn', { passVersion: null }, {}, 'pass_revoked'],
    ['somebody who was taken off the list', { admission: 'removed', passVersion: null }, {}, 'removed'],
    ['somebody without a seat', { admission: 'not_attending', expected: 0 }, {}, 'not_attending'],
    ['a party that is inside', { arrived: 2 }, {}, 'party_complete'],
    ['everybody while the doors are closed', {}, { doorsOpen: false }, 'event_not_open'],
  ] as const)('refuses %s', async (_whom, guest, event, refusal) => {
    const roster = rosterOf(guest, { event: { ...makeManifest([]).event, ...event } })
    expect(await scan(makePass(mine), roster)).toMatchObject({ kind: 'guest', refusal })
  })

  it('lets a pass run out when both its own hour and that of the event are over', async () => {
    const pass = makePass({ ...mine, validUntil: NOON + HOUR })
    const until = (hours: number) =>
      rosterOf(
        {},
        {
          event: { ...makeManifest([]).event, passesValidUntil: new Date(NOON + hours * HOUR).toISOString() },
        },
      )
    expect(await scan(pass, until(1), NOON + HOUR - 1)).toMatchObject({ refusal: null })
    expect(await scan(pass, until(1), NOON + HOUR)).toMatchObject({ refusal: 'pass_expired' })
    // Put off by a day: what was mailed stays good.
    expect(await scan(pass, until(25), NOON + DAY)).toMatchObject({ refusal: null })
    const longer = makePass({ ...mine, validUntil: NOON + DAY })
    expect(await scan(longer, until(1), NOON + 2 * HOUR)).toMatchObject({ refusal: null })
  })

  it('lets codes run out with the event, and names never', async () => {
    const roster = await rosterOf()
    expect(await scan(codeOf(1), roster, NOON + 12 * HOUR)).toMatchObject({ refusal: 'pass_expired' })
    expect(await decide({ guestId: guestIdOf(1) }, roster, NOON + 12 * HOUR)).toMatchObject({ refusal: null })
  })

  it('lets the rest of a party in later', async () => {
    expect(await scan(makePass(mine), rosterOf({ arrived: 1 }))).toMatchObject({ refusal: null })
  })
})

describe('a browser without Ed25519 in WebCrypto', () => {
  afterEach(() => {
    vi.restoreAllMocks()
  })

  it('decides the same with a script of our own', async () => {
    const importKey = crypto.subtle.importKey.bind(crypto.subtle) as (
      ...args: unknown[]
    ) => Promise<CryptoKey>
    const spy = vi.spyOn(crypto.subtle, 'importKey').mockImplementation((...args: unknown[]) => {
      if (args[2] === 'Ed25519') return Promise.reject(new DOMException('unknown', 'NotSupportedError'))
      return importKey(...args)
    })
    const roster = rosterOf()
    expect(await scan(makePass(mine), roster)).toMatchObject({ refusal: null })
    expect(await scan(changedAt(makePass(mine), 140), roster)).toEqual(stranger('pass_forged'))
    expect(await scan(makePass({ ...mine, by: makeSigner() }), roster)).toEqual(stranger('pass_forged'))
    expect(spy).toHaveBeenCalled()
  })
})
