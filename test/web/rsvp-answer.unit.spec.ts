import { describe, expect, it } from 'vitest'
import { rsvpBody } from '../../src/contracts/rsvp.ts'
import { accentOf, logoOf } from '../../web/src/rsvp/accent.ts'
import { bodyOf, draftOf, seatsFor, type AnswerDraft } from '../../web/src/rsvp/answer-draft.ts'
import { englishLocale, eventTime } from '../../web/src/rsvp/event-time.ts'
import { flatParts } from '../../web/src/rsvp/fingerprint-parts.ts'
import { patiently } from '../../web/src/rsvp/patience.ts'
import { RetryKey } from '../../web/src/rsvp/retry-key.ts'

const draft = (more: Partial<AnswerDraft>): AnswerDraft => ({ ...draftOf(null, 0), ...more })

describe('the body of an answer', () => {
  it('does not exist while nothing is chosen', () => {
    expect(bodyOf(draft({}))).toBeNull()
  })

  it('counts the guest, and names only who is named and comes', () => {
    const names = [' Tom ', '', 'Not coming any more']
    expect(bodyOf(draft({ answer: 'attending', plusOnes: 2, names }))).toEqual({
      answer: 'attending',
      partySize: 3,
      plusOneNames: ['Tom'],
      note: null,
    })
  })

  it('brings nobody along when the guest declines', () => {
    const declined = bodyOf(draft({ answer: 'declined', plusOnes: 2, names: ['Tom'] }))
    expect(declined).toMatchObject({ partySize: 1, plusOneNames: [] })
  })

  it('is always one that the contract takes, whatever was pasted', () => {
    const pasted = draft({
      answer: 'attending',
      plusOnes: 30,
      names: Array(30).fill('A\tB'),
      note: 'two\r\nlines',
    })
    expect(rsvpBody.parse(bodyOf(pasted))).toMatchObject({ partySize: 31, note: 'two lines' })
  })

  it('starts from the answer given before, within what is allowed now', () => {
    const before = { answer: 'maybe' as const, partySize: 4, plusOneNames: ['Tom'], note: 'Hi' }
    expect(draftOf(before, 2)).toEqual({ answer: 'maybe', plusOnes: 2, names: ['Tom'], note: 'Hi' })
  })
})

describe('the seats', () => {
  const invitation = (seatsLeft: number | null, held = 0, seatsPromised = 0) => ({
    guestName: 'Anna',
    plusOnesAllowed: 5,
    event: {
      name: 'Dinner',
      eventDate: '2027-06-19T17:00:00Z',
      timezone: 'Europe/Paris',
      venue: null,
      branding: { colour: null, logo: null, message: null },
      status: 'published' as const,
      open: true,
      seatsLeft,
      seatsPromised,
      calendarUrl: '/api/x.ics',
    },
    rsvp: held === 0 ? null : { answer: 'attending' as const, partySize: held, plusOneNames: [], note: null },
    status: held === 0 ? null : ('confirmed' as const),
    pass: null,
  })

  it.each([
    [null, 0, 6, { kind: 'plenty' }],
    [100, 0, 2, { kind: 'plenty' }],
    [20, 0, 2, { kind: 'few', left: 20 }],
    [1, 0, 2, { kind: 'too_few', left: 1 }],
    [0, 0, 1, { kind: 'full' }],
    [-3, 0, 1, { kind: 'full' }],
    [0, 2, 2, { kind: 'plenty' }],
    [0, 2, 3, { kind: 'too_few', left: 2 }],
  ])('%s left, %s held, a party of %s: %j', (seatsLeft, held, party, expected) => {
    expect(seatsFor(invitation(seatsLeft, held), party)).toEqual(expected)
  })

  it('that others wait for are not called taken, and a party that has its own hears only of those', () => {
    expect(seatsFor(invitation(0, 0, 2), 1)).toEqual({ kind: 'promised' })
    expect(seatsFor(invitation(0, 2, 1), 2)).toEqual({ kind: 'plenty' })
    expect(seatsFor(invitation(0, 2, 1), 3)).toEqual({ kind: 'too_few', left: 2 })
  })
})

describe('the key of an answer', () => {
  const keys = () => {
    let made = 0
    return new RetryKey(() => `key-${String(++made)}`)
  }

  it('is the same for the same answer sent again', () => {
    const key = keys()
    expect([key.keyFor({ answer: 'maybe' }), key.keyFor({ answer: 'maybe' })]).toEqual(['key-1', 'key-1'])
  })

  it('is another for another answer, and after the server has answered', () => {
    const key = keys()
    expect(key.keyFor({ answer: 'maybe' })).toBe('key-1')
    expect(key.keyFor({ answer: 'declined' })).toBe('key-2')
    key.settle()
    expect(key.keyFor({ answer: 'declined' })).toBe('key-3')
  })
})

