import { arrivedCount } from '../../commands/guest/state.ts'
import { SECOND } from '../../kernel/time.ts'
import { fingerprintDigest } from '../../scoring/fingerprint.ts'
import { deviceOf } from '../devices.ts'
import { addressIn, type City } from '../networks.ts'
import { guestOf } from '../stage.ts'
import { companionsOf, noteFor } from '../story/notes.ts'
import { GATES } from '../story/private-view.ts'
import { preview, visit, visitorOf } from '../story/scene.ts'
import { findGuest, type Company, type FollowUp, type Found } from './company.ts'

/** @returns whether it happened: nobody may be left for whom it is plausible */
type LiveScene = (company: Company, now: number) => Promise<boolean>

/** What can happen next, by how often it does. */
export const liveScenes: readonly { readonly weight: number; readonly play: LiveScene }[] = [
  { weight: 26, play: arrives },
  { weight: 18, play: looksForTheFirstTime },
  { weight: 10, play: answersAtLast },
  { weight: 28, play: looksAgain },
  { weight: 6, play: changesPlans },
  { weight: 5, play: strangerOpens },
  { weight: 5, play: sharesTheLink },
  { weight: 2, play: showsPassAgain },
]

async function arrives(company: Company, now: number): Promise<boolean> {
  const { stage, story, dice } = company
  const found = await findGuest(company, story.privateView.guests, ({ guest, seat }) => {
    return seat?.status === 'confirmed' && arrivedCount(guest) < seat.partySize
  })
  if (found === null) return false
  const left = (found.seat?.partySize ?? 1) - arrivedCount(found.guest)
  const count = dice.chance(0.85) ? left : dice.int(1, left)
  await stage.scan(found.who, now, dice.pick(GATES), count)
  return true
}

async function showsPassAgain(company: Company, now: number): Promise<boolean> {
  const { stage, story, dice } = company
  const found = await findGuest(company, story.privateView.guests, ({ guest, seat }) => {
    return seat?.status === 'confirmed' && arrivedCount(guest) >= seat.partySize && guest.refusals.size === 0
  })
  if (found === null) return false
  await stage.scan(found.who, now, dice.pick(GATES), 1)
  return true
}

async function looksForTheFirstTime(company: Company, now: number): Promise<boolean> {
  const { story, dice } = company
  const found = await findGuest(company, story.evening.guests, ({ guest }) => {
    const sent = [...guest.messages.values()].some(({ state }) => state === 'sent')
    return sent && guest.baseline.openings === 0
  })
  if (found === null) return false
  const { laptop, mobile, home } = found.who.person
  await opens(company, found, now, dice.chance(0.6) ? mobile : laptop, home)
  if (dice.chance(0.75)) afterAWhile(company, now, (then) => answers(company, found, then))
  return true
}

async function answersAtLast(company: Company, now: number): Promise<boolean> {
  const found = await findGuest(company, company.story.evening.guests, ({ guest, seat }) => {
    return guest.baseline.openings > 0 && seat === undefined
  })
  if (found === null) return false
  await looks(company, found, now)
  afterAWhile(company, now, (then) => answers(company, found, then))
  return true
}

async function looksAgain(company: Company, now: number): Promise<boolean> {
  const found = await findGuest(company, company.story.evening.guests, ({ guest }) => {
    return guest.baseline.openings > 0 && guest.baseline.openings < MOST_LOOKS
  })
  if (found === null) return false
  await looks(company, found, now)
  return true
}

/** The more there are, the more a score says about the demo and the less about guests. */
const MOST_LOOKS = 9

async function changesPlans(company: Company, now: number): Promise<boolean> {
  const { stage, story, dice } = company
  const found = await findGuest(company, story.evening.guests, ({ seat }) => {
    return seat?.status === 'maybe' || (seat?.status === 'confirmed' && dice.chance(0.1))
  })
  if (found?.seat === undefined) return false
  const { status, partySize } = found.seat
  await looks(company, found, now)
  const reply =
    status === 'maybe'
      ? ({ answer: 'attending', partySize, note: null } as const)
      : ({ answer: 'declined', partySize: 0, note: noteFor('declined', dice) } as const)
  afterAWhile(company, now, (then) => stage.answer(found.who, then, reply))
  return true
}

const ELSEWHERE: readonly City[] = ['Lagos', 'New York', 'Casablanca', 'Vienna', 'Montreal', 'Dakar']

/** Somebody who is not the guest: in another city, in the same one, or a program. */
async function strangerOpens(company: Company, now: number): Promise<boolean> {
  const { stage, story, dice } = company
  const found = await findGuest(company, story.evening.guests, ({ guest, seat }) => {
    return seat?.status === 'confirmed' && guest.baseline.openings > 0 && guest.risk?.band === 'low'
  })
  if (found === null) return false
  const label = `stranger ${String(now)}`
  const { userAgent, fingerprint } = deviceOf('phone', label, 'en-US', 'Etc/UTC')
  const { city } = found.who.person
  const visitors = [
    { userAgent, fingerprint, ip: addressIn(dice.pick(ELSEWHERE), label) },
    { userAgent, fingerprint: null, ip: addressIn(city, label, 1) },
    { userAgent: null, fingerprint: null, ip: addressIn('Frankfurt am Main', label) },
  ]
  await stage.open(found.who, now, dice.pick(visitors))
  return true
}

async function sharesTheLink(company: Company, now: number): Promise<boolean> {
  const found = await findGuest(company, company.story.evening.guests, ({ guest }) => {
    return guest.baseline.openings > 0
  })
  if (found === null) return false
  await preview(found.who, now).play(company.stage)
  return true
}

/** Nobody answers in the second in which the invitation opens. */
function afterAWhile({ followUps, dice }: Company, now: number, play: FollowUp['play']): void {
  followUps.push({ due: now + dice.int(15, 60) * SECOND, play })
}

/** Mostly on the device of the first time, now and then on the other one. */
async function looks(company: Company, found: Found, now: number): Promise<void> {
  const { laptop, mobile, home } = found.who.person
  const used =
    fingerprintDigest(mobile.fingerprint) === found.guest.baseline.fingerprintDigest ? mobile : laptop
  const other = used === mobile ? laptop : mobile
  await opens(company, found, now, company.dice.chance(0.85) ? used : other, home)
}

async function opens(
  { stage }: Company,
  { who }: Found,
  now: number,
  device: Parameters<typeof visitorOf>[0],
  ip: string,
): Promise<void> {
  for (const { play } of visit(guestOf(who.eventId, who.person), now, visitorOf(device, ip)))
    await play(stage)
}

async function answers({ stage, dice }: Company, { who, guest }: Found, now: number): Promise<void> {
  const answer = dice.pick(['attending', 'attending', 'attending', 'declined', 'maybe'] as const)
  const partySize = answer === 'declined' ? 0 : 1 + dice.int(0, guest.plusOnesAllowed)
  const plusOneNames = companionsOf(who.person, Math.max(0, partySize - 1), dice)
  await stage.answer(who, now, { answer, partySize, plusOneNames, note: noteFor(answer, dice) })
}
