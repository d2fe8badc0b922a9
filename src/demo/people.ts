import { addressIn, type City } from './networks.ts'
import { deviceOf, type Device } from './devices.ts'

/** Invented people. Any likeness is chance; addresses and numbers are of ranges that nobody can have. */
const names = {
  Lyon: [
    'Amara Diallo',
    'Théo Lacombe',
    'Oluwaseun Adeyemi',
    'Margaux Fontanel',
    'Hugo Berthier',
    'Nadia Benslimane',
    'Lucien Morvan',
    'Yuki Tanabe',
    'Clémence Aubertin',
    'Rafael Quintela',
    'Salomé Vidalin',
    'Gaspard Tissot',
    'Leïla Hamdani',
    'Bastien Roncal',
    'Anouk Delvaux',
    'Idriss Mokrani',
    'Solène Garrigue',
    'Paulin Escoffet',
    'Mireille Astruc',
    'Kofi Ansah',
    'Faustine Larroque',
    'Émile Chastang',
    'Zineb Ouhabi',
    'Adrien Valcourt',
    'Colette Perrachon',
    'Thanh Nguyen-Roche',
    'Victoire Sabran',
    'Baptiste Fayolle',
    'Rosalie Combaz',
    'Malik Traoré',
    'Jeanne Ollagnier',
    'Florent Desgranges',
    'Ottilie Bonnafous',
    'Sacha Reverdy',
  ],
  Paris: [
    'Inès Marchand',
    'Corentin Ferrandi',
    'Awa Sarr',
    'Delphine Castellan',
    'Mathis Rougemont',
    'Camille Oberlin',
    'Farid Belkacem',
    'Héloïse Gantier',
    'Nathan Zerbib',
    'Apolline Merle',
    'Quentin Lavigne',
    'Soraya Kaddour',
    'Étienne Vasseur',
    'Lou Carpentras',
    'Djibril Camara',
    'Violette Hénault',
    'Armand Teyssier',
    'Mei-Lin Zhou',
    'Raphaëlle Doucet',
    'Ismaël Touré',
    'Capucine Brévent',
    'Joachim Lantier',
  ],
  Marseille: [
    'Lina Cassar',
    'Marius Olive-Roux',
    'Samira Attali',
    'Enzo Pagani',
    'Noémie Giraudon',
    'Karim Zeroual',
  ],
  Grenoble: [
    'Elsa Montfort',
    'Tristan Vercors',
    'Maud Belledonne',
    'Rémi Drac',
    'Asma Chérif',
    'Pauline Isère-Blanc',
  ],
  Geneva: [
    'Beat Aeschlimann',
    'Chiara Bernasca',
    'Luca Monnard',
    'Helene Brunschwyler',
    'Aurélie Jaccoud',
    'Selim Arslan',
  ],
  London: [
    'Priya Raman',
    'Jonah Whitlock',
    'Beatrice Okonjo',
    'Callum Thackeray',
    'Zara Siddiqui',
    'Edmund Hargrave',
    'Mei Kessington',
    'Tunde Bakare-Holt',
  ],
  Edinburgh: ['Isla Drummond', 'Fergus Mackintyre', 'Morag Dunsyre'],
  Berlin: [
    'Katrin Vogelsang',
    'Jonas Heidkamp',
    'Emre Yildirim',
    'Lotte Brandauer',
    'Milan Petrovic',
    'Annika Seefeld',
  ],
  Milan: ['Matteo Ricciardi', 'Giulia Santarosa', 'Davide Bellacorte', 'Elena Moretta', 'Tommaso Gherardi'],
  Barcelona: ['Núria Casadevall', 'Pol Ferrerons', 'Lucía Berenguel', 'Oriol Puigvert'],
  Lisbon: ['Beatriz Alcoforado', 'Tiago Serralva', 'Marta Vilarinho', 'Rui Castanheda'],
  Brussels: ['Lotte Vandermeulen', 'Aymeric Dubrulle', 'Fatou Mbaye', 'Pieter Claerhout'],
  Amsterdam: ['Sanne Hoogland', 'Daan Verkuijl', 'Femke Ostrander'],
  Copenhagen: ['Freja Lindqvist', 'Mikkel Østerby'],
  Montreal: ['Maxime Thibodeau', 'Geneviève Laframboise'],
  'New York': ['Naomi Castellano', 'Elijah Brookfield'],
  Dakar: ['Mariama Ndoye'],
  Casablanca: ['Yasmine Berrada', 'Omar Lahlou'],
} as const satisfies Partial<Record<City, readonly string[]>>

