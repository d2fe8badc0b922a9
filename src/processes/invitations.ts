import { setTimeout as wait } from 'node:timers/promises'
import { guestDecider } from '../commands/guest/decider.ts'
import type { InvitedGuest } from '../commands/guest/state.ts'
import { guestStream } from '../events/streams.ts'
import { invitationMail, invitationSms } from '../notify/compose.ts'
import { DeliveryFailed } from '../notify/message.ts'
import type { JobHandler, JobRun } from './jobs.ts'
import { guestNow, occasionOf, type NotificationOptions } from './notifications.ts'
import { notifications } from './reactions.ts'
import { reactionContext } from './reaction-context.ts'

type InvitationData = JobRun<'invitation'>['data']

/** What came of a message; `failed` is final. */
type Settled = { readonly kind: 'record_sent' } | { readonly kind: 'record_failed'; readonly reason: string }

const failed = (reason: string): Settled => ({ kind: 'record_failed', reason })

/** How often an outcome is recorded again before the job fails and with it the message may be sent twice. */
const RECORD_TRIES = 5

async function record(options: NotificationOptions, data: InvitationData, settled: Settled): Promise<void> {
  const { commands, clock } = options
  const context = reactionContext(notifications.name, data, settled.kind, clock.now())
  const command = { ...settled, messageId: data.messageId }
  for (let attempt = 1; ; attempt++) {
    try {
      await commands.execute(guestDecider, guestStream(data.eventId, data.guestId), command, context)
      return
    } catch (error) {
      if (attempt === RECORD_TRIES) throw error
      await wait(100 * 2 ** attempt)
    }
  }
}

/** @returns why this message can no longer be sent, null when it can */
function obstacle(guest: InvitedGuest, status: string | undefined): string | null {
  if (guest.gone !== null) return 'The guest left the list before it was sent.'
  if (guest.link.revoked) return "The guest's link was revoked before it was sent."
  if (status === undefined || status === 'closed' || status === 'archived') {
    return 'The event was closed before it was sent.'
  }
  return null
}

async function deliver(
  options: NotificationOptions,
  data: InvitationData,
  guest: InvitedGuest,
): Promise<Settled> {
  const { eventId, guestId, messageId } = data
  const occasion = await occasionOf(options.commands, eventId)
  const why = obstacle(guest, occasion?.status)
  if (occasion === null || why !== null) return failed(why ?? 'There is no such event.')
  const { name: guestName, email, phone } = guest.contact
  const link = options.links.guestLink({ eventId, guestId, version: guest.link.version })
  const about = { occasion, guestName, link, plusOnesAllowed: guest.plusOnesAllowed }
  if (guest.messages.get(messageId)?.channel === 'sms') {
    if (phone === null) return failed('The guest has no phone number any more.')
    await options.sms.send(invitationSms({ id: messageId, to: phone }, about))
  } else {
    if (email === null) return failed('The guest has no e-mail address any more.')
    await options.mailer.send(invitationMail({ id: messageId, to: email }, about))
  }
  return { kind: 'record_sent' }
}

/** Sends an invitation and records what came of it. A message that was settled before is left alone. */
export function invitationHandler(options: NotificationOptions): JobHandler<'invitation'> {
  return async ({ data }) => {
    const guest = await guestNow(options.commands, data)
    if (guest?.messages.get(data.messageId)?.state !== 'queued') return
    let settled: Settled
    try {
      settled = await deliver(options, data, guest)
    } catch (error) {
      if (!(error instanceof DeliveryFailed && error.permanent)) throw error
      settled = failed(error.message)
    }
    await record(options, data, settled)
  }
}

/** Tells the host of an invitation that no try could send. */
export function invitationGivenUpHandler(options: NotificationOptions): JobHandler<'invitation-given-up'> {
  return async ({ data, reason }) => {
    await record(options, data, failed(reason ?? 'It could not be sent in any try.'))
  }
}
