import type { Random } from './random.ts'

/**
 * How often what happens. Shares are of 1. Where no source is given the figure is a guess, which is why `perturbed` turns
 * every one of them: what holds in one world only is not worth much.
 */
export const plainWorld = {
  /** Guests who also use a laptop; other guests open on the telephone alone. */
  secondDevice: 0.55,
  /** Openings on the laptop, of those guests. */
  laptopUse: 0.4,
  /** Homes with a second person who opens the invitation too, and how much of the openings. */
  couple: 0.4,
  partnerUse: 0.25,
  /** Guests who live with a guest of the same event, behind one address. */
  sharedHome: 0.2,
  /** Homes with IPv6 beside IPv4, and how often the browser picks it. */
  dualStack: 0.5,
  ipv6Use: 0.5,
  /** Openings before which the provider gave the home another prefix. */
  newLease: 0.03,
  /** Openings of a telephone on mobile data; of a laptop through the telephone, a seventh. */
  mobileData: 0.35,
  work: 0.1,
  publicWifi: 0.05,
  /** Guests who use a VPN, iPhones with a privacy relay, and how much of the openings go through it. */
  vpnGuest: 0.08,
  relayGuest: 0.1,
  exitUse: 0.5,
  /** Openings away from home, reached by train and by plane; the days are long enough for the way. */
  byTrain: 0.06,
  byPlane: 0.03,
  /** Telephones abroad that go on through their carrier at home. */
  homeRouted: 0.7,
  /** Mobile addresses that the data puts into another country. */
  wrongCountry: 0.03,
  /** Browsers that never share device details, and openings where the script did not load. */
  noFingerprint: 0.06,
  fingerprintLost: 0.015,
  /** Openings in the browser of an app, which shows other details; and updates or settings that change a detail. */
  inApp: 0.08,
  changedDetail: 0.02,
  /** Mailboxes whose scanner visits the link; no gesture, hence never scored. */
  mailScanner: 0.35,
  /** Servers' clocks: openings that are timed up to 90 s off, and so out of order now and then. */
  skewedClock: 0.02,
  /** Guests whose link somebody else opens, and how often that is before the guest. */
  attacked: 0.25,
  attackerFirst: 0.04,
  /** How often each kind of attack is, in proportion. */
  forwardedNear: 0.4,
  forwardedFar: 0.2,
  copiedBrowser: 0.25,
  dataCentre: 0.15,
  /** Forwarded within the city: people who open it as visitors, on the guest's own Wi-Fi. */
  visitor: 0.05,
  /** Attackers who copy user agent and language, and get the other details right as well. */
  exactCopy: 0.12,
  /** Attackers who copy and come through a VPN that ends in the guest's country. */
  nearbyVpn: 0.4,
  /** Scripts in data centres that send no device details, and no user agent. */
  bareScript: 0.45,
  noUserAgent: 0.2,
}

export type World = Readonly<typeof plainWorld>

/** km. Medians by arXiv 2605.21937 (fixed 3 to 16, mobile 179 to 207); the spread makes one fixed line in 20 err by 100. */
export const GEO_ERROR_KM = {
  fixed: { median: 8, sigma: 1.5 },
  mobile: { median: 195, sigma: 0.9 },
} as const

/** @returns a world with every share halved, doubled or anything between, 0.9 at most */
export function perturbed(world: World, random: Random): World {
  const turned = Object.entries(world).map(([name, share]) => {
    return [name, Math.min(0.9, share * 2 ** (random.next() * 2 - 1))] as const
  })
  return Object.fromEntries(turned) as World
}

export interface City {
  readonly name: string
  readonly country: string
  readonly language: string
  readonly lat: number
  readonly lon: number
  /** How many guests live there, in proportion. */
  readonly guests: number
}

const rows = `Lagos NG en 6.45 3.39 20|Ibadan NG en 7.38 3.95 5|Abuja NG en 9.06 7.5 6|Port-Harcourt NG en 4.82 7.05 3
London GB en 51.51 -0.13 12|Manchester GB en 53.48 -2.24 5|Birmingham GB en 52.48 -1.9 4|Glasgow GB en 55.86 -4.25 3
Paris FR fr 48.86 2.35 9|Lyon FR fr 45.76 4.84 4|Marseille FR fr 43.3 5.37 3|Bordeaux FR fr 44.84 -0.58 2
Berlin DE de 52.52 13.4 9|Hamburg DE de 53.55 9.99 5|Munich DE de 48.14 11.58 6|Cologne DE de 50.94 6.96 5
Madrid ES es 40.42 -3.7 6|Barcelona ES es 41.39 2.17 5|Valencia ES es 39.47 -0.38 3|Milan IT it 45.46 9.19 5
Rome IT it 41.9 12.5 5|Naples IT it 40.85 14.27 3|New-York US en 40.71 -74.01 10|Chicago US en 41.88 -87.63 5
Los-Angeles US en 34.05 -118.24 7|Houston US en 29.76 -95.37 4|Atlanta US en 33.75 -84.39 4|Toronto CA en 43.65 -79.38 5
Montreal CA fr 45.5 -73.57 3|Mumbai IN en 19.08 72.88 5|Delhi IN en 28.61 77.21 5|Nairobi KE en -1.29 36.82 4
Mombasa KE en -4.04 39.67 1|Accra GH en 5.6 -0.19 4|Kumasi GH en 6.69 -1.62 2|Vienna AT de 48.21 16.37 3
Zurich CH de 47.38 8.54 3|Warsaw PL pl 52.23 21.01 4|Krakow PL pl 50.06 19.94 2|Sao-Paulo BR pt -23.55 -46.63 5`

export const CITIES: readonly City[] = rows.split(/[|\n]/).map((row) => {
  const [name = '', country = '', language = '', ...numbers] = row.split(' ')
  const [lat = 0, lon = 0, guests = 0] = numbers.map(Number)
  return { name, country, language, lat, lon, guests }
})
