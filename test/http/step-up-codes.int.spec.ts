import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Problem } from '../../src/contracts/common.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/time.ts'
import { createPool } from '../../src/postgres/pool.ts'
import type { Answer } from '../support/client.ts'
import { silentLog } from '../support/log.ts'
import { addGuest, expectStatus, open, reply } from '../support/party.ts'
import { rowsWith } from '../support/rows.ts'
import {
  askFor,
  bearing,
  challengeIn,
  enter,
  LAPTOP,
  PARIS,
  PHONE,
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

describe('a code', () => {
  it('may be wrong five times; each time says how many tries are left', async () => {
    const challenged = await party.challenged()
    const code = await party.codeFor(challenged)
    const left = []
    for (let by = 1; by <= 5; by++) {
      const refused = await enter(challenged, wrong(code, by))
      expect(refusalOf(refused)).toEqual([400, 'wrong_code'])
      left.push(problemIn(refused).triesLeft)
    }
    expect(left).toEqual([4, 3, 2, 1, 0])
    const late = await enter(challenged, code)
    expect(refusalOf(late)).toEqual([409, 'code_expired'])
    const [opening] = await party.activity()
    expect(opening).toMatchObject({ decision: 'challenged' })
    expect(opening?.sentence).toMatch(/and a wrong code was entered$/)
  })

  it('has five tries also when they come at the same moment', async () => {
    const challenged = await party.challenged()
    const code = await party.codeFor(challenged)
    const tries = await Promise.all(
      Array.from({ length: 12 }, (_, at) => enter(challenged, wrong(code, at + 1))),
    )
    const codes = tries.map((answer) => problemIn(answer).code)
    expect(codes.filter((one) => one === 'wrong_code')).toHaveLength(5)
    expect(codes.filter((one) => one === 'code_expired')).toHaveLength(7)
    expect(await party.factsOf('StepUpFailed')).toBe(5)
  })

  it('that is not six digits is a mistake of the hand and costs no try', async () => {
    const challenged = await party.challenged()
    const code = await party.codeFor(challenged)
    for (const typed of ['', '12345', '1234567', 'abcdef', '１２３４５６', 'é12345', '1'.repeat(21)]) {
      const refused = await enter(challenged, typed)
      expect(refusalOf(refused), typed).toEqual([400, 'invalid_request'])
    }
    expect(await party.factsOf('StepUpFailed')).toBe(0)
    expectStatus(await enter(challenged, code), 200)
  })

  it('is good for ten minutes', async () => {
    const [first, second] = [
      await party.challenged(),
      await addGuest(party.host, party.event.id, { email: `b.${party.email}` }),
    ]
    const code = await party.codeFor(first)
    party.product.clock.advance(10 * MINUTE)
    expectStatus(await enter(first, code), 200)

    const other = await party.challenged(second)
    const late = await party.codeFor(other, `b.${party.email}`)
    party.product.clock.advance(10 * MINUTE + SECOND)
    expect(problemIn(await enter(other, late)).code).toBe('code_expired')
  })

  it('is replaced by the next, which can be had after a minute', async () => {
    const challenged = await party.challenged()
    const first = await party.codeFor(challenged)
    party.product.clock.advance(MINUTE - SECOND)
    const soon = await askFor(challenged)
    expect(refusalOf(soon)).toEqual([429, 'code_sent'])
    party.product.clock.advance(SECOND)
    const second = await party.codeFor(challenged, party.email, 2)
    expect(second).not.toBe(first)
    const old = await enter(challenged, first)
    expect(problemIn(old)).toMatchObject({ code: 'wrong_code', triesLeft: 4 })
    expectStatus(await enter(challenged, second), 200)
  })

  it('works once: neither the code nor another one is taken afterwards', async () => {
    const challenged = await party.challenged()
    const code = await party.codeFor(challenged)
    expectStatus(await enter(challenged, code), 200)
    expect(problemIn(await enter(challenged, code)).code).toBe('code_expired')
    party.product.clock.advance(MINUTE)
    expect(problemIn(await askFor(challenged)).code).toBe('no_step_up')
  })

  it('of one opening is worth nothing for another', async () => {
    const first = await party.challenged()
    const second = { ...first, challenge: challengeIn(await open(first.visitor, party.guest.token, LAPTOP)) }
    const code = await party.codeFor(first)
    party.product.clock.advance(SECOND)
    expect(problemIn(await enter(second, code)).code).toBe('code_expired')
    const other = await party.codeFor(second, party.email, 2)
    expect(problemIn(await enter(second, code)).code).toBe('wrong_code')
    expectStatus(await enter(first, code), 200)
    expectStatus(await enter(second, other), 200)
  })

  it('dies with the link', async () => {
    const challenged = await party.challenged()
    const code = await party.codeFor(challenged)
    await party.host.client.post(`/api/events/${party.event.id}/guests/${party.guest.id}/link`)
    for (const refused of [await enter(challenged, code), await askFor(challenged)]) {
      expect(refusalOf(refused)).toEqual([404, 'link_invalid'])
    }
  })
})

describe('guessing', () => {
  it('gets five codes in ten minutes and ten in a day, over however many openings', async () => {
    const { visitor, challenge } = await party.challenged()
    const challenges = [challenge]
    while (challenges.length < 12)
      challenges.push(challengeIn(await open(visitor, party.guest.token, LAPTOP)))
    /** @returns the statuses of one request for each opening */
    const askForAll = async () => {
      const statuses = []
      for (const one of challenges) {
        statuses.push((await askFor({ visitor, challenge: one, token: party.guest.token })).status)
      }
      return statuses.filter((status) => status === 202).length
    }
    expect(await askForAll()).toBe(5)
    for (let minutes = 1; minutes < 10; minutes++) {
      party.product.clock.advance(MINUTE)
      expect(await askForAll()).toBe(0)
    }
    party.product.clock.advance(MINUTE)
    expect(await askForAll()).toBe(5)
    party.product.clock.advance(15 * MINUTE)
    expect(await askForAll()).toBe(0)
  })

  it('starts anew with a new link from the host only', async () => {
    const { visitor } = await party.challenged()
    const exhaust = async (token: string) => {
      let sent = 0
      for (let turn = 0; turn < 3; turn++) {
        for (let one = 0; one < 5; one++) {
          const challenge = challengeIn(await open(visitor, token, LAPTOP))
          sent += (await askFor({ visitor, challenge, token })).status === 202 ? 1 : 0
        }
        party.product.clock.advance(HOUR)
      }
      return sent
    }
    expect(await exhaust(party.guest.token)).toBe(10)
    const { link } = expectStatus(
      await party.host.client.post<{ link: string }>(
        `/api/events/${party.event.id}/guests/${party.guest.id}/link`,
      ),
      200,
    )
    const token = link.slice(link.lastIndexOf('/') + 1)
    const challenge = challengeIn(await open(visitor, token, LAPTOP))
    expect((await askFor({ visitor, challenge, token })).status).toBe(202)
  })

  it('over many links is stopped for the network it comes from, and for no other', async () => {
    const guesser = party.product.client('8.8.4.4')
    const answers: Answer<unknown>[] = []
    for (let n = 0; n < 7; n++) {
      const victim = await addGuest(party.host, party.event.id, {
        email: `victim.${String(n)}.${party.email}`,
      })
      const { stopped } = await party.openFromAfar(victim, DAY, guesser)
      const challenged = { visitor: guesser, challenge: challengeIn(stopped), token: victim.token }
      const code = await party.codeFor(challenged, `victim.${String(n)}.${party.email}`)
      for (let by = 1; by <= 5; by++) answers.push(await enter(challenged, wrong(code, by)))
      if (n < 6) continue
      // Even the right one is not looked at any more, except from elsewhere.
      answers.push(await enter(challenged, code))
      expectStatus(await enter({ ...challenged, visitor: party.product.client(PARIS) }, code), 200)
    }
    const codes = answers.map((answer) => problemIn(answer).code)
    expect(codes.filter((one) => one === 'wrong_code')).toHaveLength(30)
    expect(codes.slice(30)).toEqual(Array.from({ length: 6 }, () => 'rate_limited'))
  })
})

describe('the token of a refusal', () => {
  it('is good for a code of its opening and for nothing else', async () => {
    const { visitor, challenge } = await party.challenged()
    const answered = await reply(visitor, party.guest.token, challenge, { answer: 'attending' })
    expect(refusalOf(answered)).toEqual([401, 'opening_expired'])
    expect((await visitor.get('/api/auth/me', bearing(challenge))).status).toBe(401)
    expect((await visitor.get(`/api/events/${party.event.id}`, bearing(challenge))).status).toBe(401)
    expect((await visitor.post('/api/check-in/preview', { code: 'X' }, bearing(challenge))).status).toBe(401)
  })

  it('is the only token that a code can be had with', async () => {
    const visitor = party.product.client(PARIS)
    const { rsvpToken } = expectStatus(await open(visitor, party.guest.token, PHONE), 200)
    const ticket = await party.host.client.post<{ ticket: string }>(
      `/api/events/${party.event.id}/scanner-ticket`,
      {},
    )
    const session = party.host.client.cookies.get('gg_session') ?? ''
    const tokens = [rsvpToken, expectStatus(ticket, 201).ticket, session, party.guest.token, 'x']
    for (const challenge of tokens) {
      const impostor = { visitor, challenge, token: party.guest.token }
      for (const refused of [await askFor(impostor), await enter(impostor, '123456')]) {
        expect(refusalOf(refused)).toEqual([401, 'opening_expired'])
      }
    }
    const without = await visitor.post<Problem>(`/api/rsvp/${party.guest.token}/code`)
    expect([without.status, without.body.code]).toEqual([401, 'opening_expired'])
  })

  it('of one guest is refused with the link of another', async () => {
    const mine = await party.challenged()
    const other = await addGuest(party.host, party.event.id, { email: `other.${party.email}` })
    const code = await party.codeFor(mine)
    const foreign = { ...mine, token: other.token }
    for (const refused of [await askFor(foreign), await enter(foreign, code)]) {
      expect(refusalOf(refused)).toEqual([401, 'opening_expired'])
    }
  })

  it('ends after half an hour', async () => {
    const challenged = await party.challenged()
    party.product.clock.advance(31 * MINUTE)
    expect(problemIn(await askFor(challenged)).code).toBe('opening_expired')
  })
})

describe('the code itself', () => {
  it('stands in no table and in no line of the log, nor does the token of the refusal', async () => {
    const challenged = await party.challenged()
    const code = await party.codeFor(challenged)
    await enter(challenged, wrong(code))
    expectStatus(await enter(challenged, code), 200)
    const pool = createPool(party.product.databaseUrl, { log: silentLog, max: 1 })
    try {
      // The search finds what is there.
      expect(await rowsWith(pool, 'StepUpPassed')).not.toEqual([])
      for (const secret of [code, wrong(code), challenged.challenge]) {
        expect(await rowsWith(pool, secret), secret).toEqual([])
      }
    } finally {
      await pool.end()
    }
    expect(party.logged.filter((line) => line.includes('/code/verify"'))).not.toEqual([])
    const alone = new RegExp(`(?<![0-9A-Za-z.])(${code}|${wrong(code)})(?![0-9A-Za-z])`)
    expect(party.logged.filter((line) => alone.test(line) || line.includes(challenged.challenge))).toEqual([])
  })
})