describe('trying again', () => {
  const lost = new Error('lost')
  const isLost = (thrown: unknown) => thrown === lost

  it('goes on while answers are lost', async () => {
    const answers = [() => Promise.reject(lost), () => Promise.reject(lost), () => Promise.resolve('taken')]
    await expect(patiently(async () => answers.shift()?.(), isLost, [0, 0])).resolves.toBe('taken')
  })

  it('ends with the last loss, and at once with a refusal', async () => {
    let tries = 0
    const failing = (thrown: Error) => () => {
      tries++
      return Promise.reject(thrown)
    }
    await expect(patiently(failing(lost), isLost, [0, 0])).rejects.toBe(lost)
    expect(tries).toBe(3)
    const refusal = new Error('refused')
    await expect(patiently(failing(refusal), isLost, [0, 0])).rejects.toBe(refusal)
    expect(tries).toBe(4)
  })
})

describe('the time of an event', () => {
  const at = '2027-06-19T22:30:00Z'

  // Commas and leading zeros differ between the locale data of engines; the words and figures do not.
  it('is told once where both clocks agree', () => {
    expect(eventTime(at, 'Europe/Paris', 'Europe/Berlin', 'en-GB')).toEqual({
      day: expect.stringMatching(/^Sunday,? 20 June 2027$/) as string,
      time: expect.stringMatching(/^0?0:30$/) as string,
      place: 'Paris',
      zone: expect.stringMatching(/^(CEST|GMT\+2)$/) as string,
      yours: null,
    })
  })

  it('is told on the clock of a guest elsewhere, with the day when it is another', () => {
    expect(eventTime(at, 'Europe/Paris', 'Europe/Athens', 'en-GB').yours).toMatch(/^0?1:30$/)
    expect(eventTime(at, 'Europe/Paris', 'America/New_York', 'en-GB').yours).toMatch(
      /^Sat,? 19 June?, 18:30$/,
    )
    expect(eventTime(at, 'America/New_York', 'Europe/Paris', 'en-GB').place).toBe('New York')
  })

  it('is not of a place where the zone is named after none', () => {
    for (const zone of ['UTC', 'Etc/UTC']) {
      expect(eventTime(at, zone, 'Europe/Paris', 'en-GB')).toMatchObject({ place: null, zone: 'UTC' })
    }
    expect(eventTime(at, 'Etc/GMT+5', 'UTC', 'en-GB')).toMatchObject({ place: null, zone: 'GMT-5' })
    expect(eventTime(at, 'CET', 'UTC', 'en-GB').place).toBeNull()
  })

  it('is in the English of the guest', () => {
    expect(englishLocale(['fr-FR', 'en-US'])).toBe('en-US')
    expect(englishLocale(['fr-FR'])).toBe('en-GB')
  })
})

describe('the parts of a fingerprint', () => {
  it('are flat strings within the limits of the contract', () => {
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`part${String(n)}`, { value: n }]))
    expect(Object.keys(flatParts(many, String))).toHaveLength(40)
    const parts = flatParts(
      { touch: { value: { points: 5 } }, long: { value: 'x'.repeat(401) }, zone: { value: 'Europe/Paris' } },
      (text) => `${String(text.length)} characters`,
    )
    expect(parts).toEqual({ touch: '{"points":5}', long: 'hash:401 characters', zone: 'Europe/Paris' })
  })

  it('leave out what failed or is not there', () => {
    expect(
      flatParts({ a: { error: new Error('no') }, b: { value: undefined }, c: { value: null } }, String),
    ).toEqual({})
  })
})

describe('the colour of the event', () => {
  it('gets a mark that can be seen on it', () => {
    expect(accentOf('#facc15').mark).toBe('#0b1120')
    expect(accentOf('#1e1b4b').mark).toBe('#ffffff')
  })

  it('is ours when the branding has none that can be read', () => {
    expect(accentOf('red; background: url(x)')).toEqual(accentOf(null))
  })

  it('comes with a logo only from this origin or within the answer', () => {
    expect(logoOf('data:image/png;base64,AA==')).not.toBeNull()
    expect(logoOf('/api/logo.png')).toBe('/api/logo.png')
    expect(logoOf('//elsewhere.example/logo.png')).toBeNull()
    expect(logoOf('https://elsewhere.example/logo.png')).toBeNull()
  })
})
