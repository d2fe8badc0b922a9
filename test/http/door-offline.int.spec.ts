import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, webcrypto } from 'node:crypto'
import { describe, expect } from 'vitest'
import { MAX_BATCH, type Manifest, type ManifestGuest } from '../../src/contracts/door-offline.ts'
import { PASS } from '../../src/contracts/pass-format.ts'
import { MINUTE } from '../../src/kernel/time.ts'
import { atTheDoor as it } from '../support/at-the-door.ts'
import { attending, type Gate } from '../support/gate.ts'
import { addGuest, createEvent } from '../support/party.ts'

const guestIn = ({ guests }: Pick<Manifest, 'guests'>, id: string): ManifestGuest => {
  const found = guests.find((guest) => guest.id === id)
  if (found === undefined) throw new Error(`${id} is not in the manifest`)
  return found
}

/** A scan that a device let in by itself. */
const admitted = (gate: Gate, change: object) => gate.scan({ outcome: 'admitted', ...change })

describe('the manifest', () => {
  it('has all that a device needs to decide by itself', async ({ product, event, grace, north }) => {
    const manifest = await north.manifest()
    expect(manifest).toMatchObject({
      reset: true,
      more: false,
      total: 1,
      gate: 'North',
      event: { id: event.id, name: 'Garden party', doorsOpen: true, walkIns: false },
      serverTime: new Date(product.clock.now()).toISOString(),
    })
    expect(guestIn(manifest, grace.id)).toEqual({
      id: grace.id,
      name: 'Grace Hopper',
      admission: 'expected',
      expected: 2,
      arrived: 0,
      names: ['Plus 1'],
      passVersion: 1,
      codes: [
        createHash('sha256')
          .update(`${event.id}:${grace.code}`)
          .digest()
          .subarray(0, 12)
          .toString('base64url'),
      ],
      risk: 'low',
      lastArrival: null,
      turnedAway: null,
      answered: 'confirmed',
    })
    expect(JSON.stringify(manifest)).not.toContain(grace.code)
  })

  it('brings the keys that passes are verified with, by what browsers have', async ({ grace, north }) => {
    const { keys } = await north.manifest()
    const bits = Array.from(grace.pass, (one) =>
      PASS.alphabet.indexOf(one).toString(2).padStart(5, '0'),
    ).join('')
    const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((octet) => Number.parseInt(octet, 2)))
    const key = keys.find(({ id }) => id === bytes[PASS.keyId])
    const raw = Buffer.from(key?.publicKey ?? '', 'base64url')
    const imported = await webcrypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify'])
    const { from } = PASS.signature
    const signed = Buffer.concat([Buffer.from(PASS.signedPrefix), bytes.subarray(0, from)])
    expect(await webcrypto.subtle.verify('Ed25519', imported, bytes.subarray(from), signed)).toBe(true)
  })

  it('sends afterwards only who changed', async ({ host, event, grace, north, south, accepted }) => {
    const alan = await accepted('Alan Turing')
    const bob = await addGuest(host, event.id, { name: 'Bob' })
    const { cursor } = await north.manifest()
    expect((await north.manifest(cursor)).guests).toEqual([])

    await south.checkIn({ pass: grace.pass })
    await host.client.post(`/api/events/${event.id}/guests/${alan.id}/link`)
    await host.client.delete(`/api/events/${event.id}/guests/${bob.id}`)
    const delta = await north.manifest(cursor)
    expect(delta).toMatchObject({ reset: false, more: false, total: 3 })
    expect(delta.guests).toHaveLength(3)
    expect(guestIn(delta, grace.id)).toMatchObject({ arrived: 1, lastArrival: { gate: 'South', count: 1 } })
    expect(guestIn(delta, alan.id)).toMatchObject({ passVersion: 2 })
    expect(guestIn(delta, bob.id)).toMatchObject({
      admission: 'removed',
      name: null,
      passVersion: null,
      codes: [],
    })
  })

  it('forgets with the guest', async ({ host, event, grace, north }) => {
    const { cursor } = await north.manifest()
    await host.client.post(`/api/events/${event.id}/guests/${grace.id}/forget`)
    expect(guestIn(await north.manifest(cursor), grace.id)).toMatchObject({ name: null, names: [] })
  })

  it('comes in pages that together hold everybody', async ({ host, event, north }) => {
    for (let n = 0; n < 4; n++) await addGuest(host, event.id, { name: `Guest ${String(n)}` })
    const guests: string[] = []
    let since: string | undefined
    for (let more = true, pages = 0; more && pages < 10; pages++) {
      const page = await north.manifest(since, 2)
      expect(page.reset).toBe(since === undefined)
      expect(page.guests.length).toBeLessThanOrEqual(2)
      guests.push(...page.guests.map(({ id }) => id))
      since = page.cursor
      more = page.more
    }
    expect(new Set(guests).size).toBe(5)
    expect((await north.manifest(since)).guests).toEqual([])
  })

  it('begins anew for a cursor of another log', async ({ north }) => {
    const again = await north.manifest('999999999999')
    expect(again).toMatchObject({ reset: true, total: 1 })
    expect(BigInt(again.cursor)).toBeLessThan(999_999_999_999n)
    expect((await north.get('manifest?deviceId=phone-1&since=-1')).status).toBe(400)
  })

  it('says what it is kept under: with the ticket its names are read, without it they are not', async ({
    product,
    event,
    north,
    south,
  }) => {
    const manifest = await north.manifest()
    const { encryption, expiresAt } = manifest
    expect(encryption).toMatchObject({ scheme: 'HKDF-SHA-256/AES-256-GCM', keyId: north.ticketId })
    expect((await north.manifest()).encryption).toEqual(encryption)
    expect((await south.manifest()).encryption).not.toEqual(encryption)
    expect(Date.parse(expiresAt)).toBeGreaterThan(product.clock.now())

    const keyOf = (ticket: string) => {
      const secret = Buffer.from(ticket.split('.')[2] ?? '', 'base64url')
      expect(secret).toHaveLength(32)
      const salt = Buffer.from(encryption.salt, 'base64url')
      expect(salt).toHaveLength(16)
      return Buffer.from(hkdfSync('sha256', secret, salt, `guestguard/door-manifest/1/${event.id}`, 32))
    }
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', keyOf(north.ticket), iv)
    const kept = Buffer.concat([cipher.update(JSON.stringify(manifest.guests)), cipher.final()])
    const read = (ticket: string) => {
      const decipher = createDecipheriv('aes-256-gcm', keyOf(ticket), iv)
      decipher.setAuthTag(cipher.getAuthTag())
      return Buffer.concat([decipher.update(kept), decipher.final()]).toString()
    }
    expect(kept.includes('Grace')).toBe(false)
    expect(read(north.ticket)).toContain('Grace Hopper')
    expect(() => read(south.ticket)).toThrow(/authenticate/)
  })
})

