import type { FastifyBaseLogger } from 'fastify'
import type { CommandHandler } from '../commands/handle.ts'
import type { ConfiguredEvent } from '../commands/settings/decider.ts'
import type { Openings } from '../commands/guest/opening.ts'
import type { Position } from '../eventstore/port.ts'
import type { Clock } from '../kernel/time.ts'
import type { ReadModelQueries } from '../projections/queries/types.ts'

export interface LinkClaims {
  readonly eventId: string
  readonly guestId: string
  readonly version: number
}

export interface RsvpClaims {
  readonly eventId: string
  readonly guestId: string
  readonly attemptId: string
  readonly linkVersion: number
}

export interface ScannerClaims {
  readonly eventId: string
  readonly ticketId: string
  readonly gate: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** Everything signed or hashed with keys of the ring. A token that does not verify is null, whatever is wrong with it. */
export interface Tokens {
  issueLink(claims: LinkClaims): string
  verifyLink(token: string): LinkClaims | null
  issueSession(hostId: string): Promise<string>
  verifySession(token: string): Promise<{ hostId: string } | null>
  issueRsvp(claims: RsvpClaims): Promise<string>
  verifyRsvp(token: string): Promise<RsvpClaims | null>
  issueScanner(claims: Omit<ScannerClaims, 'expiresAt'>): Promise<{ ticket: string; expiresAt: number }>
  verifyScanner(token: string): Promise<ScannerClaims | null>
  /** Good for one change of the password: it is bound to the one that is to be replaced. */
  issueReset(hostId: string, passwordHash: string): Promise<string>
  /** @returns the host and a digest to compare with `passwordDigest` of the present password */
  verifyReset(token: string): Promise<{ hostId: string; passwordDigest: string } | null>
  passwordDigest(passwordHash: string): string
  /** The code a party shows at the door. It dies with the link it was earned with. */
  passCode(link: LinkClaims): string
  /** @returns the codes under every key of the ring, the present one first */
  passCodes(link: LinkClaims): readonly string[]
  /** @returns the code in its one form, null for what cannot be a code */
  normalisePassCode(typed: string): string | null
  emailDigest(email: string): string
  /** @returns a keyed hash of a request, to notice an idempotency key used for two requests */
  requestDigest(body: string): string
}

export interface Passwords {
  hash(password: string): Promise<string>
  /** @param hash null for an unknown account: takes as long as a real check and is false */
  verify(password: string, hash: string | null): Promise<boolean>
  needsRehash(hash: string): boolean
}

export interface OutboxMessage {
  readonly id: string
  readonly channel: 'email' | 'sms'
  readonly to: string
  readonly subject: string
  readonly at: string
  readonly text: string
}

/** Mail and SMS that were written to a folder because no server is configured. */
export interface Outbox {
  list(): Promise<readonly OutboxMessage[]>
  /** @returns the HTML of a mail, null for an unknown id */
  html(id: string): Promise<string | null>
}

export interface Readiness {
  readonly ok: boolean
  readonly checks: Readonly<Record<string, { ok: boolean; detail: string }>>
}

/** The read models, and how far they are. */
export interface ReadModels {
  readonly queries: ReadModelQueries
  /** @returns whether they reached the position within the time, in milliseconds */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>
  /** @returns a function that ends the listening */
  onActivity(listener: (change: { eventId: string; position: Position }) => void): () => void
}

/** What the HTTP layer is built on; made by the composition root. */
export interface AppDeps {
  readonly logger: FastifyBaseLogger
  readonly clock: Clock
  readonly commands: CommandHandler
  readonly openings: Openings
  readonly readModels: ReadModels
  /** Position of the last fact of the log. */
  readonly head: () => Promise<Position>
  readonly tokens: Tokens
  readonly passwords: Passwords
  readonly forget: (subject: string) => Promise<void>
  readonly ready: () => Promise<Readiness>
  /** Null where mail goes to a server. */
  readonly outbox: Outbox | null
  /** The calendar file of an event. */
  readonly calendarFile: (eventId: string, event: ConfiguredEvent) => string
  /** @returns the text as a QR code in SVG */
  readonly qrSvg: (text: string) => Promise<string>
  readonly geoAttribution: { readonly text: string; readonly url: string } | null
  /** Read at each use: the port may be known only after listening. */
  readonly publicUrl: () => string
  readonly trustProxy: readonly string[]
  /** Folder of the built pages. */
  readonly webRoot: string
}
