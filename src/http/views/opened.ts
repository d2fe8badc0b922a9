import { EVENT_AGE } from '../../commands/guest/opening.ts'
import { channelOf, mayStepUp } from '../../commands/guest/step-up.ts'
import type { InvitedGuest } from '../../commands/guest/state.ts'
import { rsvpsDecider } from '../../commands/rsvps/decider.ts'
import type { RsvpsState } from '../../commands/rsvps/state.ts'
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

/** What the open envelope shows that does not depend on the opening itself. */
export interface Prepared {
  readonly rsvps: Promise<RsvpsState>
  readonly rsvpToken: Promise<string>
}

/** Begins to gather what an open envelope shows; nobody has to wait for it who is stopped. */
export function prepareOpened(
  { commands, tokens }: Pick<AppDeps, 'commands' | 'tokens'>,
  { eventId, guestId, version: linkVersion }: LinkClaims,
  attemptId: string,
): Prepared {
  const rsvps = commands.state(rsvpsDecider, rsvpsStream(eventId), EVENT_AGE)
  const rsvpToken = tokens.issueRsvp({ eventId, guestId, attemptId, linkVersion })
  // Awaited only if the opening is allowed.
  for (const part of [rsvps, rsvpToken]) part.catch(() => undefined)
  return { rsvps, rsvpToken }
}

/** The open envelope, with what the guest answers with. */
export async function openedView(deps: AppDeps, parts: OpenedParts, prepared: Prepared): Promise<OpenAnswer> {
  const { band } = parts
  return {
    invitation: await invitationView(deps, { ...parts, rsvps: await prepared.rsvps }),
    rsvpToken: await prepared.rsvpToken,
    decision: { label: band === null ? 'Unscored' : BAND_LABELS[band] },
  }
}

const ASK_HOST: Recovery = {
  kind: 'ask_host',
  message: 'Please ask your host: they can see this visit and send you a new link.',
}

/** For an opening that no person made. A person who is told so all the same has a way to open it. */
export function turnedAway(): DomainError {
  const recovery: Recovery = {
    kind: 'own_device',
    message: 'This invitation opens on your own device, by a tap of yours.',
  }
  return new DomainError('forbidden', 'access_blocked', 'We could not open this invitation here.', {
    extras: { recovery },
  })
}

/** Calm, and without the reasons: an honest guest is not accused, an attacker is not taught. */
export async function stopped(
  { tokens }: Pick<AppDeps, 'tokens'>,
  { eventId, guestId, version: linkVersion }: LinkClaims,
  { attemptId, guest, event }: Pick<OpenedParts, 'attemptId' | 'guest' | 'event'>,
): Promise<DomainError> {
  const attempt = guest.attempts.get(attemptId)
  const recovery: Recovery =
    attempt !== undefined && channelOf(guest) !== null && mayStepUp(attempt, event.stepUp)
      ? {
          kind: 'code',
          message: 'We can send a code to the address your host has for you.',
          challengeToken: await tokens.issueChallenge({ eventId, guestId, attemptId, linkVersion }),
        }
      : ASK_HOST
  return attempt?.decision === 'challenged'
    ? new DomainError('forbidden', 'code_required', 'One more step: please confirm that it is you.', {
        extras: { recovery },
      })
    : new DomainError('forbidden', 'access_blocked', 'We could not open this invitation here.', {
        extras: { recovery },
      })
}
