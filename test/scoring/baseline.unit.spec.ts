import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  distrustOpening,
  emptyBaseline,
  evolveBaseline,
  placeBaseline,
  trustOpening,
  type Baseline,
} from '../../src/scoring/baseline.ts'
import { anOpening, AT, baselines, IPHONE, knownGuest, lagos, LAPTOP, openings, paris } from './builders.ts'

/** What `v1` looks at. */
const forV1 = ({ fingerprintDigest, ipPrefix, openings: count, last }: Baseline) => ({
  fingerprintDigest,
  ipPrefix,
  openings: count,
  last,
})

const atHome = '203.0.113.0/24'
const elsewhere = '198.51.100.0/24'
const laptop = { fingerprintDigest: 'bb', agent: LAPTOP }
const stranger = anOpening({ ...laptop, ipPrefix: elsewhere, geo: paris })

describe('what v1 looks at in a baseline', () => {
  it('is learned from the first opening', () => {
    expect(forV1(evolveBaseline(emptyBaseline, anOpening()))).toEqual({
      fingerprintDigest: 'aa',
      ipPrefix: atHome,
      openings: 1,
      last: {
        lat: 6.4541,
        lon: 3.3947,
        at: AT,
        city: 'Lagos',
        country: 'NG',
        accuracyKm: null,
        network: null,
      },
    })
  })

  it('keeps the first device and network, and follows the guest to the last place', () => {
    expect(forV1(evolveBaseline(knownGuest(), stranger))).toMatchObject({
      fingerprintDigest: 'aa',
      ipPrefix: atHome,
      openings: 2,
      last: { lat: 48.8566, lon: 2.3522, at: AT, city: 'Paris', country: 'FR' },
    })
  })

  it('leaves device and network open until an opening has them', () => {
    const blank = anOpening({ fingerprintDigest: null, ipPrefix: null, geo: null, agent: null })
    const once = evolveBaseline(emptyBaseline, blank)
    expect(once).toEqual({ ...emptyBaseline, openings: 1 })
    expect(evolveBaseline(once, anOpening())).toMatchObject({ fingerprintDigest: 'aa', openings: 2 })
  })

  it('keeps the last place when an opening has no coordinates', () => {
    const opening = anOpening({ geo: { ...lagos, lat: null, lon: null } })
    expect(evolveBaseline(knownGuest(), opening).last).toEqual(knownGuest().last)
  })

  it('takes the place of an opening that arrived out of order too', () => {
    const late = anOpening({ occurredAt: AT - 7_200_000, geo: paris })
    expect(evolveBaseline(knownGuest(), late).last).toMatchObject({ at: AT - 7_200_000, city: 'Paris' })
  })

  it('is untouched by what hosts say of openings, for whatever comes', () => {
    fc.assert(
      fc.property(baselines, openings, (baseline, opening) => {
        expect(forV1(trustOpening(baseline, opening))).toEqual(forV1(baseline))
        expect(forV1(distrustOpening(baseline, opening))).toEqual(forV1(baseline))
      }),
    )
  })
})

describe('the guest’s own devices and networks', () => {
  it('begin with the first opening', () => {
    expect(evolveBaseline(emptyBaseline, anOpening())).toMatchObject({
      known: { digests: ['aa'], prefixes: [atHome] },
      agents: ['Android/Chrome'],
      ownPlace: { city: 'Lagos' },
    })
  })

  it('grow by a second device on a known network, and by a new network on a known device', () => {
    const second = evolveBaseline(knownGuest(), anOpening(laptop))
    expect(second.known.digests).toEqual(['aa', 'bb'])
    const atWork = evolveBaseline(second, anOpening({ ...laptop, ipPrefix: elsewhere }))
    expect(atWork.known.prefixes).toEqual([atHome, elsewhere])
  })

  it('do not grow by a stranger, who shares neither, however often', () => {
    const again = [stranger, stranger, stranger].reduce(evolveBaseline, knownGuest())
    expect(again).toMatchObject({ known: knownGuest().known, ownPlace: { city: 'Lagos' } })
  })

  it('do not grow by a telephone that looks like many others on a new network', () => {
    const owner = knownGuest({ agents: [IPHONE] })
    const alike = anOpening({ agent: IPHONE, ipPrefix: elsewhere })
    expect(evolveBaseline(owner, alike).known.prefixes).toEqual([atHome])
    expect(
      evolveBaseline(knownGuest({ known: { digests: ['aa'], prefixes: [] } }), alike).known.prefixes,
    ).toEqual([elsewhere])
  })

  it('do not grow by a new device on a mobile network, whose address thousands share', () => {
    const behindCarrier = anOpening({ ...laptop, network: 'mobile' })
    expect(evolveBaseline(knownGuest(), behindCarrier).known.digests).toEqual(['aa'])
  })

  it.each(['vpn', 'relay', 'hosting'] as const)('never hold the exit of a %s, nor its place', (network) => {
    const first = evolveBaseline(emptyBaseline, anOpening({ network }))
    expect(first).toMatchObject({ known: { digests: ['aa'], prefixes: [] }, ownPlace: null })
    expect(trustOpening(first, anOpening({ network }))).toMatchObject({
      trusted: { digests: ['aa'], prefixes: [] },
      ownPlace: null,
    })
  })

  it('are ten of a kind, the least recently seen gives way, and what is used stays', () => {
    const roaming = Array.from({ length: 12 }, (_none, n) =>
      anOpening({ ipPrefix: `198.51.${String(n)}.0/24` }),
    )
    const { known } = roaming.flatMap((one) => [one, anOpening()]).reduce(evolveBaseline, knownGuest())
    expect(known.prefixes).toHaveLength(10)
    expect(known.prefixes.slice(-2)).toEqual(['198.51.11.0/24', atHome])
    expect(known.prefixes).not.toContain('198.51.2.0/24')
  })
})

