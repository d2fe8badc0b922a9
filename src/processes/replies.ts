import type { Seat } from '../commands/rsvps/state.ts'
import { passValidUntil } from '../commands/settings/door.ts'
import { replyMail, type Reply } from '../notify/compose.ts'
import type { JobHandler, JobRun } from './jobs.ts'
import { guestNow, occasionOf, seatNow, type LinkOf, type NotificationOptions } from './notifications.ts'

type ReplyData = JobRun<'reply'>['data']

function replyOf(
  { status, partySize, promoted }: ReplyData,
  link: LinkOf,
  { eventDate }: { readonly eventDate: string },
  { links }: NotificationOptions,
): Reply {
  switch (status) {
    case 'confirmed':
      return {
        status,
        partySize,
        promoted,
        passCode: links.passCode(link),
        pass: links.pass({ ...link, validUntil: passValidUntil({ eventDate }) }),
      }
    case 'waitlisted':
      return { status, partySize }
    case 'declined':
    case 'maybe':
      return { status }
  }
}

/**
 * Whether the guest has had what the mail would say since this answer: a later one has a mail of its own, and one that
 * only changed names or the note has none.
 */
const isNews = ({ status, partySize, at }: ReplyData, seat: Seat | null) =>
  seat?.status === status && seat.partySize === partySize && (at === undefined || seat.since === at)

/** Writes to a guest who answered, or whose party moved up from the waitlist; to those who have an address. */
export function replyHandler(options: NotificationOptions): JobHandler<'reply'> {
  const { commands, links, mailer, mailDomain } = options
  return async ({ id, data }) => {
    const { eventId, guestId } = data
    const [guest, seat, occasion] = await Promise.all([
      guestNow(commands, data),
      seatNow(commands, eventId, guestId),
      occasionOf(commands, eventId),
    ])
    if (guest?.gone !== null || occasion === null || !isNews(data, seat)) return
    const { email, name: guestName } = guest.contact
    if (email === null || guest.link.revoked) return
    const link = { eventId, guestId, version: guest.link.version }
    const about = { occasion, guestName, link: links.guestLink(link) }
    const reply = replyOf(data, link, occasion, options)
    await mailer.send(await replyMail({ id, to: email }, about, reply, mailDomain))
  }
}
