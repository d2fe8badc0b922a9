import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { guestDecider } from '../../src/commands/guest/decider.ts'
import { rulesDecider } from '../../src/commands/rules/decider.ts'
import { guestStream, rulesStream } from '../../src/events/streams.ts'
import { DAY, MINUTE } from '../../src/kernel/time.ts'
import { addGuest, expectStatus, open, reply } from '../support/party.ts'
import {
  askFor,
  challengeIn,
  codeIn,
  enter,
  LAPTOP,
  problemIn,
  refusalOf,
  StepUpParty,
  wrong,
} from '../support/step-up.ts'

let party: StepUpParty

beforeAll(async () => {
  party = await StepUpParty.start()
})
afterAll(() => party.product.stop())
beforeEach(() => party.renew())

describe('an opening that needs a code', () => {
  it('is asked for one in calm words, without the reasons', async () => {
    const { stopped } = await party.openFromAfar()
    expect(stopped.status).toBe(403)
    expect(problemIn(stopped)).toMatchObject({ code: 'code_required', recovery: { kind: 'code' } })
    const said = { ...problemIn(stopped), recovery: { ...problemIn(stopped).recovery, challengeToken: '' } }
    expect(JSON.stringify(said)).not.toMatch(
      /score|fingerprint|device|Grace|example|jump|km|San|suspicious|fraud/i,
    )
  })

  it('goes on with the code from the mail, and the guest can answer', async () => {
    const challenged = await party.challenged()
    const sent = expectStatus(await askFor(challenged), 202)
    expect(sent).toEqual({ channel: 'email', to: 'g•••@e•••', validSeconds: 600 })
    const [text = ''] = await party.messagesTo(party.email, 1)
    expect(text).toContain('Hello Grace Hopper,')

    const opened = expectStatus(await enter(challenged, codeIn(text)), 200)
    expect(opened.invitation.guestName).toBe('Grace Hopper')
    expect(opened.decision.label).toBe('Verified')
    const answered = await reply(challenged.visitor, party.guest.token, opened.rsvpToken, {
      answer: 'attending',
    })
    expect(expectStatus(answered, 200).status).toBe('confirmed')

    const [, opening] = await party.activity()
    expect(opening).toMatchObject({ decision: 'allowed', band: 'high', label: 'Suspicious', score: 61 })
    expect(opening?.sentence).toMatch(/and entered the code that was sent to them$/)
  })

  it('takes the code as people copy it, with a space in between', async () => {
    const challenged = await party.challenged()
    const code = await party.codeFor(challenged)
    expectStatus(await enter(challenged, ` ${code.slice(0, 3)} ${code.slice(3)} `), 200)
  })

  it('sends it by text message to who has only a phone', async () => {
    const { phone } = party
    const caller = await addGuest(party.host, party.event.id, { name: 'Ada', phone })
    const challenged = await party.challenged(caller)
    const sent = expectStatus(await askFor(challenged), 202)
    expect(sent).toMatchObject({ channel: 'sms', to: `••• ${phone.slice(-2)}` })
    const [text = ''] = await party.messagesTo(phone, 1)
    expect(text).toMatch(/^\d{6} is your code to open the invitation to Garden party\.$/)
    expectStatus(await enter(challenged, codeIn(text)), 200)
  })

  it('of a guest without an address leads to the host', async () => {
    const unreachable = await addGuest(party.host, party.event.id, { name: 'Ada' })
    const { stopped } = await party.openFromAfar(unreachable)
    expect([stopped.status, problemIn(stopped)]).toMatchObject([
      403,
      { code: 'code_required', recovery: { kind: 'ask_host' } },
    ])
  })

  it('of a guest whose address was taken away meanwhile leads to the host too', async () => {
    const challenged = await party.challenged()
    await party.host.client.patch(`/api/events/${party.event.id}/guests/${party.guest.id}`, { email: null })
    const asked = await askFor(challenged)
    expect(refusalOf(asked)).toEqual([409, 'no_address'])
  })

  it('that the host found suspicious is not let on by a code', async () => {
    const challenged = await party.challenged()
    const code = await party.codeFor(challenged)
    const [opening] = await party.activity()
    const url = `/api/events/${party.event.id}/access-logs/${opening?.id ?? ''}/feedback`
    expectStatus(await party.host.client.post(url, { verdict: 'suspicious' }), 200)
    expect(problemIn(await enter(challenged, code)).code).toBe('code_expired')
    party.product.clock.advance(MINUTE)
    expect(problemIn(await askFor(challenged)).code).toBe('no_step_up')
  })

  it('is let in where the event asks for no code', async () => {
    await party.configure({ high: false, blocked: false })
    const { stopped } = await party.openFromAfar()
    expect(expectStatus(stopped, 200).decision.label).toBe('Suspicious')
  })
})

