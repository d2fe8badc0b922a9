import type { Manifest, ManifestGuest } from '@contracts/door-offline.ts'
import { PassKeys } from './pass-keys.ts'

/** What is known of the event and of how far the manifest goes; kept sealed beside the guests. */
export interface RosterHead {
  readonly event: Manifest['event']
  readonly gate: string
  readonly keys: Manifest['keys']
  readonly cursor: string
  /** Seats for guests who are on no list, null without a limit; undefined where an earlier version kept this. */
  readonly seatsLeft?: number | null | undefined
  /** Guests of the event in all. */
  readonly total: number
  /** Every answer has come: who is not here is on no list. */
  readonly complete: boolean
}

/** How many of a party are inside, of whom the server told so many. */
export type Inside = (guestId: string, told: number) => number

type LastArrival = NonNullable<ManifestGuest['lastArrival']>

/** Most guests that a search shows, as online. */
const FOUND_AT_MOST = 20

/** The guests of an event in memory, as the manifest and this device know them. */
export class Roster {
  readonly #guests = new Map<string, ManifestGuest>()
  readonly #byCode = new Map<string, string>()
  #head: RosterHead
  #keys: PassKeys

  constructor(head: RosterHead, guests: Iterable<ManifestGuest> = []) {
    this.#head = head
    this.#keys = new PassKeys(head.keys)
    for (const guest of guests) this.#put(guest)
  }

  get head(): RosterHead {
    return this.#head
  }

  get keys(): PassKeys {
    return this.#keys
  }

  get size(): number {
    return this.#guests.size
  }

  /** Some of the guests did not come yet: who is not here may be on the list all the same. */
  get partial(): boolean {
    return !this.#head.complete || this.size < this.#head.total
  }

  get guests(): ManifestGuest[] {
    return [...this.#guests.values()]
  }

  guest(id: string): ManifestGuest | null {
    return this.#guests.get(id) ?? null
  }

  /** @param hash see `ManifestGuest.codes` */
  guestOfCode(hash: string): ManifestGuest | null {
    return this.guest(this.#byCode.get(hash) ?? '')
  }

  /**
   * Takes an answer of the server in.
   * @param inside counts those who were let in here and whom the server may not know of yet
   * @returns what the records of the guests now have to say
   */
  apply(answer: Manifest, inside: Inside): ManifestGuest[] {
    if (answer.reset) {
      this.#guests.clear()
      this.#byCode.clear()
    }
    const { event, gate, keys, cursor, seatsLeft, total } = answer
    if (JSON.stringify(keys) !== JSON.stringify(this.#head.keys)) this.#keys = new PassKeys(keys)
    this.#head = { event, gate, keys, cursor, seatsLeft, total, complete: !answer.more }
    const guests = answer.guests.map((guest) => ({ ...guest, arrived: inside(guest.id, guest.arrived) }))
    for (const guest of guests) this.#put(guest)
    return guests
  }

  /**
   * Notes that people came in, or with a negative count that they did not after all.
   * @returns the guest as it is now known, null when it is not on the list
   */
  raise(id: string, count: number, lastArrival: LastArrival | null): ManifestGuest | null {
    const guest = this.guest(id)
    if (guest === null) return null
    // Who was let in is refused no more; that one who was taken back was refused before, the server tells.
    const turnedAway = count > 0 ? null : (guest.turnedAway ?? null)
    return this.#put({ ...guest, arrived: Math.max(guest.arrived + count, 0), lastArrival, turnedAway })
  }

  /** Notes what the server, or somebody at this gate, said of a guest just now. */
  learn(
    id: string,
    known: Partial<Pick<ManifestGuest, 'arrived' | 'lastArrival' | 'turnedAway'>>,
  ): ManifestGuest | null {
    const guest = this.guest(id)
    return guest === null ? null : this.#put({ ...guest, ...known })
  }

  /** Guests with all parts of the text somewhere in their name or in one of their party, by name. */
  search(text: string): ManifestGuest[] {
    const parts = plain(text).split(/\s+/)
    return this.guests
      .filter(({ name, names, admission }) => {
        if (name === null || admission === 'removed') return false
        const all = plain([name, ...names].join(' '))
        return parts.every((part) => all.includes(part))
      })
      .sort((one, other) => (one.name ?? '').localeCompare(other.name ?? ''))
      .slice(0, FOUND_AT_MOST)
  }

  /** Guests of exactly this name, or with somebody of it in their party. */
  named(text: string): ManifestGuest[] {
    const wanted = whole(text)
    return this.guests.filter(
      ({ name, names, admission }) =>
        admission !== 'removed' && [name ?? '', ...names].some((each) => whole(each) === wanted),
    )
  }

  /** Seats for guests who are on no list; null without a limit, and where nobody can say. */
  get seatsLeft(): number | null {
    const { seatsLeft } = this.#head
    if (seatsLeft !== undefined) return seatsLeft
    // An earlier version was not told: while somebody waits for a seat there is none left.
    const waiting = ({ answered, admission }: ManifestGuest) =>
      answered === 'waitlisted' && admission !== 'removed'
    return this.guests.some(waiting) ? 0 : null
  }

  #put(guest: ManifestGuest): ManifestGuest {
    for (const code of this.#guests.get(guest.id)?.codes ?? []) this.#byCode.delete(code)
    for (const code of guest.codes) this.#byCode.set(code, guest.id)
    this.#guests.set(guest.id, guest)
    return guest
  }
}

const whole = (name: string): string => plain(name).split(/\s+/).join(' ')

/** Without accents and case: "Müller" is found as "muller". */
const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase().trim()
