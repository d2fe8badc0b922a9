import { z } from 'zod'
import { personalFact, plainFact, type HappenedOf, type NewFactOf } from './fact.ts'
import { eventIdOf, guestSubject } from './streams.ts'

const ofAnsweringGuest = (stream: string, data: Record<string, unknown>) =>
  guestSubject(eventIdOf(stream), String(data['guestId']))

export const answerSchema = z.enum(['attending', 'declined', 'maybe'])
export const rsvpStatusSchema = z.enum(['confirmed', 'waitlisted', 'declined', 'maybe'])

/** Facts of `event.<eventId>-rsvps`: the seats of an event. One stream, so that it is never oversold. */
export const rsvpsFacts = [
  /** Seats in all, null for no limit. It stands here and not with the settings: answers are decided against it. */
  plainFact('CapacitySet', z.strictObject({ maxCapacity: z.int().nullable() })),
  personalFact(
    'RsvpAnswered',
    z.strictObject({
      guestId: z.string(),
      answer: answerSchema,
      /** People including the guest; 0 when declined. */
      partySize: z.int(),
      status: rsvpStatusSchema,
    }),
    z.strictObject({ plusOneNames: z.array(z.string()), note: z.string().nullable() }),
    ofAnsweringGuest,
  ),
  /** The party moved from the waitlist to seats that were free: when its turn came, or by a host before that. */
  plainFact('RsvpPromoted', z.strictObject({ guestId: z.string(), partySize: z.int() })),
  /** The guest left the list, and with it the seats or the place on the waitlist. */
  plainFact('RsvpWithdrawn', z.strictObject({ guestId: z.string() })),
] as const

export type NewRsvpsFact = NewFactOf<(typeof rsvpsFacts)[number]>
export type RsvpsHappened = HappenedOf<(typeof rsvpsFacts)[number]>
export type Answer = z.infer<typeof answerSchema>
export type RsvpStatus = z.infer<typeof rsvpStatusSchema>
