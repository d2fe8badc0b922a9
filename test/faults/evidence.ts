/**
 * What a story leaves behind, and all that the checker looks at. The checker shares no code with the product: a fold
 * that is wrong there would be wrong here too.
 */
export interface Evidence {
  /** Which store kept the log: positions of the embedded one have no gaps. */
  readonly store: 'embedded' | 'eventstoredb'
  readonly exchanges: readonly Exchange[]
  /** The whole log in its order, as it lies in the store. */
  readonly log: readonly LogRecord[]
  /** Every row of every read model, by `<projection>.<table>`, as the product kept them through the faults. */
  readonly kept: Tables
  /** The same, built anew from the first fact. */
  readonly rebuilt: Tables
  readonly messages: readonly OutboxMessage[]
  /** Jobs that were not done in the end. */
  readonly openJobs: readonly { readonly queue: string; readonly state: string; readonly id: string }[]
  /** Facts that a read model could not apply. */
  readonly deadLetters: number
  /** What was done to the product, in order. */
  readonly faults: readonly FaultDone[]
}

/** A request and what became of it. Its id is its idempotency key and the correlation id of what it records. */
export interface Exchange {
  readonly id: string
  readonly actor: string
  readonly asked: Asked
  readonly tries: Try[]
  /** Null when no try was answered. */
  answer: AnswerGiven | null
}

export interface Try {
  /** Milliseconds since the story began. */
  readonly sentAt: number
  readonly endedAt: number
  /** `nothing`: the connection broke or the answer did not come; `come back`: an answer that asks for another try. */
  readonly came: 'answer' | 'come back' | 'nothing'
  readonly why: string
  /** The furthest position that anybody had been told before this try was sent. */
  readonly headBefore: bigint
}

export interface AnswerGiven {
  readonly status: number
  /** Of a problem. */
  readonly code: string | null
  /** `GG-Position`. */
  readonly position: bigint | null
  readonly body: AnswerBody
}

/** What the checker reads of answers. */
export interface AnswerBody {
  readonly id?: string
  readonly guest?: { readonly id: string }
  readonly created?: number
  readonly skipped?: number | readonly unknown[]
  readonly queued?: number
  readonly status?: string
  readonly result?: string
  readonly checkInId?: string | null
  readonly items?: readonly { readonly id: string }[]
  readonly pass?: { readonly code: string }
  readonly invitation?: { readonly pass: { readonly code: string } | null }
}

interface OfEvent {
  readonly eventId: string
}
interface OfGuest extends OfEvent {
  readonly guestId: string
}

export interface Invitee {
  readonly name: string
  readonly email: string
  readonly plusOnes: number
}

export interface Thresholds {
  readonly medium: number
  readonly high: number
  readonly block: number
}

/** A request as the one who sends it thinks of it. */
export type Asked =
  | { readonly kind: 'register'; readonly email: string }
  | { readonly kind: 'create_event'; readonly name: string; readonly maxCapacity: number | null }
  | ({ readonly kind: 'publish' } & OfEvent)
  | ({ readonly kind: 'set_capacity'; readonly maxCapacity: number } & OfEvent)
  | ({ readonly kind: 'set_thresholds'; readonly thresholds: Thresholds } & OfEvent)
  | ({ readonly kind: 'add_guest'; readonly invitee: Invitee } & OfEvent)
  | ({ readonly kind: 'import'; readonly rows: readonly Invitee[] } & OfEvent)
  | ({ readonly kind: 'invite'; readonly guestIds: readonly string[] } & OfEvent)
  | ({ readonly kind: 'issue_link' | 'revoke_link' | 'remove' | 'forget' } & OfGuest)
  | ({ readonly kind: 'issue_ticket'; readonly gate: string } & OfEvent)
  | ({ readonly kind: 'open' } & OfGuest)
  | ({ readonly kind: 'answer'; readonly answer: string; readonly partySize: number } & OfGuest)
  | ({
      readonly kind: 'check_in'
      readonly nonce: string
      readonly count: number
      readonly code: string
    } & OfGuest)
  | ({ readonly kind: 'undo'; readonly checkInId: string } & OfGuest)
  /** Reads the guest list as of a position; `stale` when the product said that it could not. */
  | ({ readonly kind: 'look'; readonly from: bigint; stale: boolean } & OfEvent)

export interface LogRecord {
  readonly position: bigint
  readonly stream: string
  readonly revision: number
  readonly id: string
  readonly type: string
  readonly data: FactData
  /** Which request it began with. */
  readonly correlation: string
  /** Which command it came from. */
  readonly causation: string
  /** By the clock of the process that decided it. */
  readonly at: string
}

/** What the checker reads of facts. */
export interface FactData {
  readonly guestId?: string
  readonly answer?: string
  readonly partySize?: number
  readonly status?: string
  readonly maxCapacity?: number | null
  readonly ownerId?: string
  readonly name?: string
  readonly slug?: string
  readonly from?: Thresholds
  readonly to?: Thresholds
  readonly thresholds?: Thresholds
  readonly thresholdsVersion?: number
  readonly version?: number
  readonly plusOnesAllowed?: number
  readonly batchId?: string | null
  readonly linkVersion?: number
  readonly attemptId?: string
  readonly messageId?: string
  readonly channel?: string
  readonly reason?: string
  readonly checkInId?: string
  readonly nonce?: string
  readonly arrivalCount?: number
  readonly counted?: number
  readonly gate?: string
  readonly offline?: boolean
  readonly recounted?: readonly { readonly checkInId: string; readonly counted: number }[]
}

export type Row = Readonly<Record<string, unknown>>
export type Tables = Readonly<Record<string, readonly Row[]>>

export interface OutboxMessage {
  readonly file: string
  /** Of its `Message-ID`. */
  readonly id: string
  readonly to: string
  /** Of its `X-Correlation-Id`. */
  readonly correlation: string
}

export interface FaultDone {
  /** Milliseconds since the story began. */
  readonly at: number
  readonly until: number
  readonly what: string
}

/** Something that must not be. */
export interface Complaint {
  readonly rule: string
  readonly says: string
  /** Where to look. */
  readonly about: {
    readonly exchange?: string
    readonly stream?: string
    readonly position?: bigint
    readonly guestId?: string
  }
}
