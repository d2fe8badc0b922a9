import { setTimeout as sleep } from 'node:timers/promises'
import { diceOf, type Dice } from '../../src/demo/random.ts'
import type { AnswerBody, AnswerGiven, Asked, Exchange, FaultDone, Try } from './evidence.ts'

/** How long a client waits for an answer before it takes it for lost, in milliseconds. */
const PATIENCE = 6_000

/** How long everybody may go on trying once nothing disturbs the product any more, in milliseconds. */
const LAST_TRIES = 60_000

export interface Sent {
  readonly method: string
  readonly path: string
  readonly json?: unknown
  readonly csv?: string
  readonly bearer?: string | undefined
}

/** What happens while a story is told, written down as it happens. */
export class Tale {
  readonly seed: number
  readonly base: string
  readonly exchanges: Exchange[] = []
  readonly faults: FaultDone[] = []
  /** What went wrong beside what the checker sees, such as a process that did not come back. */
  readonly mishaps: string[] = []
  /** The furthest position that anybody was told. */
  furthest = 0n
  readonly #started = performance.now()
  #over = false
  #lastTry = Infinity

  constructor(seed: number, base: string) {
    this.seed = seed
    this.base = base
  }

  /** Milliseconds since the beginning. */
  get now(): number {
    return Math.round(performance.now() - this.#started)
  }

  get over(): boolean {
    return this.#over
  }

  get outOfPatience(): boolean {
    return this.now > this.#lastTry
  }

  /** Nobody begins anything new; what is under way goes on. */
  end(): void {
    this.#over = true
  }

  /** From now on nothing disturbs: everybody has to be answered soon. */
  calm(): void {
    this.#lastTry = this.now + LAST_TRIES
  }

  /** @returns dice of somebody's own: what one does never depends on how fast another is */
  diceOf(name: string): Dice {
    return diceOf(`${String(this.seed)} ${name}`)
  }
}

/** Somebody with an address and a device who sends each request until it is answered, as phones and pages do. */
export class Client {
  readonly #tale: Tale
  readonly #name: string
  readonly #ip: string
  readonly #dice: Dice
  #count = 0

  constructor(tale: Tale, name: string, ip: string) {
    this.#tale = tale
    this.#name = name
    this.#ip = ip
    this.#dice = tale.diceOf(`${name} waits`)
  }

  get waits(): Dice {
    return this.#dice
  }

  /**
   * Sends a request until it is answered.
   * @param twice sends the first try as two at once, as somebody does who taps twice
   * @returns what was answered, null when nobody answers any more
   */
  async ask(asked: Asked, sent: Sent, twice = false): Promise<AnswerGiven | null> {
    this.#count += 1
    const id = `${String(this.#tale.seed)}:${this.#name}:${String(this.#count)}`
    const exchange: Exchange = { id, actor: this.#name, asked, tries: [], answer: null }
    this.#tale.exchanges.push(exchange)
    if (twice) await Promise.all([this.#try(exchange, sent), this.#try(exchange, sent)])
    for (
      let wait = 50;
      exchange.answer === null && !this.#tale.outOfPatience;
      wait = Math.min(2 * wait, 1_000)
    ) {
      if (exchange.tries.length > 0) await sleep(wait * (0.5 + this.#dice.next()))
      await this.#try(exchange, sent)
    }
    return exchange.answer
  }

  /** Reads something until it can be read, as of all that is known; nobody promises anything by that. */
  async read<T>(sent: Sent): Promise<T | null> {
    const min = { 'gg-min-position': String(this.#tale.furthest) }
    while (!this.#tale.outOfPatience) {
      const answer = await this.#send(sent, min).catch(() => null)
      if (answer?.status === 200 && !answer.stale) return answer.body as T
      if (answer !== null && answer.status < 500 && answer.status !== 429) return null
      await sleep(300)
    }
    return null
  }

  async #try(exchange: Exchange, sent: Sent): Promise<void> {
    const sentAt = this.#tale.now
    const headBefore = this.#tale.furthest
    const note = (came: Try['came'], why: string) => {
      const place = exchange.answer === null ? exchange.tries.length : exchange.tries.length - 1
      const one = { sentAt, endedAt: this.#tale.now, came, why, headBefore }
      // The answer stands last, also when another try of the same request ends after it.
      if (came === 'answer') exchange.tries.push(one)
      else exchange.tries.splice(place, 0, one)
    }
    try {
      const keys = { 'idempotency-key': exchange.id, 'x-request-id': exchange.id }
      const min = exchange.asked.kind === 'look' ? { 'gg-min-position': String(exchange.asked.from) } : {}
      const response = await this.#send(sent, { ...keys, ...min })
      const { answer, stale } = response
      if (isComeBack(answer)) {
        note('come back', `${String(answer.status)} ${answer.code ?? ''}`)
        return
      }
      if (answer.position !== null && answer.position > this.#tale.furthest)
        this.#tale.furthest = answer.position
      note('answer', String(answer.status))
      if (exchange.asked.kind === 'look') exchange.asked.stale = stale
      // Of two taps the one that was carried out counts; the other is told the same, or that it is too late.
      if (exchange.answer === null || exchange.answer.status >= 300) exchange.answer = answer
    } catch (error) {
      const { cause, message } = error as Error
      note('nothing', cause instanceof Error ? cause.message : message)
    }
  }

  async #send({ method, path, json, csv, bearer }: Sent, headers: Readonly<Record<string, string>>) {
    const response = await fetch(this.#tale.base + path, {
      method,
      signal: AbortSignal.timeout(PATIENCE),
      headers: {
        'user-agent': `Mozilla/5.0 (${this.#name}) Firefox/140.0`,
        'x-forwarded-for': this.#ip,
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...(csv === undefined ? {} : { 'content-type': 'text/csv' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(csv === undefined ? {} : { body: csv }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') === true && text !== ''
    const body = (isJson ? JSON.parse(text) : {}) as AnswerBody & { code?: string }
    const position = response.headers.get('gg-position')
    const answer: AnswerGiven = {
      status: response.status,
      code: body.code ?? null,
      position: position === null ? null : BigInt(position),
      body,
    }
    return { status: response.status, body, answer, stale: response.headers.has('gg-stale') }
  }
}

/** Answers that say nothing about the request but that it may be sent again. */
function isComeBack({ status, code }: AnswerGiven): boolean {
  return status === 503 || status === 429 || code === 'busy'
}