describe('a batch', () => {
  it('records what was decided, and answers a second time that it has it', async ({
    host,
    event,
    grace,
    north,
    accepted,
    arrivals,
    activity,
  }) => {
    const alan = await accepted('Alan Turing')
    const bob = await addGuest(host, event.id, { name: 'Bob' })
    const items = [
      admitted(north, { pass: grace.pass, arrivalCount: 2 }),
      admitted(north, { code: alan.code }),
      north.scan({ guestId: bob.id, outcome: 'refused', refusal: 'not_attending' }),
      north.scan({ pass: 'a menu', outcome: 'refused', refusal: 'pass_unreadable' }),
      north.scan({ pass: alan.pass, outcome: 'turned_away', reason: 'behaviour' }),
    ]
    const answers = await north.batch(...items)
    expect(answers.map(({ index, status }) => [index, status])).toEqual([
      [0, 'accepted'],
      [1, 'accepted'],
      [2, 'accepted'],
      [3, 'accepted'],
      [4, 'accepted'],
    ])
    expect(answers[0]).toMatchObject({ result: 'admitted', reason: null })
    const again = await north.batch(...items)
    expect(again.slice(0, 2).map(({ status, checkInId }) => [status, checkInId])).toEqual(
      answers.slice(0, 2).map(({ checkInId }) => ['duplicate', checkInId]),
    )
    expect((await arrivals()).arrived).toBe(3)
    expect((await activity()).filter(({ kind }) => kind === 'check_in_refused')).toHaveLength(3)
  })

  it('is not held up by what will never be recorded', async ({ product, host, grace, north, arrivals }) => {
    const other = await createEvent(host)
    const alan = await attending(product, host, other, 'Alan Turing')
    const forged = grace.pass.slice(0, -1) + (grace.pass.endsWith('0') ? '1' : '0')
    const answers = await north.batch(
      'not even an object',
      null,
      { nonce: 'nonce-malformed', outcome: 'admitted' },
      admitted(north, { pass: forged }),
      admitted(north, { pass: alan.pass }),
      admitted(north, { guestId: other.id }),
      admitted(north, { walkIn: { name: 'Margaret' } }),
      admitted(north, { pass: grace.pass, arrivalCount: 0 }),
      admitted(north, { pass: grace.pass, scannedAt: 'yesterday' }),
      admitted(north, { pass: grace.pass, scannedAt: '0000-01-01T00:00:00Z' }),
      admitted(north, { pass: grace.pass, arrivalCount: 2 }),
    )
    expect(answers.map(({ status, reason }) => [status, reason])).toEqual([
      ['rejected', 'malformed'],
      ['rejected', 'malformed'],
      ['rejected', 'malformed'],
      ['rejected', 'pass_forged'],
      ['rejected', 'pass_other_event'],
      ['rejected', 'refused'],
      ['rejected', 'walk_ins_off'],
      ['rejected', 'malformed'],
      ['rejected', 'malformed'],
      ['rejected', 'malformed'],
      ['accepted', null],
    ])
    expect(answers.map(({ index }) => index)).toEqual(answers.map((_answer, n) => n))
    expect(answers[2]?.nonce).toBe('nonce-malformed')
    for (const { status, detail } of answers) expect(detail === null).toBe(status === 'accepted')
    expect((await arrivals()).arrived).toBe(2)
  })

  it('takes as many as a device sends at once, and not none', async ({ north }) => {
    const items = Array.from({ length: MAX_BATCH + 1 }, () => ({}))
    expect((await north.post('batch', { items })).status).toBe(400)
    expect((await north.post('batch', { items: [] })).status).toBe(400)
    expect(await north.batch(...items.slice(1))).toHaveLength(MAX_BATCH)
  })

  it('keeps the order of the scans of a party', async ({ north, accepted, arrivals }) => {
    const party = await accepted('Katherine Johnson', 5)
    const items = Array.from({ length: 5 }, (_, n) => admitted(north, { pass: party.pass, arrivedBefore: n }))
    expect((await north.batch(...items)).map(({ status }) => status)).toEqual(new Array(5).fill('accepted'))
    expect(await arrivals()).toMatchObject({ arrived: 5, conflicts: [] })
  })

  it('adds those who walked in while there was no network', async ({ host, event, north, arrivals }) => {
    await host.client.request('PUT', `/api/events/${event.id}/door`, { json: { walkIns: true } })
    await host.client.patch(`/api/events/${event.id}`, { maxCapacity: 3 })
    const item = admitted(north, { walkIn: { name: 'Margaret' }, arrivalCount: 1 })
    const full = admitted(north, { walkIn: { name: 'Dorothy' }, arrivalCount: 2 })
    const answers = await north.batch(item, full)
    expect(answers.map(({ status, reason }) => [status, reason])).toEqual([
      ['accepted', null],
      ['conflict', 'not_admissible'],
    ])
    expect((await north.batch(item))[0]?.status).toBe('duplicate')
    expect(await arrivals()).toMatchObject({ expected: 3, arrived: 3 })
  })

  it('records those who were let in, however late, and tells the host what was wrong', async ({
    product,
    host,
    event,
    grace,
    north,
    arrivals,
  }) => {
    await host.client.post(`/api/events/${event.id}/guests/${grace.id}/link`)
    const scannedAt = new Date(product.clock.now()).toISOString()
    product.clock.advance(90 * MINUTE)
    const [late] = await north.batch(admitted(north, { pass: grace.pass, arrivalCount: 2, scannedAt }))
    expect(late).toMatchObject({ status: 'conflict', result: 'conflict', reason: 'not_admissible' })
    const seen = await arrivals()
    expect(seen).toMatchObject({ arrived: 2, lastAt: scannedAt })
    expect(seen.conflicts).toMatchObject([
      { kind: 'not_admissible', refusal: 'pass_revoked', guest: { name: 'Grace Hopper' }, resolved: false },
    ])
  })
})