describe('a verdict or a code', () => {
  it('makes device and network of a stranger the guest’s, and with them what shares either', () => {
    const trusting = trustOpening(evolveBaseline(knownGuest(), stranger), stranger)
    expect(trusting).toMatchObject({
      trusted: { digests: ['bb'], prefixes: [elsewhere] },
      ownPlace: { city: 'Paris' },
    })
    expect(evolveBaseline(trusting, { ...stranger, fingerprintDigest: 'cc' }).known.digests).toContain('cc')
  })

  it('says of the first opening that it was somebody else: the next one begins anew', () => {
    const fooled = evolveBaseline(emptyBaseline, stranger)
    const undone = distrustOpening(fooled, stranger)
    expect(undone).toMatchObject({
      known: { digests: [], prefixes: [] },
      distrusted: { digests: ['bb'], prefixes: [elsewhere] },
      ownPlace: null,
    })
    expect(evolveBaseline(undone, stranger).known.digests).toEqual([])
    expect(evolveBaseline(undone, anOpening()).known).toEqual({ digests: ['aa'], prefixes: [atHome] })
  })

  it('replaces the one before', () => {
    const trusted = trustOpening(distrustOpening(knownGuest(), stranger), stranger)
    expect(trusted).toMatchObject({ trusted: { digests: ['bb'] }, distrusted: { digests: [], prefixes: [] } })
    expect(distrustOpening(trusted, stranger)).toMatchObject({
      trusted: { digests: [], prefixes: [] },
      distrusted: { digests: ['bb'], prefixes: [elsewhere] },
    })
  })

  it('given twice changes nothing more, for whatever comes', () => {
    fc.assert(
      fc.property(baselines, openings, (baseline, opening) => {
        for (const teach of [trustOpening, distrustOpening]) {
          const once = teach(baseline, opening)
          expect(teach(once, opening)).toEqual(once)
        }
      }),
    )
  })
})

describe('a place that becomes known later', () => {
  const unplaced = { ...stranger, fingerprintDigest: 'aa', geo: null }

  it('gives the same baseline as if it had been known at once, for whatever comes', () => {
    fc.assert(
      fc.property(baselines, openings, (baseline, opening) => {
        const later = placeBaseline(evolveBaseline(baseline, { ...opening, geo: null }), opening, opening.geo)
        expect(later).toEqual(evolveBaseline(baseline, opening))
      }),
    )
  })

  it('does not put a guest back who was seen elsewhere in between', () => {
    const newer = evolveBaseline(
      evolveBaseline(knownGuest(), unplaced),
      anOpening({ occurredAt: AT + 1, geo: lagos }),
    )
    expect(placeBaseline(newer, unplaced, paris, true)).toMatchObject({
      last: { city: 'Lagos' },
      ownPlace: { city: 'Lagos' },
    })
    expect(placeBaseline(newer, unplaced, paris)).toMatchObject({
      last: { city: 'Paris' },
      ownPlace: { city: 'Lagos' },
    })
  })
})

describe('a baseline', () => {
  it('counts every opening once, forgets no first device and is plain JSON, for whatever comes', () => {
    fc.assert(
      fc.property(baselines, fc.array(openings), (baseline, history) => {
        const after = history.reduce(evolveBaseline, baseline)
        expect(after.openings).toBe(baseline.openings + history.length)
        if (baseline.fingerprintDigest !== null)
          expect(after.fingerprintDigest).toBe(baseline.fingerprintDigest)
        expect(JSON.parse(JSON.stringify(after))).toEqual(after)
      }),
    )
  })
})
