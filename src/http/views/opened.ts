import { mayStepUp } from '../../commands/guest/step-up.ts'
import type { InvitedGuest } from '../../commands/guest/state.ts'
import { rsvpsDecider } from '../../commands/rsvps/decider.ts'
import type { ConfiguredEvent } from '../../commands/settings/decider.ts'
import type { Recovery } from '../../contracts/common.ts'
import type { OpenAnswer } from '../../contracts/rsvp.ts'
import { rsvpsStream } from '../../events/streams.ts'
import { DomainError } from '../../kernel/errors.ts'
import { BAND_LABELS, type Band } from '../../scoring/bands.ts'
import type { LinkClaims } from '../../tokens/tokens.ts'
import type { AppDeps } from '../deps.ts'
import { invitationView } from './invitation.ts'

interface OpenedParts {
  readonly claims: LinkClaims
  readonly token: string
  readonly attemptId: string
  /** Null without a score. */
  readonly band: Band | null
  readonly guest: InvitedGuest
  readonly event: ConfiguredEvent
}

/** The open envelope, with what the guest answers with. */
export async function openedView(deps: AppDeps, parts: OpenedParts): Promise<OpenAnswer> {
  const { claims, attemptId, band } = parts
  const { eventId, guestId, version: linkVersion } = claims
  const rsvps = await deps.commands.state(rsvpsDecider, rsvpsStream(eventId))
  return {
    invitation: await invitationView(deps, { ...parts, rsvps }),
    rsvpToken: await deps.tokens.issueRsvp({ eventId, guestId, attemptId, linkVersion }),
    decision: { label: band === null ? 'Unscored' : BAND_LABELS[band] },
  }
}

const ASK_HOST: Recovery = {
  kind: 'ask_host',
  message: 'Please ask your host: they can see this visit and send you a new link.',
}

/** Calm, and without the reasons: an honest guest is not accused, an attacker is not taught. */
export async function stopped(
  { tokens }: Pick<AppDeps, 'tokens'>,
  { eventId, guestId, version: linkVersion }: LinkClaims,
  {
    attemptId,
    decision,
    guest,
    event,
  }: Pick<OpenedParts, 'attemptId' | 'guest' | 'event'> & {
    readonly decision: 'blocked' | 'challenged' | 'allowed'
  },
): Promise<DomainError> {
  const reachable = guest.contact.email !== null || guest.contact.phone !== null
  const recovery: Recovery =
    reachable && mayStepUp(decision, event.stepUp)
      ? {
          kind: 'code',
          message: 'We can send a code to the address your host has for you.',
          challengeToken: await tokens.issueChallenge({ eventId, guestId, attemptId, linkVersion }),
        }
      : ASK_HOST
  return decision === 'challenged'
    ? new DomainError('forbidden', 'code_required', 'One more step: please confirm that it is you.', {
        extras: { recovery },
      })
    : new DomainError('forbidden', 'access_blocked', 'We could not open this invitation here.', {
        extras: { recovery },
      })
}
