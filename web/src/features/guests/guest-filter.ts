import type { Band } from '@contracts/common.ts'
import type { GuestStatus } from '@contracts/guests.ts'

export type GuestSort = 'name' | '-name' | 'created' | '-created' | 'risk' | '-risk'

/** What the list is narrowed to; it lives in the address, so that it can be shared and survives going back. */
export interface GuestFilter {
  status: GuestStatus | null
  risk: Band | null
  /** As the API writes it. */
  checkedIn: 'true' | 'false' | null
  /** As the API writes it. */
  walkIn: 'true' | 'false' | null
  q: string
  sort: GuestSort
}

export const statusOrder: readonly GuestStatus[] = [
  'added',
  'invited',
  'opened',
  'confirmed',
  'waitlisted',
  'maybe',
  'declined',
]

export const sortWords = {
  '-created': 'newest',
  created: 'oldest',
  name: 'name',
  '-name': 'nameDown',
  '-risk': 'riskDown',
  risk: 'risk',
} as const satisfies Record<GuestSort, string>

const risks: readonly Band[] = ['low', 'medium', 'high', 'block']

const one = <T extends string>(value: unknown, allowed: readonly T[]): T | null =>
  allowed.find((each) => each === value) ?? null

/** Reads a filter from the query of an address; what is not known there is left out. */
export function filterOf(query: Record<string, unknown>): GuestFilter {
  return {
    status: one(query.status, statusOrder),
    risk: one(query.risk, risks),
    checkedIn: one(query.checkedIn, ['true', 'false']),
    walkIn: one(query.walkIn, ['true', 'false']),
    q: typeof query.q === 'string' ? query.q.slice(0, 120) : '',
    sort: one(query.sort, Object.keys(sortWords) as GuestSort[]) ?? '-created',
  }
}

/** The query of a filter; what is not narrowed is left out, so that the plain list has a plain address. */
export function queryOf(filter: GuestFilter): Record<string, string> {
  return {
    ...(filter.status ? { status: filter.status } : {}),
    ...(filter.risk ? { risk: filter.risk } : {}),
    ...(filter.checkedIn ? { checkedIn: filter.checkedIn } : {}),
    ...(filter.walkIn ? { walkIn: filter.walkIn } : {}),
    ...(filter.q.trim() === '' ? {} : { q: filter.q.trim() }),
    ...(filter.sort === '-created' ? {} : { sort: filter.sort }),
  }
}

export const isNarrowed = ({ status, risk, checkedIn, walkIn, q }: GuestFilter): boolean =>
  [status, risk, checkedIn, walkIn].some((each) => each !== null) || q.trim() !== ''

/** Whether the counts of the list, which the status does not narrow, are about everybody who is on it. */
export const countsEverybody = (filter: GuestFilter): boolean => !isNarrowed({ ...filter, status: null })
