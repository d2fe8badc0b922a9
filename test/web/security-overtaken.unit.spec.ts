import { effectScope, ref } from 'vue'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { useThresholds } from '../../web/src/features/security/useThresholds.ts'

const defaults = { medium: 30, high: 60, block: 85 }
const theirs = { medium: 25, high: 55, block: 80 }
const mine = { medium: 10, high: 20, block: 30 }

interface Asked {
  readonly method: string
  readonly ifMatch: string | null
}

/** Keeps boundaries as the API does: a version more with each change, and none over a version that was not seen. */
function server() {
  const asked: Asked[] = []
  let kept = { ...defaults, version: 0 }
  let reachable = true
  const view = () => Response.json({ ...kept, defaults }, { headers: { etag: `"${String(kept.version)}"` } })
  const answer = (method: string, ifMatch: string | null, body: string | null): Response => {
    asked.push({ method, ifMatch })
    if (method !== 'PUT' || body === null) return view()
    if (ifMatch !== `"${String(kept.version)}"`) {
      const problem = { type: '', title: '', status: 412, code: 'edited_meanwhile', detail: 'Somebody else.' }
      return Response.json(problem, { status: 412 })
    }
    kept = { ...(JSON.parse(body) as typeof defaults), version: kept.version + 1 }
    return view()
  }
  vi.stubGlobal('fetch', (_url: string, call: { method: string; headers: Headers; body: string | null }) =>
    reachable || call.method !== 'GET'
      ? Promise.resolve(answer(call.method, call.headers.get('if-match'), call.body))
      : Promise.reject(new TypeError('no network')),
  )
  const somebodyElse = () => {
    kept = { ...theirs, version: kept.version + 1 }
  }
  return { asked, somebodyElse, cutOff: () => (reachable = false) }
}

async function setUp() {
  const api = server()
  const scope = effectScope()
  onTestFinished(() => {
    scope.stop()
    vi.unstubAllGlobals()
  })
  const thresholds = scope.run(() => useThresholds(ref('event')))
  if (thresholds === undefined) throw new Error('the scope has ended')
  await vi.waitFor(() => {
    expect(thresholds.saved.value).toMatchObject(defaults)
  })
  return { ...api, thresholds }
}

describe('boundaries that somebody else has changed meanwhile', () => {
  it('are shown in place of one’s own, which are not saved and stay at hand', async () => {
    const { thresholds, somebodyElse } = await setUp()
    thresholds.propose(mine)
    somebodyElse()
    expect(await thresholds.saving.submit(mine)).toBeUndefined()
    expect(thresholds.saved.value).toMatchObject(theirs)
    expect(thresholds.draft.value).toEqual(theirs)
    expect(thresholds.overtaken.value).toEqual(mine)
    expect(thresholds.saving.failure.value).toBe('')
  })

  it('are replaced by one’s own on a second try, which has seen them', async () => {
    const { asked, thresholds, somebodyElse } = await setUp()
    somebodyElse()
    await thresholds.saving.submit(mine)
    thresholds.propose(thresholds.overtaken.value ?? defaults)
    expect(thresholds.overtaken.value).toBeNull()
    expect(await thresholds.saving.submit(mine)).toMatchObject({ ...mine, version: 2 })
    expect(asked.filter(({ method }) => method === 'PUT').map(({ ifMatch }) => ifMatch)).toEqual([
      '"0"',
      '"1"',
    ])
  })

  it('are told of by the refusal alone when they cannot be read', async () => {
    const { thresholds, somebodyElse, cutOff } = await setUp()
    thresholds.propose(mine)
    somebodyElse()
    cutOff()
    await thresholds.saving.submit(mine)
    expect(thresholds.overtaken.value).toBeNull()
    expect(thresholds.saving.failure.value).toBe('Somebody else.')
    expect(thresholds.draft.value).toEqual(mine)
  })
})

it('boundaries that nobody else touched are saved one after the other', async () => {
  const { thresholds } = await setUp()
  expect(await thresholds.saving.submit(mine)).toMatchObject({ version: 1 })
  expect(await thresholds.saving.submit(theirs)).toMatchObject({ version: 2 })
})
