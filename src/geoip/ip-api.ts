import { LRUCache } from 'lru-cache'
import { z } from 'zod'
import { DAY, MINUTE, SECOND, steadyClock } from '../kernel/time.ts'
import { publicAddress } from './address.ts'
import { createBreaker } from './breaker.ts'
import { plausiblePlace, type Place } from './place.ts'
import type { GeoResolver, Warn } from './resolver.ts'

export interface IpApiOptions {
  /** Default `http://ip-api.com`: the free service has no TLS, and is for non-commercial use only. */
  readonly baseUrl?: string
  /** ms for one request; default 1500. A caller with a smaller budget brings a signal. */
  readonly timeoutMs?: number
  /** Times the pauses, in ms; only differences matter. */
  readonly clock?: { now(): number }
}

/** Addresses remembered, a day each: data of this kind changes monthly, and 45 requests a minute are soon spent. */
const REMEMBERED = 10_000

/** Requests under way at once; further addresses have no place this time. Waiting in line would cost the guest. */
const AT_ONCE = 4

/** A pause when the service says "too many" and not for how long; its window is one minute. */
const DEFAULT_PAUSE = MINUTE

/** https://ip-api.com/docs/api:json */
const answer = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('success'),
    countryCode: z.unknown(),
    city: z.unknown(),
    lat: z.unknown(),
    lon: z.unknown(),
  }),
  z.object({ status: z.literal('fail') }),
])

/** The service ip-api.com, only by choice: it is told the address of every guest. */
export function ipApiResolver(options: IpApiOptions, warn: Warn): GeoResolver {
  const { baseUrl = 'http://ip-api.com', timeoutMs = 1.5 * SECOND, clock = steadyClock } = options
  const known = new LRUCache<string, { place: Place | null }>({ max: REMEMBERED, ttl: DAY })
  const underWay = new Map<string, Promise<Place | null>>()
  const breaker = createBreaker(clock)
  const closing = new AbortController()

  const ask = async (address: string): Promise<Place | null> => {
    try {
      const response = await fetch(`${baseUrl}/json/${address}?fields=status,countryCode,city,lat,lon`, {
        signal: AbortSignal.any([closing.signal, AbortSignal.timeout(timeoutMs)]),
        redirect: 'error',
      })
      const place = await readAnswer(response)
      breaker.succeeded()
      known.set(address, { place })
      if (response.headers.get('x-rl') === '0') breaker.pause(pauseOf(response))
      return place
    } catch (error) {
      if (closing.signal.aborted) return null
      if (error instanceof TooManyRequests) {
        breaker.pause(error.pauseMs)
        warn(`geoip: ip-api.com wants fewer requests; not asked for ${seconds(error.pauseMs)}`)
        return null
      }
      const rest = breaker.failed()
      if (rest > 0) warn(`geoip: ip-api.com fails (${String(error)}); not asked for ${seconds(rest)}`)
      return null
    }
  }

  const start = (address: string): Promise<Place | null> | null => {
    if (closing.signal.aborted || underWay.size >= AT_ONCE || !breaker.allows()) return null
    const asked = ask(address).finally(() => underWay.delete(address))
    underWay.set(address, asked)
    return asked
  }

  return {
    async lookup(ip, { signal } = {}) {
      const address = publicAddress(ip)
      if (address === null) return null
      const remembered = known.get(address)
      if (remembered !== undefined) return remembered.place
      const asked = underWay.get(address) ?? start(address)
      if (asked === null) return null
      return signal === undefined ? asked : unlessAborted(asked, signal)
    },
    describe: () => ({
      provider: 'ipapi',
      attribution: 'IP Geolocation by ip-api.com',
      attributionUrl: 'https://ip-api.com',
    }),
    close: () => {
      closing.abort()
      known.clear()
    },
  }
}

class TooManyRequests extends Error {
  readonly pauseMs: number

  constructor(pauseMs: number) {
    super('too many requests')
    this.pauseMs = pauseMs
  }
}

/** @throws TooManyRequests, or an error for any answer that is not one of the documented ones */
async function readAnswer(response: Response): Promise<Place | null> {
  if (!response.ok) {
    await response.body?.cancel()
    if (response.status === 429) throw new TooManyRequests(pauseOf(response))
    throw new Error(`status ${String(response.status)}`)
  }
  const said = answer.parse(await response.json())
  if (said.status === 'fail') return null
  return plausiblePlace({
    country: said.countryCode,
    city: said.city,
    lat: said.lat,
    lon: said.lon,
    accuracyKm: null,
  })
}

/** @returns ms until the service's window starts anew: its `X-Ttl` in seconds, at most an hour (its longest ban) */
function pauseOf(response: Response): number {
  const ttl = Number(response.headers.get('x-ttl') ?? Number.NaN)
  return ttl > 0 ? Math.min(ttl * SECOND, 60 * MINUTE) : DEFAULT_PAUSE
}

/** The request goes on without its caller, so that a later look (the late scoring of this opening) finds the answer. */
function unlessAborted(asked: Promise<Place | null>, signal: AbortSignal): Promise<Place | null> {
  if (signal.aborted) return Promise.resolve(null)
  return new Promise((resolve) => {
    const giveUp = (): void => {
      resolve(null)
    }
    signal.addEventListener('abort', giveUp, { once: true })
    void asked.then((place) => {
      signal.removeEventListener('abort', giveUp)
      resolve(place)
    })
  })
}

function seconds(ms: number): string {
  return `${String(Math.round(ms / SECOND))} s`
}
