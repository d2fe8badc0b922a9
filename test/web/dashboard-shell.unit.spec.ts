import { describe, expect, it } from 'vitest'
import type { EventView } from '../../src/contracts/events.ts'
import { safeReturn } from '../../web/src/app/safe-return.ts'
import { resetToken } from '../../web/src/features/account/reset-token.ts'
import { funnelOf } from '../../web/src/features/events/funnel.ts'
import { nextStep } from '../../web/src/features/events/next-step.ts'
import { linksIn } from '../../web/src/features/outbox/links-in.ts'
import { positionToWaitFor, rememberPosition } from '../../web/src/shared/api/position.ts'
import { ApiProblem, noAnswer, problemOf, sentenceOf } from '../../web/src/shared/api/problem.ts'
import { useSubmit } from '../../web/src/shared/useSubmit.ts'

const problem = (status: number, errors: { path: string; message: string }[] = []) =>
  new ApiProblem({ type: 'about:blank', title: 'No', status, detail: 'It did not work.', code: 'no', errors })

describe('the way back after signing in', () => {
  it.each([
    ['/events/1/guests?status=added', '/events/1/guests?status=added'],
    ['https://evil.example', '/events'],
    ['//evil.example', '/events'],
    ['/\\evil.example', '/events'],
    ['javascript:alert(1)', '/events'],
    [undefined, '/events'],
    [['/a', '/b'], '/events'],
  ])('for %j is %s', (wanted, path) => {
    expect(safeReturn(wanted)).toBe(path)
  })
})

describe('a link to choose a new password', () => {
  it.each([
    ['#eyJh.eyJz.c2ln', 'eyJh.eyJz.c2ln'],
    ['#token=eyJh.eyJz.c2ln', 'eyJh.eyJz.c2ln'],
    ['', ''],
  ])('with the fragment %j brings the token %j', (hash, token) => {
    expect(resetToken(hash)).toBe(token)
  })
})

describe('a problem of the API', () => {
  it('says the first thing about each field', () => {
    const { fields } = problem(400, [
      { path: 'email', message: 'is empty' },
      { path: 'email', message: 'is not an e-mail address' },
      { path: 'name', message: 'is empty' },
    ])
    expect(fields).toEqual({ email: 'is empty', name: 'is empty' })
  })

  it('is read from problem+json, and made up for anything else', async () => {
    const body = {
      type: 'about:blank',
      title: 'Taken',
      status: 409,
      detail: 'It is taken.',
      code: 'slug_taken',
    }
    expect(await problemOf(Response.json(body, { status: 409 }))).toMatchObject({
      status: 409,
      code: 'slug_taken',
      message: 'It is taken.',
    })
    expect(await problemOf(new Response('<h1>Bad gateway</h1>', { status: 502 }))).toMatchObject({
      status: 502,
      code: 'unexpected_answer',
    })
  })

  it('has a sentence for everything that is thrown', () => {
    expect(sentenceOf(problem(500))).toBe('It did not work.')
    expect(sentenceOf(new RangeError('x is not y'))).not.toContain('x is not y')
  })
})

describe('a form that writes', () => {
  const recorded = (outcomes: (Error | string)[]) => {
    const keys: string[] = []
    const form = useSubmit((_payload: { name: string }, key) => {
      keys.push(key)
      const outcome = outcomes.shift() ?? 'done'
      return outcome instanceof Error ? Promise.reject(outcome) : Promise.resolve(outcome)
    })
    return { form, keys }
  }

  it('keeps the key of a write whose answer was lost, and of a server that broke', async () => {
    const { form, keys } = recorded([noAnswer(), problem(503)])
    await form.submit({ name: 'a' })
    await form.submit({ name: 'a' })
    expect(await form.submit({ name: 'a' })).toBe('done')
    expect(new Set(keys).size).toBe(1)
  })

  it('takes another key for something else, after a refusal, and after a success', async () => {
    const { form, keys } = recorded([noAnswer(), problem(400), 'done'])
    await form.submit({ name: 'a' })
    await form.submit({ name: 'b' })
    await form.submit({ name: 'b' })
    await form.submit({ name: 'b' })
    expect(new Set(keys).size).toBe(4)
  })

  it('takes no second press while it works', async () => {
    const { form, keys } = recorded([])
    const first = form.submit({ name: 'a' })
    expect(form.busy.value).toBe(true)
    expect(await form.submit({ name: 'a' })).toBeUndefined()
    expect(await first).toBe('done')
    expect(keys).toHaveLength(1)
    expect(form.busy.value).toBe(false)
  })

  it('shows what was wrong until the next try', async () => {
    const { form } = recorded([problem(400, [{ path: 'name', message: 'is empty' }])])
    expect(await form.submit({ name: '' })).toBeUndefined()
    expect(form.failure.value).toBe('It did not work.')
    expect(form.fields.value).toEqual({ name: 'is empty' })
    await form.submit({ name: 'a' })
    expect(form.failure.value).toBe('')
    expect(form.fields.value).toEqual({})
  })
})

