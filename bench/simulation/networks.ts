import type { NetworkKind } from '../../src/scoring/network.ts'
import type { Geo } from '../../src/scoring/opening.ts'
import type { Random } from './random.ts'
import { CITIES, GEO_ERROR_KM, type City, type World } from './world.ts'

export interface Network {
  readonly prefix: string
  readonly kind: NetworkKind
  /** Where the data puts every address of the prefix. */
  readonly geo: Geo
}

/** Prefixes of one carrier for one city; the gateway changes the prefix from one session to the next. */
const PREFIXES_OF_CARRIER = 6
const CARRIERS = 3
/** Of each VPN and relay service and data centre in a city, which all of their users share. */
const EXITS = 4

/**
 * The internet of one simulation. A prefix has one place, wherever its users are: that is how the data works. Every pool
 * of addresses (a provider or a carrier in a city, a VPN service) has two blocks of its own.
 */
export class Networks {
  private readonly prefixes = new Map<string, Network>()
  private readonly pools = new Map<string, number>()
  private readonly random: Random
  private readonly world: World

  constructor(random: Random, world: World) {
    this.random = random
    this.world = world
  }

  /** A fixed line of one of the city's three providers. Lines share a prefix in IPv4 only. */
  home(city: City, version: 4 | 6 = 4): Network {
    const pool = `${city.name}, provider ${String(this.random.zipf(3))}, ${String(version)}`
    return this.of(pool, this.random.int(version === 4 ? 400 : 60_000), 'residential', city, version)
  }

  /** A café, a hotel, an office: one of forty in the city, which other guests use too. */
  shared(city: City): Network {
    return this.of(`${city.name}, shared`, this.random.int(40), 'residential', city)
  }

  /** The gateway changes from one session to the next. */
  mobile(city: City, carrier: number): Network {
    const pool = `${city.name}, carrier ${String(carrier)}`
    return this.of(pool, this.random.int(PREFIXES_OF_CARRIER), 'mobile', city)
  }

  carrier(): number {
    return this.random.zipf(CARRIERS)
  }

  /** @param near the city in whose country an exit is chosen; anywhere without one */
  exit(kind: 'vpn' | 'relay' | 'hosting', near?: City): Network {
    const city = near === undefined ? this.random.pick(CITIES) : this.cityIn(near.country)
    return this.of(`${city.name}, ${kind}`, this.random.int(EXITS), kind, city)
  }

  cityIn(country: string): City {
    return this.random.pick(CITIES.filter((city) => city.country === country))
  }

  private of(pool: string, part: number, kind: NetworkKind, city: City, version: 4 | 6 = 4): Network {
    const prefix = this.prefixIn(pool, part, version)
    const known = this.prefixes.get(prefix)
    if (known !== undefined) return known
    const network = { prefix, kind, geo: this.located(city, kind) }
    this.prefixes.set(prefix, network)
    return network
  }

  private prefixIn(pool: string, part: number, version: 4 | 6): string {
    let number = this.pools.get(pool)
    if (number === undefined) this.pools.set(pool, (number = this.pools.size))
    const block = 2 * number + (part % 2)
    if (version === 6) return `2a00:${(0x1000 + block).toString(16)}:${part.toString(16)}::/64`
    return `${String(11 + (block >> 8))}.${String(block & 255)}.${String(part >> 1)}.0/24`
  }

  private located(city: City, kind: NetworkKind): Geo {
    if (kind === 'mobile' && this.random.chance(this.world.wrongCountry)) {
      return geoOf(this.random.pick(CITIES), 0, 0)
    }
    const { median, sigma } = GEO_ERROR_KM[kind === 'mobile' ? 'mobile' : 'fixed']
    const error = Math.min(1_500, this.random.logNormal(median, sigma))
    return geoOf(city, error, this.random.next() * 2 * Math.PI)
  }
}

/** The city's place, off by `error` km in a direction. The data of today gives no radius. */
function geoOf(city: City, error: number, direction: number): Geo {
  const kmOfDegree = 111.2
  const lat = city.lat + (error * Math.cos(direction)) / kmOfDegree
  const lon = city.lon + (error * Math.sin(direction)) / (kmOfDegree * Math.cos((city.lat * Math.PI) / 180))
  return { country: city.country, city: city.name, lat, lon }
}