describe('a blocked opening', () => {
  it('is offered a code where the host allows it, and opens with it', async () => {
    const { visitor, stopped } = await party.openFromAfar(party.guest, 10 * MINUTE)
    expect(problemIn(stopped).code).toBe('access_blocked')
    const challenged = { visitor, challenge: challengeIn(stopped), token: party.guest.token }
    const opened = expectStatus(await enter(challenged, await party.codeFor(challenged)), 200)
    expect(opened.decision.label).toBe('Verified')
    const [opening] = await party.activity()
    expect(opening).toMatchObject({ band: 'block', decision: 'allowed' })
  })

  it('leads to the host otherwise', async () => {
    await party.configure({ high: true, blocked: false })
    const { stopped } = await party.openFromAfar(party.guest, 10 * MINUTE)
    expect(problemIn(stopped)).toMatchObject({ code: 'access_blocked', recovery: { kind: 'ask_host' } })
    expect(stopped.text).not.toContain('challengeToken')
  })

  it('gets no more codes once the host allows none', async () => {
    const { visitor, stopped } = await party.openFromAfar(party.guest, 10 * MINUTE)
    await party.configure({ high: true, blocked: false })
    const asked = await askFor({ visitor, challenge: challengeIn(stopped), token: party.guest.token })
    expect(refusalOf(asked)).toEqual([409, 'no_step_up'])
  })
})

describe('a request that is tried again with its Idempotency-Key', () => {
  it('sends one code', async () => {
    const challenged = await party.challenged()
    const answers = await Promise.all(Array.from({ length: 4 }, () => askFor(challenged, 'send-once')))
    for (const answer of answers) expect(expectStatus(answer, 202).channel).toBe('email')
    expect(await party.factsOf('StepUpRequested')).toBe(1)
    const code = codeIn((await party.messagesTo(party.email, 1))[0])
    expectStatus(await enter(challenged, code), 200)
    expect(await party.messagesTo(party.email, 1)).toHaveLength(1)
  })

  it('counts a wrong code once, and says again that it was wrong', async () => {
    const challenged = await party.challenged()
    const code = await party.codeFor(challenged)
    for (let turn = 0; turn < 6; turn++) {
      const refused = await enter(challenged, wrong(code), 'the-same')
      expect(problemIn(refused)).toMatchObject({ code: 'wrong_code', triesLeft: 4 })
    }
    expectStatus(await enter(challenged, code, 'another'), 200)
  })

  it('opens the invitation again when the first answer was lost', async () => {
    const challenged = await party.challenged()
    const code = await party.codeFor(challenged)
    const first = expectStatus(await enter(challenged, code, 'enter-once'), 200)
    const again = await enter(challenged, code, 'enter-once')
    expect(expectStatus(again, 200).invitation).toEqual(first.invitation)
    const { rsvpToken } = expectStatus(again, 200)
    expectStatus(await reply(challenged.visitor, party.guest.token, rsvpToken, { answer: 'maybe' }), 200)
    expect(await party.factsOf('StepUpPassed')).toBe(1)
    const other = await enter(challenged, wrong(code), 'enter-once')
    expect(refusalOf(other)).toEqual([422, 'idempotency_key_reused'])
  })
})

describe('who entered a code', () => {
  it('is known from then on: the same device there scores lower under v2', async () => {
    const other = await addGuest(party.host, party.event.id, { name: 'Alan', email: `alan.${party.email}` })
    const confirmed = await party.challenged()
    expectStatus(await enter(confirmed, await party.codeFor(confirmed)), 200)
    const unconfirmed = await party.challenged(other)

    const activate = { kind: 'activate', ruleSet: 'v2' } as const
    const context = {
      commandId: randomUUID(),
      actor: 'ops:test',
      at: party.product.clock.now(),
      correlationId: 'c',
    } as const
    await party.product.commands.execute(rulesDecider, rulesStream, activate, context)
    party.product.clock.advance(2 * DAY)
    for (const { visitor, token } of [confirmed, unconfirmed]) await open(visitor, token, LAPTOP)
    const [stranger, known] = await party.activity()
    expect([known?.ruleSet, stranger?.ruleSet]).toEqual(['v2', 'v2'])
    expect([known?.guest?.name, stranger?.guest?.name]).toEqual(['Grace Hopper', 'Alan'])
    expect(known?.label).toBe('Verified')
    expect(known?.score).toBeLessThan(stranger?.score ?? 0)

    const { baseline } = (await party.product.commands.state(
      guestDecider,
      guestStream(party.event.id, party.guest.id),
    )) as never
    expect(baseline).toMatchObject({ trusted: { prefixes: ['8.8.8.0/24'] } })
  })
})
