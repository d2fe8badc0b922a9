import { setTimeout as sleep } from 'node:timers/promises'
import type { AnswerGiven, Invitee } from './evidence.ts'
import { doorStep, hostStep, phoneStep, type HostStep } from './script.ts'
import { Client, type Tale } from './tale.ts'

/** A guest as those who take part in the story know them. */
interface KnownGuest {
  readonly id: string
  token: string | null
  passCode: string | null
}

/** An event as those who take part know it. Guests stand in the order in which the host thought of them. */
export class Occasion {
  readonly name: string
  id = ''
  readonly guests: (KnownGuest | undefined)[] = []
  ticket: string | undefined
  /** Guests who were thought of so far. */
  thoughtOf = 0

  constructor(name: string) {
    this.name = name
  }

  next(plusOnes: number): Invitee & { readonly at: number } {
    const at = this.thoughtOf
    this.thoughtOf += 1
    return { at, name: `Guest ${String(at)}`, email: `${this.name}-${String(at)}@example.org`, plusOnes }
  }
}

/** Milliseconds between two steps of somebody, at most. */
const PAUSE = 120

async function goOn(tale: Tale, client: Client, step: () => Promise<void>): Promise<void> {
  while (!tale.over) {
    await step()
    await sleep(client.waits.int(0, PAUSE))
  }
}

/** What is asked of a host, one thing after the other. */
export class Host {
  readonly #tale: Tale
  readonly #client: Client
  readonly #occasion: Occasion
  #session: string | undefined

  constructor(tale: Tale, occasion: Occasion, number: number) {
    this.#tale = tale
    this.#client = new Client(tale, `host-${occasion.name}`, `10.1.0.${String(number + 1)}`)
    this.#occasion = occasion
  }

  /** Registers, makes the event and invites the first guests. @returns false when that was not possible */
  async begin(maxCapacity: number): Promise<boolean> {
    const email = `host-${this.#occasion.name}@example.org`
    const json = { email, password: 'correct horse battery', name: 'Ada Lovelace' }
    await this.#client.ask({ kind: 'register', email }, { method: 'POST', path: '/api/auth/register', json })
    // Also who was not told: the account is there, or this fails and with it the story.
    const login = { method: 'POST', path: '/api/auth/login', json: { email, password: json.password } }
    this.#session = (await this.#client.read<{ token: string }>(login))?.token
    const details = { name: this.#occasion.name, eventDate: '2030-06-20T19:00:00Z', maxCapacity }
    const asked = { kind: 'create_event', name: this.#occasion.name, maxCapacity } as const
    const created = await this.#ask(asked, 'POST', '/api/events', details)
    this.#occasion.id = created?.body.id ?? ''
    if (this.#occasion.id === '') return false
    await this.#ask({ kind: 'publish', ...this.#of }, 'POST', `${this.#path}/publish`)
    await this.#issueTicket()
    await this.#step({ kind: 'import', plusOnes: Array.from({ length: 16 }, (_, at) => at % 4) })
    for (const plusOnes of [0, 1, 2, 3]) await this.#step({ kind: 'add_guest', plusOnes })
    return true
  }

  async act(): Promise<void> {
    const dice = this.#tale.diceOf(`host-${this.#occasion.name}`)
    await goOn(this.#tale, this.#client, () => this.#step(hostStep(dice)))
  }

  get #of() {
    return { eventId: this.#occasion.id }
  }

  get #path() {
    return `/api/events/${this.#occasion.id}`
  }

  #ask(
    asked: Parameters<Client['ask']>[0],
    method: string,
    path: string,
    json?: unknown,
  ): Promise<AnswerGiven | null> {
    const body = json === undefined ? {} : { json }
    return this.#client.ask(asked, { method, path, bearer: this.#session, ...body })
  }

  async #issueTicket(): Promise<void> {
    const gate = 'Main entrance'
    const path = `${this.#path}/scanner-ticket`
    const issued = await this.#ask({ kind: 'issue_ticket', gate, ...this.#of }, 'POST', path, { gate })
    this.#occasion.ticket = (issued?.body as { ticket?: string } | undefined)?.ticket
  }

  async #step(step: HostStep): Promise<void> {
    switch (step.kind) {
      case 'add_guest':
        return this.#addGuest(step.plusOnes)
      case 'import':
        return this.#import(step.plusOnes)
      case 'invite':
        return this.#invite(step.guests)
      case 'set_thresholds': {
        const { thresholds } = step
        const path = `${this.#path}/security/thresholds`
        await this.#ask({ ...step, ...this.#of }, 'PUT', path, thresholds)
        return
      }
      case 'set_capacity': {
        const { maxCapacity } = step
        await this.#ask({ ...step, ...this.#of }, 'PATCH', this.#path, { maxCapacity })
        return
      }
      case 'look': {
        const asked = { kind: 'look', from: this.#tale.furthest, stale: false, ...this.#of } as const
        await this.#ask(asked, 'GET', `${this.#path}/guests?limit=200`)
        return
      }
      default:
        return this.#about(step.kind, step.guest)
    }
  }

  async #addGuest(plusOnes: number): Promise<void> {
    const { at, ...invitee } = this.#occasion.next(plusOnes)
    const json = { name: invitee.name, email: invitee.email, plusOnesAllowed: plusOnes }
    const added = await this.#ask(
      { kind: 'add_guest', invitee, ...this.#of },
      'POST',
      `${this.#path}/guests`,
      json,
    )
    const { guest, link } = (added?.body ?? {}) as { guest?: { id: string }; link?: string }
    if (guest !== undefined) this.#know(at, guest.id, link)
  }

