import fc from 'fast-check'
import type { GuestCommand } from '../../src/commands/guest/commands.ts'
import { guestDecider } from '../../src/commands/guest/decider.ts'
import { settingsDecider, type SettingsCommand } from '../../src/commands/settings/decider.ts'
import type { GuestState } from '../../src/commands/guest/state.ts'
import type { SettingsState } from '../../src/commands/settings/state.ts'
import { guestStream, settingsStream } from '../../src/events/streams.ts'
import { DomainError } from '../../src/kernel/errors.ts'
import type { Thresholds } from '../../src/scoring/bands.ts'
import type { RuleSet } from '../../src/scoring/score.ts'
import { aGuestId, anAttemptId, anEventId, eventSteps, type Step } from '../support/facts.ts'

/** What happens at an event, before anybody has decided what follows from it. */
export type Happening =
  | {
      readonly kind: 'open'
      readonly guest: number
      readonly score: number
      readonly how: 'at_once' | 'late' | 'trusted'
    }
  | { readonly kind: 'score_late'; readonly guest: number; readonly attempt: number; readonly score: number }
  | {
      readonly kind: 'verdict'
      readonly guest: number
      readonly attempt: number
      readonly verdict: 'legitimate' | 'suspicious'
    }
  | { readonly kind: 'withdraw'; readonly guest: number; readonly attempt: number }
  | { readonly kind: 'rescore'; readonly guest: number; readonly attempt: number; readonly score: number }
  | { readonly kind: 'invite' | 'remove' | 'forget'; readonly guest: number }
  | { readonly kind: 'thresholds'; readonly thresholds: Thresholds }

const GUESTS = 3
const guest = fc.nat(GUESTS - 1)
/** Few openings and few scores, so that the same ones are met again and again. */
const attempt = fc.nat(5)
const score = fc.constantFrom(0, 20, 30, 31, 55, 60, 85, 86, 100)

const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('open' as const),
      guest,
      score,
      how: fc.constantFrom('at_once' as const, 'at_once' as const, 'late' as const, 'trusted' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('score_late' as const), guest, attempt, score }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('verdict' as const),
      guest,
      attempt,
      verdict: fc.constantFrom('legitimate' as const, 'suspicious' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), guest, attempt }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('rescore' as const), guest, attempt, score }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('invite' as const, 'remove' as const, 'forget' as const),
      guest,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('thresholds' as const),
      thresholds: fc.constantFrom(
        { medium: 20, high: 50, block: 80 },
        { medium: 30, high: 60, block: 85 },
        { medium: 0, high: 1, block: 2 },
      ),
    }),
  },
)

/** Everybody is invited first; forgetting somebody comes rarely enough that most histories go on. */
export const anyHappenings = (maxLength = 60): fc.Arbitrary<Happening[]> =>
  fc
    .array(happening, { minLength: 1, maxLength, size: 'max' })
    .map((rest) => [
      ...Array.from({ length: GUESTS }, (_, n) => ({ kind: 'invite' as const, guest: n })),
      ...rest,
    ])

const ruleSet = (id: string, score: number): RuleSet => ({
  id,
  signals: [{ signal: { name: 'ip_change', measure: () => score, explain: () => null }, weight: 100 }],
  cap: { strongFrom: 101, strongNeeded: 0, highest: 100 },
})

/** Plays happenings through the deciders of the product. @returns the facts that follow, in order */
export function factsOf(happenings: readonly Happening[], event = 0): Step[] {
  const play = new Play(event)
  for (const one of happenings) play.take(one)
  return play.steps
}

class Play {
  readonly steps: Step[] = []
  readonly #event: number
  readonly #guests = new Map<number, GuestState>()
  /** Openings of each guest, in order. */
  readonly #attempts = new Map<number, string[]>()
  #settings: SettingsState
  #count = 0

