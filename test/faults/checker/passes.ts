import type { Complaint, Evidence, Exchange } from '../evidence.ts'
import { grouped } from './reading.ts'

/** What makes a pass that somebody was given worthless. */
const ENDS = ['LinkIssued', 'LinkRevoked', 'GuestRemoved', 'GuestForgotten']

/** Nobody with a good pass is taken for a stranger. */
export function checkPasses({ exchanges, log }: Pick<Evidence, 'exchanges' | 'log'>): Complaint[] {
  const given = grouped(exchanges, (one) => codeOf(one) ?? '')
  const ends = grouped(
    log.filter(({ type }) => ENDS.includes(type)),
    ({ stream }) => stream,
  )
  return exchanges.flatMap(({ id, asked, answer, tries }) => {
    if (asked.kind !== 'check_in' || answer?.code !== 'pass_unknown') return []
    const sentAt = tries[0]?.sentAt ?? 0
    const before = given.get(asked.code)?.findLast((one) => (one.tries.at(-1)?.endedAt ?? Infinity) <= sentAt)
    const known = before?.tries.at(-1)?.headBefore
    if (known === undefined) return []
    const stream = `event.${asked.eventId}-guest.${asked.guestId}`
    if (ends.get(stream)?.some(({ position }) => position > known) === true) return []
    const says = `check_in (${id}): the pass that ${before?.id ?? ''} gave out is taken for nobody's`
    return [{ rule: 'passes', says, about: { exchange: id, guestId: asked.guestId } }]
  })
}

const codeOf = ({ answer }: Exchange) => answer?.body.pass?.code ?? answer?.body.invitation?.pass?.code
