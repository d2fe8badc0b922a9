import type { FastifyBaseLogger } from 'fastify'
import type { CommandHandler } from '../commands/handle.ts'
import type { ConfiguredEvent } from '../commands/settings/decider.ts'
import type { Openings } from '../commands/guest/opening.ts'
import type { Position } from '../eventstore/port.ts'
import type { TraceParent } from '../kernel/correlation.ts'
import type { Clock } from '../kernel/time.ts'
import type { PreviewSource, ReadModelQueries } from '../projections/queries/types.ts'
import type { Tokens } from '../tokens/tokens.ts'

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
  /** Whose it is; null when nobody knows. */
  readonly owner: { readonly kind: 'event' | 'host'; readonly id: string } | null
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

/** A request by its route; the address itself holds links. */
interface ObservedRequest {
  readonly method: string
  readonly route: string
}

/** Told of every request but those for live feeds. */
export interface HttpObserver {
  answered(request: ObservedRequest & { readonly status: number; readonly seconds: number }): void
  /**
   * Null when nobody wants to know of a beginning.
   * @returns what to call at the end, with null for a request that was never answered
   */
  readonly begin:
    | ((
        request: ObservedRequest & { readonly correlationId: string; readonly parent: TraceParent | null },
      ) => (status: number | null) => void)
    | null
}

export interface MetricsText {
  readonly contentType: string
  readonly text: string
}

/** Who may read metrics: whoever has the token; without one, who is on this machine, where `fromHere` allows that. */
export interface MetricsAccess {
  readonly token: string | null
  readonly fromHere: boolean
}

/** The read models, and how far they are. */
export interface ReadModels {
  readonly queries: ReadModelQueries
  /** @returns whether they reached the position within the time, in milliseconds */
  waitFor(position: Position, timeoutMs: number): Promise<boolean>
  /** @returns a function that ends the listening */
  onActivity(listener: (change: { eventId: string; position: Position }) => void): () => void
  /** Told when the activity of any event is to be read again from the beginning. @returns a function that ends the listening */
  onRewritten(listener: () => void): () => void
}

/** What the HTTP layer is built on; made by the composition root. */
export interface AppDeps {
  readonly logger: FastifyBaseLogger
  readonly clock: Clock
  readonly commands: CommandHandler
  readonly openings: Openings
  readonly readModels: ReadModels
  /** Counts the openings of an event from its stream again. */
  readonly replayPreview: (eventId: string) => Promise<PreviewSource>
  /** Position of the last fact of the log. */
  readonly head: () => Promise<Position>
  readonly tokens: Tokens
  readonly passwords: Passwords
  readonly forget: (subject: string) => Promise<void>
  /** Runs what has the same key one after the other, in whichever process of the installation it is. */
  readonly inTurn: <T>(key: string, work: () => Promise<T>) => Promise<T>
  readonly ready: () => Promise<Readiness>
  readonly observer: HttpObserver
  readonly metrics: () => Promise<MetricsText>
  readonly metricsAccess: MetricsAccess
  /** Whether an error is about the way to the database rather than about what was asked: the same may succeed later. */
  readonly isOutage: (error: unknown) => boolean
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
