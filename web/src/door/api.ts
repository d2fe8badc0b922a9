import type { BatchAnswer, BatchItem, Manifest } from '@contracts/door-offline.ts'
import type { CheckInAnswer, CheckInPreview, StrangerReason, TurnAwayReason } from '@contracts/door.ts'
import { api, ApiProblem, unexpected, unreachable, type Query } from '@shared/api/client.ts'
import type { DoorTrouble } from './desk.ts'
import { deviceId } from './device-id.ts'
import { PartialList, type Door } from './door.ts'
import type { Scan } from './scan.ts'
import { serverClock } from './server-clock.ts'

/** Where nobody else can decide, an answer is waited for this long, in milliseconds. */
const PATIENCE_MS = 8_000
/** Much data over a bad network. */
export const TRANSFER_MS = 30_000

const strangers: Record<StrangerReason, true> = {
  pass_unknown: true,
  pass_unreadable: true,
  pass_forged: true,
  pass_other_event: true,
}
const isStranger = (code: string): code is StrangerReason => code in strangers

/**
 * The door as the server keeps it.
 * @param ticket gives the bearer token
 * @param patience longest wait for an answer, in milliseconds
 */
export function serverDoor(ticket: () => string, patience = PATIENCE_MS): Door {
  const options = () => ({ bearer: ticket(), signal: AbortSignal.timeout(patience) })
  const told = ({ subject, nonce, scannedAt }: Scan) => ({
    ...subject,
    nonce,
    scannedAt,
    deviceId: deviceId(),
  })
  return {
    async find({ subject, nonce }) {
      const body = { ...subject, nonce, deviceId: deviceId() }
      try {
        const preview = await api.post<CheckInPreview>('/check-in/preview', body, options())
        return { kind: 'guest', preview, alone: false }
      } catch (thrown) {
        if (!(thrown instanceof ApiProblem) || !isStranger(thrown.code)) throw thrown
        return { kind: 'stranger', reason: thrown.code, alone: false }
      }
    },
    async admit(scan, _preview, arrivalCount) {
      const answer = await api.post<CheckInAnswer>('/check-in', { ...told(scan), arrivalCount }, options())
      return { answer, alone: false }
    },
    async turnAway(scan, _preview, reason: TurnAwayReason) {
      await api.post('/check-in/turn-away', { ...told(scan), reason }, options())
    },
    async undo({ checkInId }) {
      if (checkInId === null)
        throw new Error('an arrival that the server does not know cannot be undone there')
      await api.post(`/check-in/${encodeURIComponent(checkInId)}/undo`, undefined, options())
    },
    async search(q) {
      const found = await api.get<{ items: CheckInPreview[] }>('/check-in/search', {
        ...options(),
        query: { q },
      })
      return found.items
    },
    async walkIn({ nonce, scannedAt }, name, arrivalCount) {
      const body = { name, arrivalCount, nonce, scannedAt, deviceId: deviceId() }
      const answer = await api.post<CheckInAnswer>('/check-in/walk-in', body, options())
      return { answer, alone: false }
    },
  }
}

async function manifestOf(ticket: string, patience: number, query: Query): Promise<Manifest> {
  const answer = await api.get<Manifest>('/check-in/manifest', {
    bearer: ticket,
    signal: AbortSignal.timeout(patience),
    query: { deviceId: deviceId(), ...query },
  })
  serverClock.heard(answer.serverTime)
  return answer
}

/** @param since cursor of the answer before; without it, from the beginning */
export const fetchManifest = (ticket: string, since?: string): Promise<Manifest> =>
  manifestOf(ticket, TRANSFER_MS, { since })

/**
 * The smallest question that only the server can answer.
 * @returns what a ticket is for. @throws ApiProblem when the server does not take it
 */
export const eventOf = async (ticket: string, patience = PATIENCE_MS): Promise<Manifest['event']> =>
  (await manifestOf(ticket, patience, { limit: 1 })).event

export async function sendBatch(ticket: string, items: readonly BatchItem[]): Promise<BatchAnswer['items']> {
  const options = { bearer: ticket, signal: AbortSignal.timeout(TRANSFER_MS) }
  const answer = await api.post<BatchAnswer>('/check-in/batch', { items }, options)
  return answer.items
}

/** Whether it was given up waiting for an answer; every other DOMException is one of this device's storage. */
const isSilence = (thrown: unknown): boolean =>
  thrown instanceof DOMException && (thrown.name === 'TimeoutError' || thrown.name === 'AbortError')

/** Puts anything a call throws into the terms of the door. */
export function troubleOf(thrown: unknown): DoorTrouble {
  if (isSilence(thrown)) return { kind: 'offline' }
  if (thrown instanceof DOMException) return { kind: 'storage' }
  if (thrown instanceof PartialList) return { kind: 'partial' }
  if (!(thrown instanceof ApiProblem)) return { kind: 'server' }
  if (thrown.code === unreachable) return { kind: 'offline' }
  // Whatever its status: somebody on the way said it, and knows nothing of tickets and guests.
  if (thrown.code === unexpected) return { kind: 'server' }
  if (thrown.status === 401) return { kind: 'ticket' }
  if (thrown.status === 429) return { kind: 'wait' }
  return thrown.status >= 500 ? { kind: 'server' } : { kind: 'refused', detail: thrown.problem.detail }
}