  async #import(plusOnes: readonly number[]): Promise<void> {
    const rows = plusOnes.map((count) => this.#occasion.next(count))
    const lines = rows.map(({ name, email, plusOnes: count }) => `${name},${email},${String(count)}`)
    const csv = ['name,email,plus ones', ...lines].join('\n')
    const asked = {
      kind: 'import',
      rows: rows.map(({ at: _at, ...invitee }) => invitee),
      ...this.#of,
    } as const
    const path = `${this.#path}/guests/import`
    const answer = await this.#client.ask(asked, { method: 'POST', path, csv, bearer: this.#session })
    if (answer === null || answer.status !== 200) return
    const list = await this.#read<{ items: { id: string; email: string | null }[] }>('/guests?limit=200')
    for (const { at, email } of rows) {
      const guest = list?.items.find((one) => one.email === email)
      const link = guest && (await this.#read<{ link: string }>(`/guests/${guest.id}/link`))
      if (guest !== undefined) this.#know(at, guest.id, link?.link)
    }
  }

  #read<T>(path: string): Promise<T | null> {
    return this.#client.read<T>({ method: 'GET', path: this.#path + path, bearer: this.#session })
  }

  #know(at: number, id: string, link: string | undefined): void {
    this.#occasion.guests[at] = { id, token: tokenOf(link), passCode: null }
  }

  async #invite(guests: readonly number[]): Promise<void> {
    const ids = guests.flatMap((at) => this.#occasion.guests[at]?.id ?? [])
    const guestIds = [...new Set(ids)]
    if (guestIds.length === 0) return
    const json = { channel: 'email', guestIds }
    await this.#ask({ kind: 'invite', guestIds, ...this.#of }, 'POST', `${this.#path}/invitations/send`, json)
  }

  async #about(kind: 'issue_link' | 'revoke_link' | 'remove' | 'forget', at: number): Promise<void> {
    const guest = this.#occasion.guests[at]
    if (guest === undefined) return
    const path = `${this.#path}/guests/${guest.id}`
    const [method, where] = {
      issue_link: ['POST', `${path}/link`],
      revoke_link: ['POST', `${path}/link/revoke`],
      remove: ['DELETE', path],
      forget: ['POST', `${path}/forget`],
    }[kind] as [string, string]
    const answer = await this.#ask({ kind, guestId: guest.id, ...this.#of }, method, where)
    if (kind === 'issue_link') guest.token = tokenOf((answer?.body as { link?: string } | undefined)?.link)
    if (kind === 'remove' || kind === 'forget') this.#occasion.guests[at] = undefined
  }
}

