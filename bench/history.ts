import type { Log } from '../src/eventstore/log.ts'
import { appendTogether, eventSteps, guestSteps, type Step } from '../test/support/facts.ts'

/** What a guest who comes leaves behind: 9 facts in the own stream, 1 in that of the answers. */
function historyOf(event: number, guest: number): Step[] {
  const of = guestSteps(event, guest)
  return [
    of.invited(),
    of.linkIssued(),
    of.queued(),
    of.sent(),
    of.attempted(guest * 2),
    of.scored(guest * 2),
    of.answered('confirmed', 2, { plusOneNames: ['Somebody'] }),
    of.attempted(guest * 2 + 1),
    of.scored(guest * 2 + 1),
    of.checkedIn(guest, 2),
  ]
}

const FACTS_PER_GUEST = 10
const GUESTS_PER_EVENT = 500

/** Appends so many facts, of events with 500 guests each. */
export async function fill(log: Log, facts: number): Promise<void> {
  const guests = Math.ceil(facts / FACTS_PER_GUEST)
  for (let first = 0; first < guests; first += GUESTS_PER_EVENT) {
    const event = first / GUESTS_PER_EVENT
    const count = Math.min(GUESTS_PER_EVENT, guests - first)
    await appendTogether(log, [eventSteps(event).created(), eventSteps(event).published()])
    await appendTogether(log, Array.from({ length: count }, (_, n) => historyOf(event, first + n)).flat())
  }
}
