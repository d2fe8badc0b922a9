import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { effectScope, type EffectScope } from 'vue'
import type { CheckInAnswer, CheckInPreview } from '../../../src/contracts/door.ts'
import type { Door } from '../../../web/src/door/door.ts'
import type { Scan } from '../../../web/src/door/scan.ts'
import { useCheckIn, type UseCheckIn } from '../../../web/src/door/useCheckIn.ts'
import { ApiProblem, noAnswer } from '../../../web/src/shared/api/problem.ts'

const guest = { id: '01JZZZZZZZZZZZZZZZZZZZZZZZ', name: 'Anna' }
const party = { expected: 2, arrived: 0, names: [] }
const preview: CheckInPreview = { guest, party, risk: 'low', refusal: null, lastArrival: null }
const answer: CheckInAnswer = {
  result: 'admitted',
  checkInId: '01JZZZZZZZZZZZZZZZZZZZZZZA',
  reason: null,
  guest,
  party: { ...party, arrived: 2 },
  lastArrival: null,
}
const refusal = (status: number, code: string, detail: string) =>
  new ApiProblem({ type: 'about:blank', title: 'No', status, detail, code })
const unauthorised = () => refusal(401, 'unauthenticated', 'No.')

describe('a second try at the desk', () => {
  let scope: EffectScope
  let work: UseCheckIn
  let failure: (() => ApiProblem) | null
  const admitted: Scan[] = []

  /** The server; it answers unless there is a failure. */
  const answering = <T>(value: T): Promise<T> =>
    failure === null ? Promise.resolve(value) : Promise.reject(failure())
  const none = () => Promise.reject(new Error('is not asked'))
  const door: Door = {
    find: () => answering({ kind: 'guest', preview, alone: false }),
    admit: (scan) => {
      admitted.push(scan)
      return answering({ answer, alone: false })
    },
    turnAway: none,
    undo: none,
    search: none,
    walkIn: (scan) => {
      admitted.push(scan)
      return answering({ answer, alone: false })
    },
  }

  beforeEach(() => {
    vi.stubGlobal('addEventListener', () => undefined)
    vi.stubGlobal('removeEventListener', () => undefined)
    failure = null
    admitted.length = 0
    scope = effectScope()
    work = scope.run(() => useCheckIn(() => door)) as UseCheckIn
  })
  afterEach(() => {
    scope.stop()
    vi.unstubAllGlobals()
  })

  const look = () => work.show({ code: 'AAAAA-AAAAA' })

  it('is nothing while all goes well', async () => {
    expect(work.again.value).toBeNull()
    await look()
    expect(work.desk.value.kind).toBe('found')
    expect(work.again.value).toBeNull()
    await work.admit(2)
    expect(work.desk.value.kind).toBe('done')
    expect(work.again.value).toBeNull()
  })

  it('asks once more who it is, when nobody answered', async () => {
    failure = noAnswer
    await look()
    expect(work.desk.value).toMatchObject({ kind: 'trouble', trouble: { kind: 'offline' } })
    failure = null
    await work.again.value?.()
    expect(work.desk.value).toMatchObject({ kind: 'found', preview: { guest } })
  })

  it('sends the same arrival once more, when its answer was lost', async () => {
    await look()
    failure = noAnswer
    await work.admit(2)
    expect(work.desk.value.kind).toBe('unrecorded')
    failure = null
    await work.again.value?.()
    expect(work.desk.value).toMatchObject({ kind: 'done', count: 2 })
    expect(admitted).toHaveLength(2)
    expect(admitted[1]).toBe(admitted[0])
    expect(work.unrecorded.value).toEqual([])
  })

  it('is nothing after a full house: the sentence of the server is the answer to the walk-in', async () => {
    failure = () => refusal(409, 'event_full', 'There are not enough seats left.')
    await work.walkIn('Walter', 2)
    expect(work.signal.value).toBe('stop')
    expect(work.desk.value).toMatchObject({ name: 'Walter', detail: 'There are not enough seats left.' })
    expect(work.again.value).toBeNull()
    expect(work.recent.value).toMatchObject([{ name: 'Walter', signal: 'stop', count: 0 }])
  })

  it('adds the same walk-in once more, when the server was busy', async () => {
    failure = () => refusal(429, 'rate_limited', 'Too many.')
    await work.walkIn('Walter', 2)
    expect(work.desk.value).toMatchObject({ kind: 'trouble', trouble: { kind: 'wait' } })
    failure = null
    await work.again.value?.()
    expect(work.desk.value).toMatchObject({ kind: 'done', count: 2 })
    expect(admitted[1]).toBe(admitted[0])
  })

  it('does not help with a ticket that is no longer good', async () => {
    failure = unauthorised
    await look()
    expect(work.desk.value).toMatchObject({ kind: 'trouble', trouble: { kind: 'ticket' } })
    expect(work.again.value).toBeNull()
  })
})