interface Country {
  readonly language: string
  readonly timezone: string
  /** A number reserved for fiction; null where none is known. `n` is below 100. */
  readonly phone: ((n: number) => string) | null
}

const two = (n: number): string => String(n).padStart(2, '0')

// Reserved by ARCEP (06 39 98), Ofcom (07700 900), NANPA (555-01) and PTS, for films and examples.
const FRANCE = { language: 'fr-FR', timezone: 'Europe/Paris', phone: (n: number) => `+336399812${two(n)}` }
const BRITAIN = { language: 'en-GB', timezone: 'Europe/London', phone: (n: number) => `+4477009001${two(n)}` }

const countries: Readonly<Record<keyof typeof names, Country>> = {
  Lyon: FRANCE,
  Paris: { ...FRANCE, phone: (n) => `+336399834${two(n)}` },
  Marseille: { ...FRANCE, phone: (n) => `+336399856${two(n)}` },
  Grenoble: { ...FRANCE, phone: (n) => `+336399878${two(n)}` },
  Geneva: { language: 'fr-CH', timezone: 'Europe/Zurich', phone: null },
  London: BRITAIN,
  Edinburgh: { ...BRITAIN, phone: (n) => `+4477009004${two(n)}` },
  Berlin: { language: 'de-DE', timezone: 'Europe/Berlin', phone: null },
  Milan: { language: 'it-IT', timezone: 'Europe/Rome', phone: null },
  Barcelona: { language: 'ca-ES', timezone: 'Europe/Madrid', phone: null },
  Lisbon: { language: 'pt-PT', timezone: 'Europe/Lisbon', phone: null },
  Brussels: { language: 'fr-BE', timezone: 'Europe/Brussels', phone: null },
  Amsterdam: { language: 'nl-NL', timezone: 'Europe/Amsterdam', phone: null },
  Copenhagen: { language: 'da-DK', timezone: 'Europe/Copenhagen', phone: null },
  Montreal: { language: 'fr-CA', timezone: 'America/Toronto', phone: (n) => `+151455501${two(n)}` },
  'New York': { language: 'en-US', timezone: 'America/New_York', phone: (n) => `+121255501${two(n)}` },
  Dakar: { language: 'fr-SN', timezone: 'Africa/Dakar', phone: null },
  Casablanca: { language: 'fr-MA', timezone: 'Africa/Casablanca', phone: null },
}

export interface Person {
  /** Letters and dashes; never changes, because ids are made from it. */
  readonly key: string
  readonly name: string
  readonly city: City
  /** Null for those who left only a number. */
  readonly email: string | null
  /** E.164. */
  readonly phone: string | null
  readonly laptop: Device
  readonly mobile: Device
  /** Address of the line at home, which all devices there share. */
  readonly home: string
  /** Address of the phone when it is not at home, in the same city. */
  readonly away: string
}

function personOf(name: string, city: keyof typeof names, index: number): Person {
  const plain = name.normalize('NFKD').replaceAll(/\p{M}/gu, '').replaceAll('Ø', 'O').toLowerCase()
  const key = plain.replaceAll(/[^a-z]+/g, '-')
  const { language, timezone, phone } = countries[city]
  // Every third leaves a number where there are such numbers, and some of those nothing else.
  const number = phone !== null && index % 3 === 1 ? phone(index) : null
  const domain = ['example.org', 'example.com', 'example.net'][index % 3] ?? 'example.org'
  const onlyPhone = number !== null && index % 6 === 4
  return {
    key,
    name,
    city,
    email: onlyPhone ? null : `${plain.replaceAll(/[^a-z-]+/g, '.')}@${domain}`,
    phone: number,
    laptop: deviceOf('laptop', key, language, timezone),
    mobile: deviceOf('phone', key, language, timezone),
    home: addressIn(city, key),
    away: addressIn(city, key, 1),
  }
}

/** All 120, in the order of the list above. */
export const people: readonly Person[] = (
  Object.entries(names) as [keyof typeof names, readonly string[]][]
).flatMap(([city, inCity]) => inCity.map((name, index) => personOf(name, city, index)))

/** @throws Error for a name that is not on the list */
export function personNamed(name: string): Person {
  const found = people.find((person) => person.name === name)
  if (found === undefined) throw new Error(`nobody is called ${name}`)
  return found
}
