import fc from 'fast-check'
import { aCheckInId, doorSteps, eventSteps, guestSteps, hostRegistered, type Step } from './facts.ts'

/** Any sentence of the product's language, also in orders that no decider would allow. */
export function anyStep(events = 2, guests = 4): fc.Arbitrary<Step> {
  const small = fc.nat(2)
  const guest = fc.record({ event: fc.nat(events - 1), guest: fc.nat(guests - 1), n: small, m: small })
  const name = fc.constantFrom('Ada', 'Zoë', 'Łukasz', 'O’Neil\u0000', 'Bob 🎉')
  const of = (make: (steps: ReturnType<typeof guestSteps>, n: number, m: number) => Step) =>
    // Items belong to one guest, so their ids differ between guests.
    guest.map(({ event, guest, n, m }) => make(guestSteps(event, guest), (event * 10 + guest) * 10 + n, m))
  const event = (make: (steps: ReturnType<typeof eventSteps>, n: number) => Step) =>
    fc.tuple(fc.nat(events - 1), small).map(([e, n]) => make(eventSteps(e), n))
  const door = (make: (steps: ReturnType<typeof doorSteps>, n: number) => Step) =>
    fc.tuple(fc.nat(events - 1), small).map(([e, n]) => make(doorSteps(e), n))
  return fc.oneof(
    fc.tuple(guest, name).map(([g, text]) => guestSteps(g.event, g.guest).invited({ name: text })),
    fc.tuple(guest, name).map(([g, text]) => guestSteps(g.event, g.guest).changed({ name: text })),
    of((g) => g.removed()),
    of((g) => g.forgotten()),
    of((g, _n, m) => g.linkIssued(m + 1)),
    of((g, _n, m) => g.linkRevoked(m + 1)),
    of((g) => g.queued()),
    of((g) => g.sent()),
    of((g) => g.failed()),
    of((g) => g.touched()),
    of((g, n) => g.attempted(n)),
    of((g, n) => g.attempted(n, null)),
    of((g, n, m) => g.scored(n, { score: m * 40, band: (['low', 'medium', 'block'] as const)[m] ?? 'low' })),
    of((g, n, m) => g.shadowScored(n, { score: m * 40 })),
    of((g, n) => g.allowlisted(n)),
    of((g, n, m) =>
      g.rescored(n, { score: m * 40, band: (['low', 'medium', 'block'] as const)[m] ?? 'low' }),
    ),
    of((g, n, m) => g.verdict(n, m === 0 ? 'suspicious' : 'legitimate', 'no nuts')),
    of((g, n, m) => g.verdictWithdrawn(n, m === 0 ? 'suspicious' : 'legitimate')),
    of((g, n) => g.codeRequested(n)),
    of((g, n) => g.codeFailed(n)),
    of((g, n) => g.codePassed(n)),
    of((g, n, m) => g.checkedIn(n, m + 1)),
    of((g) => g.refused()),
    of((g, n) => g.undone(n)),
    of((g, n, m) => g.undone(n, [{ checkInId: aCheckInId(n + 1), counted: m }])),
    of((g) => g.turnedAway('no nuts')),
    of((g, n) =>
      g.conflicted({
        checkInId: aCheckInId(n),
        arrivals: [n, n + 1].map((one) => ({
          checkInId: aCheckInId(one),
          gate: 'Main entrance',
          deviceId: 'door-1',
          scannedAt: '2026-06-01T19:00:00Z',
          count: 2,
        })),
      }),
    ),
    of((g, n) => g.settled(n)),
    of((g, n) => g.reopened(n)),
    of((g, _n, m) => g.answered('confirmed', m + 1, { plusOneNames: ['Eve'], note: 'no nuts' })),
    of((g, _n, m) => g.answered('waitlisted', m + 1)),
    of((g) => g.answered('declined')),
    of((g) => g.answered('maybe')),
    of((g) => g.promoted()),
    of((g) => g.withdrawn()),
    event((e) => e.created()),
    event((e, n) => e.changed({ name: `Party ${String(n)}` })),
    event((e) => e.published()),
    event((e) => e.closed()),
    event((e) => e.archived()),
    event((e, n) => e.thresholds(n + 1)),
    event((e, n) => e.networkAllowed(`n${String(n)}`)),
    event((e, n) => e.networkDisallowed(`n${String(n)}`)),
    event((e, n) => e.stepUp(n === 0)),
    event((e, n) => e.ticketIssued(n)),
    event((e, n) => e.ticketRevoked(n)),
    event((e, n) => e.walkIns(n === 0)),
    door((d, n) => d.scanRefused(n)),
    door((d, n) => d.deviceSeen(`door-${String(n)}`)),
    event((e, n) => e.capacity(n === 0 ? null : n * 10)),
    fc.constant(hostRegistered()),
  )
}

export const anyHistory = (maxLength = 60): fc.Arbitrary<Step[]> =>
  fc.array(anyStep(), { minLength: 1, maxLength })