describe('the position of the log that a tab has written up to', () => {
  it('only goes forward, and is exact beyond a double', () => {
    expect(positionToWaitFor()).toBeNull()
    rememberPosition('9007199254740993')
    rememberPosition('12')
    rememberPosition(null)
    rememberPosition('not a position')
    expect(positionToWaitFor()).toBe('9007199254740993')
  })
})

const counts = {
  guests: 64,
  invited: 58,
  opened: 47,
  confirmedParties: 27,
  confirmedPeople: 52,
  waitlistedParties: 5,
  waitlistedPeople: 9,
  firstWaitingPeople: 3,
  declined: 5,
  maybe: 5,
  arrivedParties: 4,
  arrivedPeople: 6,
  flagged: 7,
}
const none = Object.fromEntries(Object.keys(counts).map((name) => [name, 0])) as typeof counts
const event = (change: Partial<EventView>): EventView => ({
  id: '01JZ0000000000000000000010',
  name: 'Summer dinner',
  slug: 'summer-dinner',
  eventDate: '2027-06-18T17:30:00.000Z',
  timezone: 'Europe/Paris',
  venue: null,
  maxCapacity: 60,
  status: 'published',
  thresholds: { medium: 30, high: 60, block: 85 },
  role: 'owner',
  counts,
  createdAt: '2027-06-01T00:00:00.000Z',
  updatedAt: '2027-06-01T00:00:00.000Z',
  ...change,
})

describe('the overview of an event', () => {
  it('shows the way of the guests with the share of each step', () => {
    const statuses = { added: 6, invited: 11, opened: 5, confirmed: 27, waitlisted: 5, maybe: 5, declined: 5 }
    expect(funnelOf(counts, statuses)).toEqual([
      { name: 'guests', value: 64, share: 100 },
      { name: 'invited', value: 58, share: 91 },
      { name: 'opened', value: 47, share: 73 },
      { name: 'answered', value: 42, share: 66 },
      { name: 'arrived', value: 4, share: 6 },
    ])
  })

  it('shows no share of nothing', () => {
    const statuses = { added: 0, invited: 0, opened: 0, confirmed: 0, waitlisted: 0, maybe: 0, declined: 0 }
    expect(funnelOf(none, statuses).map(({ share }) => share)).toEqual([0, 0, 0, 0, 0])
  })

  it.each([
    ['guests', 'draft', none, '2027-06-01T00:00:00Z'],
    ['publish', 'draft', { ...none, guests: 3 }, '2027-06-01T00:00:00Z'],
    ['invite', 'published', { ...none, guests: 3, invited: 1 }, '2027-06-01T00:00:00Z'],
    ['watch', 'published', { ...none, guests: 3, invited: 3 }, '2027-06-01T00:00:00Z'],
    [null, 'published', { ...counts, invited: 64 }, '2027-06-01T00:00:00Z'],
    ['door', 'published', { ...counts, arrivedPeople: 0 }, '2027-06-18T12:00:00Z'],
    ['door', 'closed', { ...counts, arrivedPeople: 0 }, '2027-06-18T18:00:00Z'],
    [null, 'published', counts, '2027-06-18T18:00:00Z'],
    [null, 'published', { ...counts, arrivedPeople: 0 }, '2027-06-19T18:00:00Z'],
    [null, 'archived', counts, '2027-06-18T12:00:00Z'],
  ] as const)('leads to the step %s of a %s event', (step, status, seen, now) => {
    expect(nextStep(event({ status, counts: seen }), new Date(now))).toBe(step)
  })
})

describe('the outbox', () => {
  it('offers the links of a message, each once and without the full stop behind it', () => {
    const text =
      'Open http://localhost:8080/r/a.b-c_d. Again: http://localhost:8080/r/a.b-c_d\n(https://x.example/y)'
    expect(linksIn(text)).toEqual(['http://localhost:8080/r/a.b-c_d', 'https://x.example/y'])
  })
})
