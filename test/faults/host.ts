import type { AnswerGiven } from './evidence.ts'
import { goOn, type Occasion } from './occasion.ts'
import { hostStep, type HostStep } from './script.ts'
import { Client, type Tale } from './tale.ts'

/** What is asked of a host, one thing after the other. */
export class Host {
  readonly #tale: Tale
  readonly #client: Client
  readonly #occasion: Occasion
  #session: string | undefined
  /** Invitations that were promised to be sent. */
  #queued = 0

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
    await goOn(
      this.#tale,
      this.#client,
      () => this.#step(hostStep(dice)),
      () => this.#queued > 0,
    )
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
    const path = `${this.#path}/invitations/send`
    const answer = await this.#ask({ kind: 'invite', guestIds, ...this.#of }, 'POST', path, json)
    this.#queued += answer?.body.queued ?? 0
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
