import { z } from 'zod'
import { personalFact, plainFact, type HappenedOf, type NewFactOf } from './fact.ts'
import { hostSubject } from './streams.ts'

const ofHost = (stream: string) => hostSubject(stream.slice('host-'.length))

/** Whoever registers is on the first one. */
export const PLANS = ['free', 'pro', 'business'] as const
export type Plan = (typeof PLANS)[number]

/** Facts of `host-<hostId>`. */
export const hostFacts = [
  personalFact(
    'HostRegistered',
    z.strictObject({ plan: z.enum(['free']) }),
    z.strictObject({ email: z.string(), name: z.string().nullable(), passwordHash: z.string() }),
    ofHost,
  ),
  personalFact(
    'HostPasswordChanged',
    z.strictObject({ reason: z.enum(['reset', 'rehash']) }),
    z.strictObject({ passwordHash: z.string() }),
    ofHost,
  ),
  plainFact('HostPlanChanged', z.strictObject({ plan: z.enum(PLANS) })),
  /** Somebody asked for a reset mail; the mail is a reaction to this fact. */
  plainFact('PasswordResetRequested', z.strictObject({ requestId: z.string() })),
  /** The host signed out; the token of that session would be valid until `expiresAt`. */
  plainFact('SessionEnded', z.strictObject({ sessionId: z.string(), expiresAt: z.iso.datetime() })),
] as const

/** Fact of `email-<digest>`: the address belongs to this host. */
export const emailFacts = [plainFact('EmailClaimed', z.strictObject({ hostId: z.string() }))] as const

/** Fact of `slug-<slug>`: the slug belongs to this event. */
export const slugFacts = [plainFact('SlugClaimed', z.strictObject({ eventId: z.string() }))] as const

export type NewHostFact = NewFactOf<(typeof hostFacts)[number]>
export type HostHappened = HappenedOf<(typeof hostFacts)[number]>
export type NewEmailFact = NewFactOf<(typeof emailFacts)[number]>
export type EmailHappened = HappenedOf<(typeof emailFacts)[number]>
export type NewSlugFact = NewFactOf<(typeof slugFacts)[number]>
export type SlugHappened = HappenedOf<(typeof slugFacts)[number]>