  constructor(event: number) {
    this.#event = event
    const created = eventSteps(event).created()
    this.steps.push(created)
    this.#settings = settingsDecider.evolve(settingsDecider.initialState(), {
      ...created.fact,
      at: 0,
    } as Parameters<typeof settingsDecider.evolve>[1])
  }

  take(one: Happening): void {
    this.#count += 1
    if (one.kind === 'thresholds')
      this.#configure({ kind: 'set_thresholds', thresholds: one.thresholds, ifVersion: null })
    else this.#ask(one.guest, this.#commandOf(one))
  }

  #commandOf(one: Exclude<Happening, { kind: 'thresholds' }>): GuestCommand | null {
    switch (one.kind) {
      case 'invite': {
        const contact = { name: 'Ada', email: null, phone: null, externalRef: null }
        return { kind: 'invite', ...contact, plusOnesAllowed: 0, utmSource: null, batchId: null }
      }
      case 'remove':
      case 'forget':
        return { kind: one.kind }
      case 'open': {
        const attemptId = anAttemptId(this.#count)
        this.#attempts.set(one.guest, [...(this.#attempts.get(one.guest) ?? []), attemptId])
        return {
          kind: 'open',
          attemptId,
          linkVersion: this.#linkVersion(one.guest),
          at: this.#count,
          ip: '192.0.2.1',
          userAgent: null,
          fingerprint: null,
          place: one.how === 'late' ? 'late' : null,
          policy: this.#policy('v1', one.score),
          allowedBy: one.how === 'trusted' ? 'n1' : null,
        }
      }
      default:
        return this.#aboutOpening(one)
    }
  }

  #aboutOpening(one: Extract<Happening, { attempt: number }>): GuestCommand | null {
    const attemptId = this.#attempts.get(one.guest)?.[one.attempt]
    if (attemptId === undefined) return null
    if (one.kind === 'verdict') return { kind: 'give_verdict', attemptId, verdict: one.verdict, note: null }
    if (one.kind === 'withdraw') return { kind: 'withdraw_verdict', attemptId }
    if (one.kind === 'score_late')
      return { kind: 'score_late', attemptId, place: null, policy: this.#policy('v1', one.score) }
    const { thresholds, thresholdsVersion } = this.#policy('v2', one.score)
    const rescored = { ruleSet: 'v2', score: one.score, subScores: {}, reasons: [] }
    return { kind: 'rescore', attemptId, score: rescored, thresholds, thresholdsVersion }
  }

  #policy(rules: string, score: number) {
    if (this.#settings.kind === 'missing') throw new Error('there is no event')
    const { thresholds, thresholdsVersion } = this.#settings
    return {
      ruleSet: ruleSet(rules, score),
      shadow: null,
      thresholds,
      thresholdsVersion,
      stepUp: { high: false, blocked: false },
    }
  }

  #linkVersion(guest: number): number {
    const state = this.#guests.get(guest)
    return state === undefined || state.kind === 'missing' ? 0 : state.link.version
  }

  #ask(guest: number, command: GuestCommand | null): void {
    if (command === null) return
    const stream = guestStream(anEventId(this.#event), aGuestId(guest))
    let state = this.#guests.get(guest) ?? guestDecider.initialState()
    for (const fact of unlessRefused(() => guestDecider.decide(command, state))) {
      this.steps.push({ stream, fact })
      state = guestDecider.evolve(state, { ...fact, at: this.#count })
    }
    this.#guests.set(guest, state)
  }

  #configure(command: SettingsCommand): void {
    const stream = settingsStream(anEventId(this.#event))
    for (const fact of unlessRefused(() => settingsDecider.decide(command, this.#settings))) {
      this.steps.push({ stream, fact })
      this.#settings = settingsDecider.evolve(this.#settings, { ...fact, at: this.#count })
    }
  }
}

function unlessRefused<F>(decide: () => readonly F[]): readonly F[] {
  try {
    return decide()
  } catch (error) {
    if (error instanceof DomainError) return []
    throw error
  }
}
