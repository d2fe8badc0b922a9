import { HOUR, MINUTE } from '../../src/kernel/time.ts'
import { headless, inApp, phone, type Device } from './devices.ts'
import { person, visitOf, type Person, type Visit } from './guests.ts'
import type { Network, Networks } from './networks.ts'
import type { Random } from './random.ts'
import { CITIES, type World } from './world.ts'

/** Who opens a link that is not theirs, with the name of its share in a world. */
const SHARES = {
  'forwarded, same city': 'forwardedNear',
  'forwarded, other country': 'forwardedFar',
  'copied browser': 'copiedBrowser',
  'data centre': 'dataCentre',
} as const satisfies Readonly<Record<string, keyof World>>

export type Attack = keyof typeof SHARES

export const ATTACKS = Object.keys(SHARES) as Attack[]

/** @returns the kind of attack on a guest's link; null for most guests, whose link nobody else opens */
export function drawAttack(random: Random, world: World): Attack | null {
  if (!random.chance(world.attacked)) return null
  return random.weighted(ATTACKS.map((attack) => [attack, world[SHARES[attack]]] as const))
}

/** @returns one to three openings by one attacker, some hours after an opening of the guest, seldom before the first */
export function attackVisits(
  random: Random,
  world: World,
  networks: Networks,
  guest: Person,
  honest: readonly Visit[],
  attack: Attack,
): Visit[] {
  const first = honest[0]?.at ?? 0
  const after = random.pick(honest).at + random.logNormal(6 * HOUR, 1.5)
  let at = random.chance(world.attackerFirst) ? first - random.next() * 12 * HOUR : after
  const visit = STYLES[attack](random, world, networks, guest)
  const visits: Visit[] = []
  for (let left = 1 + random.int(3); left > 0; left--) {
    visits.push(visit(at))
    at += random.logNormal(40 * MINUTE, 1.3)
  }
  return visits
}

type Style = (random: Random, world: World, networks: Networks, guest: Person) => (at: number) => Visit

const STYLES: Readonly<Record<Attack, Style>> = {
  'forwarded, same city': (random, world, networks, guest) => {
    const friend = person(random, world, networks, guest.city)
    const visiting = random.chance(world.visitor)
    return (at) => {
      const visit = visitOf(random, world, networks, friend, guest.city, at)
      return visiting ? { ...visit, network: guest.home } : visit
    }
  },
  'forwarded, other country': (random, world, networks, guest) => {
    const cities = CITIES.filter((city) => city.country !== guest.city.country)
    const stranger = person(random, world, networks, random.pick(cities))
    return (at) => visitOf(random, world, networks, stranger, stranger.city, at)
  },
  'copied browser': (random, world, networks, guest) => {
    const network = farNetwork(random, world, networks, guest)
    const device = copyOf(random, world, guest.phone, phone(random, guest.city.language))
    return (at) => ({ at, device, userAgent: device.userAgent, network })
  },
  'data centre': (random, world, networks) => {
    const network = networks.exit('hosting')
    const device = random.chance(world.bareScript) ? null : headless(random)
    const userAgent = random.chance(world.noUserAgent) ? null : headless(random).userAgent
    return (at) => ({ at, device, userAgent, network })
  },
}

function farNetwork(random: Random, world: World, networks: Networks, guest: Person): Network {
  if (random.chance(world.nearbyVpn)) return networks.exit('vpn', guest.city)
  return networks.home(random.chance(0.5) ? networks.cityIn(guest.city.country) : random.pick(CITIES))
}

/** User agent and language are told to every site; the hardware has to be guessed, which is easy for an iPhone. */
function copyOf(random: Random, world: World, original: Device, own: Device): Device {
  const seen = random.chance(world.inApp) ? inApp(original) : original
  if (random.chance(world.exactCopy)) return seen
  const alike = own.hardware.startsWith(original.hardware.split('-')[0] ?? '')
  return { ...seen, hardware: alike ? own.hardware : `guess-${String(random.int(20))}` }
}
