import type { z } from 'zod'
import type { Problem } from '../../src/contracts/common.ts'
import type { BatchAnswer, Manifest } from '../../src/contracts/door-offline.ts'
import type {
  arrivals,
  CheckInAnswer,
  CheckInPreview,
  doorSearch,
  scannerTicket,
} from '../../src/contracts/door.ts'
import { passValidUntil } from '../../src/commands/settings/door.ts'
import type { EventView } from '../../src/contracts/events.ts'
import type { Answer, TestClient } from './client.ts'
import { answer, addGuest, expectStatus, readModelsCaughtUp, type TestHost } from './party.ts'
import type { TestProduct } from './product.ts'

export type Ticket = z.infer<typeof scannerTicket>
export type Arrivals = z.infer<typeof arrivals>

let scans = 0
/** @returns a nonce that no other scan of the tests has */
export const aNonce = (): string => `nonce-${String((scans += 1)).padStart(6, '0')}`

/** A phone at a gate of an event. */
export class Gate {
  readonly ticket: string
  readonly ticketId: string
  readonly deviceId: string
  private readonly client: TestClient
  private readonly product: TestProduct

  constructor(product: TestProduct, { ticket, ticketId }: Ticket, deviceId: string) {
    this.product = product
    this.client = product.client()
    this.ticket = ticket
    this.ticketId = ticketId
    this.deviceId = deviceId
  }

  preview<T = CheckInPreview>(body: object): Promise<Answer<T>> {
    return this.post('preview', body)
  }

  checkIn<T = CheckInAnswer>(body: object): Promise<Answer<T>> {
    return this.post('', this.scan(body))
  }

  /** What a device says of every scan. */
  scan(change: object = {}): object {
    const scannedAt = new Date(this.product.clock.now()).toISOString()
    return { deviceId: this.deviceId, scannedAt, nonce: aNonce(), ...change }
  }

  async batch(...items: unknown[]): Promise<BatchAnswer['items']> {
    return expectStatus(await this.post<BatchAnswer>('batch', { items }), 200).items
  }

  async manifest(since?: string, limit?: number): Promise<Manifest> {
    await readModelsCaughtUp(this.product)
    const query = new URLSearchParams({ deviceId: this.deviceId })
    if (since !== undefined) query.set('since', since)
    if (limit !== undefined) query.set('limit', String(limit))
    return expectStatus(await this.get<Manifest>(`manifest?${query.toString()}`), 200)
  }

  async search(q: string): Promise<z.infer<typeof doorSearch>['items']> {
    await readModelsCaughtUp(this.product)
    const path = `search?q=${encodeURIComponent(q)}`
    return expectStatus(await this.get<z.infer<typeof doorSearch>>(path), 200).items
  }

  undo(checkInId: string): Promise<Answer<Problem>> {
    return this.client.post(`/api/check-in/${checkInId}/undo`, undefined, this.headers)
  }

  get<T>(path: string): Promise<Answer<T>> {
    return this.client.get<T>(`/api/check-in/${path}`, this.headers)
  }

  post<T>(path: string, body: object): Promise<Answer<T>> {
    return this.client.post<T>(`/api/check-in${path === '' ? '' : `/${path}`}`, body, this.headers)
  }

  private get headers() {
    return { authorization: `Bearer ${this.ticket}` }
  }
}

/** @returns a phone with a ticket of its own */
export async function openGate(
  product: TestProduct,
  host: TestHost,
  eventId: string,
  gate: string,
  deviceId = `phone-${gate}`,
): Promise<Gate> {
  const path = `/api/events/${eventId}/scanner-ticket`
  const ticket = expectStatus(await host.client.post<Ticket>(path, { gate }), 201)
  return new Gate(product, ticket, deviceId)
}

export interface PassHolder {
  readonly id: string
  /** What the QR code of the guest holds. */
  readonly pass: string
  readonly code: string
  readonly token: string
}

/** Adds a guest who accepts for a party. */
export async function attending(
  product: TestProduct,
  host: TestHost,
  event: EventView,
  name: string,
  partySize = 1,
): Promise<PassHolder> {
  const guest = await addGuest(host, event.id, { name, plusOnesAllowed: partySize - 1 })
  const plusOneNames = Array.from({ length: partySize - 1 }, (_, n) => `Plus ${String(n + 1)}`)
  const body = { answer: 'attending', partySize, plusOneNames }
  const { pass } = await answer(product.client(), guest.token, body)
  return { ...guest, pass: passOf(product, event, guest.id), code: pass?.code ?? '' }
}

export const passOf = (
  product: Pick<TestProduct, 'tokens'>,
  event: Pick<EventView, 'id' | 'eventDate'>,
  guestId: string,
  version = 1,
): string =>
  product.tokens.signPass({ eventId: event.id, guestId, version, validUntil: passValidUntil(event) })

/** Who is there, as the host sees it. */
export async function arrivalsOf(product: TestProduct, host: TestHost, eventId: string): Promise<Arrivals> {
  await readModelsCaughtUp(product)
  return expectStatus(await host.client.get<Arrivals>(`/api/events/${eventId}/arrivals`), 200)
}
