import type { CommandContext } from '../../eventstore/codec.ts'
import type { Position } from '../../eventstore/port.ts'
import type { Place } from '../../events/guest.ts'
import { guestStream, settingsStream } from '../../events/streams.ts'
import type { Band } from '../../scoring/bands.ts'
import type { Fingerprint } from '../../scoring/fingerprint.ts'
import type { CommandHandler } from '../handle.ts'
import type { RulesInForce } from '../rules/active.ts'
import { requireEvent, settingsDecider, type ConfiguredEvent } from '../settings/decider.ts'
import type { Policy } from './commands.ts'
import { guestDecider } from './decider.ts'
import { linkInvalid, requireLiveLink } from './openings.ts'
import type { InvitedGuest } from './state.ts'

/**
 * How late an opening may learn what another process changed of the event, in milliseconds: one read serves all openings
 * of that time. What it was judged under stands in its facts.
 */
export const EVENT_AGE = 100

export interface OpenedLink {
  readonly eventId: string
  readonly guestId: string
  readonly version: number
}

export interface Visitor {
  readonly ip: string | null
  readonly userAgent: string | null
  readonly fingerprint: Fingerprint | null
}

export interface Opened {
  readonly attemptId: string
  /** Null when the guest went on unscored. */
  readonly band: Band | null
  readonly decision: 'allowed' | 'blocked' | 'challenged'
  readonly guest: InvitedGuest
  readonly event: ConfiguredEvent
  readonly position: Position | null
}

export interface OpeningsOptions {
  readonly commands: CommandHandler
  /** IP to place; null when nothing is known of it. May be slow or fail where it asks somebody else. */
  readonly lookup: (ip: string) => Promise<Place | null>
  /** The rules in force. */
  readonly rules: () => Promise<RulesInForce>
  /** How long an opening waits for the place before the guest goes on unscored, in milliseconds. */
  readonly budgetMs: number
  /** Told of every opening that went on unscored. */
  readonly onOverrun: () => void
}

export interface Openings {
  /**
   * Scores the opening of a link and decides about it.
   * @throws DomainError `link_invalid`, `too_many_openings`
   */
  open(link: OpenedLink, visitor: Visitor, attemptId: string, context: CommandContext): Promise<Opened>
  /** Scores an attempt that went on unscored; does nothing for one that has a score. */
  scoreLate(eventId: string, guestId: string, attemptId: string, context: CommandContext): Promise<void>
}

export function createOpenings({ commands, lookup, rules, budgetMs, onOverrun }: OpeningsOptions): Openings {
  async function placeWithinBudget(ip: string | null): Promise<Place | null | 'late'> {
    if (ip === null) return null
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<'late'>((resolve) => {
      timer = setTimeout(resolve, budgetMs, 'late')
    })
    // A lookup that fails tells nothing about the guest; the late scorer tries it again.
    const place = await Promise.race([lookup(ip).catch(() => 'late' as const), late])
    clearTimeout(timer)
    if (place === 'late') onOverrun()
    return place
  }

  return {
    async open(link, visitor, attemptId, context) {
      const stream = guestStream(link.eventId, link.guestId)
      const [settings, place, inForce] = await Promise.all([
        commands.state(settingsDecider, settingsStream(link.eventId), EVENT_AGE),
        placeWithinBudget(visitor.ip),
        rules(),
        // Read beside the others, unless it is at hand, so that the command finds it so. However old it is, the append
        // proves it, or is decided again.
        commands.state(guestDecider, stream, Infinity),
      ])
      if (settings.kind === 'missing') throw linkInvalid()
      const { state, position } = await commands.execute(
        guestDecider,
        stream,
        {
          kind: 'open',
          attemptId,
          linkVersion: link.version,
          at: context.at,
          ...visitor,
          place,
          policy: policyOf(settings, inForce),
          allowedBy: allowedBy(settings, visitor.ip),
        },
        context,
      )
      if (state.kind === 'missing') throw linkInvalid()
      requireLiveLink(state, link.version)
      const attempt = state.attempts.get(attemptId)
      const band = attempt?.score?.band ?? null
      const decision = attempt?.decision ?? 'allowed'
      return { attemptId, band, decision, guest: state, event: settings, position }
    },

    async scoreLate(eventId, guestId, attemptId, context) {
      const [settings, guest] = await Promise.all([
        commands.state(settingsDecider, settingsStream(eventId)),
        commands.state(guestDecider, guestStream(eventId, guestId)),
      ])
      if (guest.kind === 'missing') return
      const attempt = guest.pending.get(attemptId)
      if (attempt === undefined) return
      const place = attempt.ip === null ? null : await lookup(attempt.ip)
      const policy = policyOf(requireEvent(settings), await rules())
      const command = { kind: 'score_late', attemptId, place, policy } as const
      await commands.execute(guestDecider, guestStream(eventId, guestId), command, context)
    },
  }
}

function policyOf({ thresholds, thresholdsVersion, stepUp }: ConfiguredEvent, rules: RulesInForce): Policy {
  return { ...rules, thresholds, thresholdsVersion, stepUp }
}

function allowedBy({ allowlist }: ConfiguredEvent, ip: string | null): string | null {
  return ip === null ? null : (allowlist.match(ip)?.entryId ?? null)
}
