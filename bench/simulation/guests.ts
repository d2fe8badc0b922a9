import { DAY, HOUR, MINUTE } from '../../src/kernel/time.ts'
import { distanceKm } from '../../src/scoring/distance.ts'
import { inApp, laptop, phone, type Device } from './devices.ts'
import type { Network, Networks } from './networks.ts'
import type { Random } from './random.ts'
import { CITIES, type City, type World } from './world.ts'

/** Somebody with a home, a telephone and habits. */
export interface Person {
  readonly city: City
  readonly phone: Device
  readonly laptop: Device | null
  readonly partnersPhone: Device | null
  home: Network
  readonly homeIpv6: Network | null
  readonly work: Network
  readonly carrier: number
  readonly exit: 'vpn' | 'relay' | null
  readonly sharesDetails: boolean
}

/** One opening before anything is lost or mistimed. */
export interface Visit {
  /** Milliseconds since the Unix epoch. */
  at: number
  /** Null for a browser that shows no details of its device. */
  readonly device: Device | null
  readonly userAgent: string | null
  readonly network: Network
}

const INVITED = Date.UTC(2026, 4, 1)

export function person(random: Random, world: World, networks: Networks, city: City, home?: Network): Person {
  const own = phone(random, city.language)
  const relay = own.userAgent.includes('iPhone') && random.chance(world.relayGuest)
  return {
    city,
    phone: own,
    laptop: random.chance(world.secondDevice) ? laptop(random, city.language) : null,
    partnersPhone: random.chance(world.couple) ? phone(random, city.language) : null,
    home: home ?? networks.home(city),
    homeIpv6: random.chance(world.dualStack) ? networks.home(city, 6) : null,
    work: networks.shared(city),
    carrier: networks.carrier(),
    exit: random.chance(world.vpnGuest) ? 'vpn' : relay ? 'relay' : null,
    sharesDetails: !random.chance(world.noFingerprint),
  }
}

/** A guest looks when the invitation comes, again when answering, after reminders and on the day. */
export function honestVisits(random: Random, world: World, networks: Networks, guest: Person): Visit[] {
  const visits: Visit[] = []
  let at = INVITED + random.next() * 10 * DAY
  let here = guest.city
  const count = 1 + Math.min(14, Math.floor(random.exponential(3.5)))
  while (visits.length < count) {
    at += random.chance(0.5) ? random.logNormal(25 * MINUTE, 1.2) : random.exponential(3 * DAY)
    const there = nextCity(random, world, networks, guest.city)
    at += travelTime(here, there)
    here = there
    visits.push(visitOf(random, world, networks, guest, here, at))
  }
  return visits
}

function nextCity(random: Random, world: World, networks: Networks, home: City): City {
  if (random.chance(world.byPlane)) return random.pick(CITIES)
  return random.chance(world.byTrain) ? networks.cityIn(home.country) : home
}

/** By train up to 600 km, beyond by plane; two hours and more from door to door. */
function travelTime(from: City, to: City): number {
  if (from === to) return 0
  const km = distanceKm(from.lat, from.lon, to.lat, to.lon)
  return km < 600 ? HOUR + (km / 140) * HOUR : 4 * HOUR + (km / 780) * HOUR
}

export function visitOf(
  random: Random,
  world: World,
  networks: Networks,
  who: Person,
  here: City,
  at: number,
): Visit {
  const partner = here === who.city && random.chance(world.partnerUse) ? who.partnersPhone : null
  const ownLaptop = partner === null && random.chance(world.laptopUse) ? who.laptop : null
  const onLaptop = ownLaptop !== null
  const device = partner ?? ownLaptop ?? who.phone
  if (random.chance(world.newLease)) who.home = networks.home(who.city)
  const network = networkOf(random, world, networks, who, here, onLaptop)
  const shown = random.chance(world.inApp) ? inApp(device) : device
  const changed = random.chance(world.changedDetail) ? { ...shown, language: `${shown.language}*` } : shown
  const silent = !who.sharesDetails || random.chance(world.fingerprintLost)
  return { at, device: silent ? null : changed, userAgent: changed.userAgent, network }
}

function networkOf(
  random: Random,
  world: World,
  networks: Networks,
  who: Person,
  here: City,
  onLaptop: boolean,
): Network {
  const away = here !== who.city
  if (who.exit !== null && random.chance(world.exitUse)) {
    return networks.exit(who.exit, who.exit === 'relay' || random.chance(0.5) ? here : undefined)
  }
  if (random.chance(onLaptop ? world.mobileData / 7 : world.mobileData)) {
    const abroad = here.country !== who.city.country
    return networks.mobile(abroad && random.chance(world.homeRouted) ? who.city : here, who.carrier)
  }
  if (away || random.chance(world.publicWifi)) return networks.shared(here)
  if (random.chance(onLaptop ? 2 * world.work : world.work)) return who.work
  return who.homeIpv6 !== null && random.chance(world.ipv6Use) ? who.homeIpv6 : who.home
}
