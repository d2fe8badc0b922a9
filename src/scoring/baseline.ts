import { isExit, type NetworkKind } from './network.ts'
import { isLocated, type Geo, type Opening } from './opening.ts'
import { isOwn, NO_TRACES, remember, withTraces, withoutTraces, type Circle } from './traces.ts'

/** Where and when a guest was last seen. */
export interface LastPlace {
  readonly lat: number
  readonly lon: number
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  readonly city: string | null
  readonly country: string | null
  /** Radius in km; null when the source does not say. */
  readonly accuracyKm: number | null
  readonly network: NetworkKind | null
}

/**
 * What is known of one guest before an opening: plain JSON, one for all rule sets, so that any of them can score along.
 * The first four fields are all that `v1` looks at, and they follow every opening, whoever makes it. The others serve
 * later rule sets and learn only from openings that are the guest's own as far as can be told (`isOwn`).
 */
export interface Baseline extends Circle {
  /** Of the first opening that had one. */
  readonly fingerprintDigest: string | null
  /** Of the first opening that had one. */
  readonly ipPrefix: string | null
  /** Openings so far. */
  readonly openings: number
  readonly last: LastPlace | null

  /** Classes of the user agents of own openings, the latest last. */
  readonly agents: readonly string[]
  /** The place of the latest own opening that had one. */
  readonly ownPlace: LastPlace | null
}

export const emptyBaseline: Baseline = {
  fingerprintDigest: null,
  ipPrefix: null,
  openings: 0,
  last: null,
  known: NO_TRACES,
  trusted: NO_TRACES,
  distrusted: NO_TRACES,
  agents: [],
  ownPlace: null,
}

/** @returns the baseline after `opening`. Score the opening against the baseline from before it. */
export function evolveBaseline(baseline: Baseline, opening: Opening): Baseline {
  const own = isOwn(baseline, opening)
  const learned = {
    ...baseline,
    fingerprintDigest: baseline.fingerprintDigest ?? opening.fingerprintDigest,
    ipPrefix: baseline.ipPrefix ?? opening.ipPrefix,
    openings: baseline.openings + 1,
    known: own ? withTraces(baseline.known, opening) : baseline.known,
    agents: own ? remember(baseline.agents, opening.agent) : baseline.agents,
  }
  return placeBaseline(learned, opening, opening.geo)
}

/**
 * Adds the place of an opening that the baseline already counts, for when the place is known only afterwards.
 * @param late whether other openings may have come in between; an older place then replaces no newer one
 */
export function placeBaseline(baseline: Baseline, opening: Opening, geo: Geo | null, late = false): Baseline {
  const place = placeOf(opening, geo)
  if (place === null) return baseline
  const last = late && isNewer(baseline.last, place) ? baseline.last : place
  return {
    ...baseline,
    last,
    ownPlace: isOwn(baseline, opening) ? ownPlaceOf(baseline, place) : baseline.ownPlace,
  }
}

/**
 * Somebody vouched for an opening: its device and its network are the guest's from now on.
 * @param opening one the baseline already counts, with its place if that is known
 */
export function trustOpening(baseline: Baseline, opening: Opening): Baseline {
  const place = placeOf(opening, opening.geo)
  return {
    ...baseline,
    trusted: withTraces(baseline.trusted, opening),
    distrusted: withoutTraces(baseline.distrusted, opening),
    agents: remember(baseline.agents, opening.agent),
    ownPlace: place === null ? baseline.ownPlace : ownPlaceOf(baseline, place),
  }
}

/**
 * Somebody said of an opening that it was not the guest: nothing of it is the guest's any more. It takes back what
 * `trustOpening` added, and also what a stranger who opened first made the baseline believe.
 */
export function distrustOpening(baseline: Baseline, opening: Opening): Baseline {
  const { ownPlace } = baseline
  return {
    ...baseline,
    known: withoutTraces(baseline.known, opening),
    trusted: withoutTraces(baseline.trusted, opening),
    distrusted: withTraces(baseline.distrusted, opening),
    ownPlace: ownPlace?.at === opening.occurredAt ? null : ownPlace,
  }
}

/** The latest by its own time, in whatever order openings arrive. Where an exit stands is nobody's place. */
function ownPlaceOf({ ownPlace }: Baseline, place: LastPlace): LastPlace | null {
  return isExit(place.network) || isNewer(ownPlace, place) ? ownPlace : place
}

function isNewer(known: LastPlace | null, { at }: LastPlace): boolean {
  return known !== null && known.at > at
}

function placeOf({ occurredAt, network = null }: Opening, geo: Geo | null): LastPlace | null {
  if (!isLocated(geo)) return null
  const { lat, lon, city, country, accuracyKm = null } = geo
  return { lat, lon, at: occurredAt, city, country, accuracyKm, network }
}