const tokenOf = (link: string | undefined): string | null =>
  link === undefined ? null : link.slice(link.lastIndexOf('/') + 1)

/** One phone that several guests share: each is answered for by one phone only. */
export async function phone(tale: Tale, occasion: Occasion, number: number, phones: number): Promise<void> {
  const name = `phone-${occasion.name}-${String(number)}`
  const client = new Client(tale, name, `10.2.${occasion.name.slice(-1)}.${String(number + 1)}`)
  const dice = tale.diceOf(name)
  await goOn(tale, client, async () => {
    const { guest: at, answer, tapsTwice, ...step } = phoneStep(dice, number, phones)
    const guest = occasion.guests[at]
    if (guest === undefined || guest.token === null) return
    const about = { eventId: occasion.id, guestId: guest.id }
    const { token } = guest
    const json = { fingerprint: { screen: '390x844', device: String(at) } }
    const opened = await client.ask(
      { kind: 'open', ...about },
      { method: 'POST', path: `/api/rsvp/${token}/open`, json },
      tapsTwice,
    )
    const { rsvpToken: bearer, invitation } = (opened?.body ?? {}) as Opened
    if (opened?.status !== 200 || bearer === undefined) return
    guest.passCode = invitation?.pass?.code ?? guest.passCode
    const most = step.asksTooMuch ? Infinity : (invitation?.plusOnesAllowed ?? 0) + 1
    const partySize = Math.min(step.partySize, most)
    const replied = await client.ask(
      { kind: 'answer', answer, partySize, ...about },
      { method: 'POST', path: `/api/rsvp/${token}`, json: { answer, partySize }, bearer },
      tapsTwice,
    )
    if (replied?.status === 200) guest.passCode = (replied.body as Replied).pass?.code ?? guest.passCode
  })
}

interface Opened {
  readonly rsvpToken?: string
  readonly invitation?: { readonly plusOnesAllowed: number; readonly pass: { readonly code: string } | null }
}

interface Replied {
  readonly pass?: { readonly code: string }
}

/** A device at the door, which lets in whoever shows a pass. */
export async function door(tale: Tale, occasion: Occasion, number: number): Promise<void> {
  const name = `door-${occasion.name}-${String(number)}`
  const client = new Client(tale, name, `10.3.0.${String(number + 1)}`)
  const dice = tale.diceOf(name)
  let scans = 0
  let latest: { readonly checkInId: string; readonly guestId: string } | null = null
  await goOn(tale, client, async () => {
    const { guest: at, count, scansTwice, undo } = doorStep(dice)
    const [guest, bearer] = [occasion.guests[at], occasion.ticket]
    if (undo && latest !== null) {
      const asked = { kind: 'undo', eventId: occasion.id, ...latest } as const
      latest = null
      await client.ask(asked, { method: 'POST', path: `/api/check-in/${asked.checkInId}/undo`, bearer })
      return
    }
    if (guest === undefined || guest.passCode === null || bearer === undefined) return
    scans += 1
    const nonce = `${name}.${String(scans)}`
    const scan = { code: guest.passCode, arrivalCount: count, nonce, deviceId: name }
    const json = { ...scan, scannedAt: new Date().toISOString() }
    const asked = {
      kind: 'check_in',
      eventId: occasion.id,
      guestId: guest.id,
      nonce,
      count,
      code: guest.passCode,
    } as const
    const answer = await client.ask(
      asked,
      { method: 'POST', path: '/api/check-in', json, bearer },
      scansTwice,
    )
    const checkInId = answer?.status === 200 ? answer.body.checkInId : null
    if (checkInId != null) latest = { checkInId, guestId: guest.id }
  })
}
