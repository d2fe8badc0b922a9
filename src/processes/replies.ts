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

/** Whether the guest still has what the mail would say; a later answer has a mail of its own. */
const stillSo = (data: ReplyData, seat: Seat | null) =>
  seat !== null && seat.status === data.status && seat.partySize === data.partySize

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
    if (guest?.gone !== null || occasion === null || !stillSo(data, seat)) return
    const { email, name: guestName } = guest.contact
    if (email === null || guest.link.revoked) return
    const link = { eventId, guestId, version: guest.link.version }
    const about = { occasion, guestName, link: links.guestLink(link) }
    const reply = replyOf(data, link, occasion, options)
    await mailer.send(await replyMail({ id, to: email }, about, reply, mailDomain))
  }
}
