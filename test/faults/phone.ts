import { goOn, type KnownGuest, type Occasion } from './occasion.ts'
import { phoneStep, type PhoneStep } from './script.ts'
import { Client, type Tale } from './tale.ts'

/** Answers that a phone has sent before it may stop. */
const ENOUGH = 6

interface Opened {
  readonly rsvpToken?: string
  readonly invitation?: { readonly plusOnesAllowed: number; readonly pass: { readonly code: string } | null }
}

/** One phone that several guests share: each is answered for by one phone only. */
export async function phone(tale: Tale, occasion: Occasion, number: number, phones: number): Promise<void> {
  const name = `phone-${occasion.name}-${String(number)}`
  const client = new Client(tale, name, `10.2.${occasion.name.slice(-1)}.${String(number + 1)}`)
  const dice = tale.diceOf(name)
  let answers = 0
  const act = async () => {
    const step = phoneStep(dice, number, phones)
    const guest = occasion.guests[step.guest]
    if (guest === undefined || guest.token === null) return
    if (await openAndAnswer(client, occasion.id, guest, guest.token, step)) answers += 1
  }
  await goOn(tale, client, act, () => answers >= ENOUGH)
}

/** @returns whether an answer was taken */
async function openAndAnswer(
  client: Client,
  eventId: string,
  guest: KnownGuest,
  token: string,
  { guest: at, answer, tapsTwice, asksTooMuch, partySize: wished }: PhoneStep,
): Promise<boolean> {
  const about = { eventId, guestId: guest.id }
  const path = `/api/rsvp/${token}`
  const json = { fingerprint: { screen: '390x844', device: String(at) } }
  const opened = await client.ask(
    { kind: 'open', ...about },
    { method: 'POST', path: `${path}/open`, json },
    tapsTwice,
  )
  const { rsvpToken: bearer, invitation } = (opened?.body ?? {}) as Opened
  if (opened?.status !== 200 || bearer === undefined) return false
  guest.passCode = invitation?.pass?.code ?? guest.passCode
  const most = asksTooMuch ? Infinity : (invitation?.plusOnesAllowed ?? 0) + 1
  const partySize = Math.min(wished, most)
  const replied = await client.ask(
    { kind: 'answer', answer, partySize, ...about },
    { method: 'POST', path, json: { answer, partySize }, bearer },
    tapsTwice,
  )
  guest.passCode = replied?.body.pass?.code ?? guest.passCode
  return replied?.status === 200
}
