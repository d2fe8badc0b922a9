import type { GuestView, ImportReport } from '../../src/contracts/guests.ts'
import { inParallel } from '../../src/kernel/parallel.ts'
import type { Answer, TestClient } from '../support/client.ts'
import { createEvent, expectStatus, open, PASSWORD, reply, tokenOf } from '../support/party.ts'

export const GUESTS = 80
export const CAPACITY = 60
export const LATECOMERS = 1_500

/** Parties of one and two: about twice as many people as there are seats. */
const partySize = (guest: number) => 1 + (guest % 2)

/** What the product answered to one request; its Idempotency-Key names it. */
export interface Promised {
  readonly position: string
  /** Of an answer: confirmed or waitlisted. */
  readonly status: string | null
}

/**
 * The guests of one event open their links and answer while a further list is imported, each under an Idempotency-Key.
 * What was not answered is tried again with the same key, as phones and dashboards do.
 */
export class Evening {
  readonly eventId: string
  /** Everything that was answered with success. */
  readonly promised = new Map<string, Promised>()
  /** Answers that neither keep a promise nor ask to come back later. */
  readonly surprises: string[] = []
  private readonly tokens: readonly string[]
  private readonly session: string
  private answered = 0
  private onAnswer: (count: number) => void = () => undefined

  private constructor(eventId: string, tokens: readonly string[], session: string) {
    this.eventId = eventId
    this.tokens = tokens
    this.session = session
  }

  /** Registers a host and invites the guests. */
  static async prepare(host: TestClient): Promise<Evening> {
    const account = { email: 'host@example.org', password: PASSWORD }
    expectStatus(await host.post('/api/auth/register', account), 201)
    const event = await createEvent({ client: host }, { maxCapacity: CAPACITY })
    const rows = Array.from(
      { length: GUESTS },
      (_, at) => `Guest ${String(at)},guest-${String(at)}@example.org,1`,
    )
    const imported = await importOf(host, event.id, ['name,email,plus ones', ...rows], 'guests')
    expectStatus(imported, 200)
    const min = { 'gg-min-position': imported.headers.get('gg-position') ?? '' }
    const list = await host.get<{ items: GuestView[] }>(`/api/events/${event.id}/guests?limit=200`, min)
    const tokens = await inParallel(expectStatus(list, 200).items, 10, async ({ id }) => {
      const link = await host.get<{ link: string }>(`/api/events/${event.id}/guests/${id}/link`)
      return tokenOf(expectStatus(link, 200).link)
    })
    return new Evening(event.id, tokens, host.cookies.get('gg_session') ?? '')
  }

  /**
   * Everybody once more, those who were answered before too: they have to get the same answer.
   * @param onAnswer told how many requests were answered in this round
   * @returns whether all were answered
   */
  async round(visitor: TestClient, onAnswer: (count: number) => void = () => undefined): Promise<boolean> {
    this.answered = 0
    this.onAnswer = onAnswer
    visitor.cookies.set('gg_session', this.session)
    const late = Array.from(
      { length: LATECOMERS },
      (_, at) => `Late ${String(at)},late-${String(at)}@example.org`,
    )
    const importing = this.keep(
      'import',
      importOf(visitor, this.eventId, ['name,email', ...late], 'latecomers'),
    )
    const guests = await inParallel(this.tokens, 12, (token, at) => this.openAndAnswer(visitor, token, at))
    return (await importing) !== null && guests.every(Boolean)
  }

  private async openAndAnswer(visitor: TestClient, token: string, at: number): Promise<boolean> {
    const [openKey, answerKey] = [`open-${String(at)}`, `answer-${String(at)}`]
    const opened = await this.keep(openKey, open(visitor, token, undefined, { 'idempotency-key': openKey }))
    if (opened === null) return false
    const body = { answer: 'attending', partySize: partySize(at) }
    const sending = reply(visitor, token, opened.rsvpToken, body, { 'idempotency-key': answerKey })
    return (await this.keep(answerKey, sending, ({ status }) => status)) !== null
  }

  /** @returns the body of a success, null for no answer and for one that asks to come back later */
  private async keep<T>(
    key: string,
    sending: Promise<Answer<T>>,
    statusOf: (body: T) => string | null = () => null,
  ): Promise<T | null> {
    const answer = await sending.catch(() => null)
    if (answer === null || answer.status === 503) return null
    if (answer.status !== 200) {
      this.surprises.push(`${key}: ${String(answer.status)} ${answer.text}`)
      return null
    }
    const position = answer.headers.get('gg-position') ?? ''
    this.keepPromise(key, { position, status: statusOf(answer.body) })
    this.answered += 1
    this.onAnswer(this.answered)
    return answer.body
  }

  private keepPromise(key: string, now: Promised): void {
    const before = this.promised.get(key)
    this.promised.set(key, now)
    // An import that is sent again finds its guests there: it has nothing left to record.
    if (before === undefined || key === 'import') return
    // Answers that are recorded together are told the position of the last of them; a new process tells each its own.
    const sooner = BigInt(now.position) <= BigInt(before.position)
    if (sooner && before.status === now.status) return
    this.surprises.push(`${key}: ${JSON.stringify(before)} became ${JSON.stringify(now)}`)
  }
}

function importOf(
  client: TestClient,
  eventId: string,
  lines: readonly string[],
  key: string,
): Promise<Answer<ImportReport>> {
  return client.request<ImportReport>('POST', `/api/events/${eventId}/guests/import`, {
    body: lines.join('\n'),
    headers: { 'content-type': 'text/csv', 'idempotency-key': key },
  })
}
