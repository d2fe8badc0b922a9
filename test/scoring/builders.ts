import fc from 'fast-check'
import { emptyBaseline, type Baseline } from '../../src/scoring/baseline.ts'
import type { Geo, Opening } from '../../src/scoring/opening.ts'

/** 1 June 2026, 19:46:03 UTC. */
export const AT = 1_780_343_163_000

export const lagos: Geo = { country: 'NG', city: 'Lagos', lat: 6.4541, lon: 3.3947 }
export const ibadan: Geo = { country: 'NG', city: 'Ibadan', lat: 7.3775, lon: 3.947 }
export const paris: Geo = { country: 'FR', city: 'Paris', lat: 48.8566, lon: 2.3522 }

/** An opening without anything odd, by the guest of `knownGuest`. */
export function anOpening(change: Partial<Opening> = {}): Opening {
  return {
    occurredAt: AT,
    ipPrefix: '203.0.113.0/24',
    hasUserAgent: true,
    fingerprintDigest: 'aa',
    geo: lagos,
    agent: 'Android/Chrome',
    network: null,
    ...change,
  }
}

export const IPHONE = 'iPhone/Safari'
export const LAPTOP = 'Windows/Chrome'

const inLagos = {
  lat: 6.4541,
  lon: 3.3947,
  at: AT - 3_600_000,
  city: 'Lagos',
  country: 'NG',
  accuracyKm: null,
  network: null,
}

/** A guest who opened once, an hour before `AT`, in Lagos, on an Android telephone. */
export function knownGuest(change: Partial<Baseline> = {}): Baseline {
  return {
    ...emptyBaseline,
    fingerprintDigest: 'aa',
    ipPrefix: '203.0.113.0/24',
    openings: 1,
    last: inLagos,
    known: { digests: ['aa'], prefixes: ['203.0.113.0/24'] },
    agents: ['Android/Chrome'],
    ownPlace: inLagos,
    ...change,
  }
}

const places = fc.constantFrom<Geo | null>(null, lagos, ibadan, paris, { ...paris, lat: null, lon: null })
const digests = fc.constantFrom(null, 'aa', 'bb')
const prefixes = fc.constantFrom(null, '203.0.113.0/24', '2001:db8:10:20::/64')
const times = fc.integer({ min: AT - 8 * 3_600_000, max: AT + 8 * 3_600_000 })

const agents = fc.constantFrom(null, 'Android/Chrome', IPHONE, LAPTOP)
const kinds = fc.constantFrom(null, 'residential', 'mobile', 'hosting', 'vpn', 'relay')

export const openings: fc.Arbitrary<Opening> = fc.record({
  occurredAt: times,
  ipPrefix: prefixes,
  hasUserAgent: fc.boolean(),
  fingerprintDigest: digests,
  geo: places,
  agent: agents,
  network: kinds,
})

/** JSON knows no -0, and no map does. */
const degrees = (most: number) => fc.double({ min: -most, max: most, noNaN: true }).map((value) => value + 0)

const lastPlaces = fc.option(
  fc.record({
    lat: degrees(90),
    lon: degrees(180),
    at: times,
    city: fc.constantFrom(null, 'Lagos'),
    country: fc.constantFrom(null, 'NG'),
    accuracyKm: fc.constantFrom(null, 5, 200),
    network: kinds,
  }),
)

const traces = fc.record({
  digests: fc.uniqueArray(fc.constantFrom('aa', 'bb')),
  prefixes: fc.uniqueArray(fc.constantFrom('203.0.113.0/24', '2001:db8:10:20::/64')),
})

export const baselines: fc.Arbitrary<Baseline> = fc.record({
  fingerprintDigest: digests,
  ipPrefix: prefixes,
  openings: fc.integer({ min: 0, max: 40 }),
  last: lastPlaces,
  known: traces,
  trusted: traces,
  distrusted: traces,
  agents: fc.uniqueArray(fc.constantFrom('Android/Chrome', IPHONE, LAPTOP)),
  ownPlace: lastPlaces,
})
