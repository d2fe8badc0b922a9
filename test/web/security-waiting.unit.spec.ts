import { nextTick } from 'vue'
import { describe, expect, it } from 'vitest'
import { useVerdicts } from '../../web/src/features/security/verdicts.store.ts'
import { opening, openings, startWaiting } from './waiting-openings.ts'

describe('the openings that wait for a verdict', () => {
  it('are told with their number and shown ten at a time', async () => {
    const { inbox, ids, settled, asked } = startWaiting(openings(1, 17))
    expect([inbox.rows.value, inbox.total.value]).toEqual([null, null])
    await settled()
    expect([ids()?.length, inbox.total.value, inbox.more.value]).toEqual([10, 17, true])
    await inbox.showMore()
    expect([ids()?.at(-1), ids()?.length, inbox.more.value]).toEqual(['o17', 17, false])
    expect(asked).toEqual([
      'GET activity?limit=10&awaiting=verdict',
      'GET activity?limit=20&awaiting=verdict',
    ])
  })

  it('are read in pages where they are more than one page holds', async () => {
    const { inbox, ids, settled, asked } = startWaiting(openings(1, 450))
    await settled()
    for (let times = 0; times < 30; times++) await inbox.showMore()
    expect(ids()).toEqual(openings(1, 310).map(({ id }) => id))
    expect(asked.slice(-2)).toEqual([
      'GET activity?limit=200&awaiting=verdict',
      'GET activity?limit=110&awaiting=verdict&cursor=200',
    ])
  })

  it('are none where nothing waits', async () => {
    const { inbox, settled } = startWaiting([])
    await settled()
    expect([inbox.rows.value, inbox.total.value, inbox.more.value]).toEqual([[], 0, false])
  })

  it('that cannot be read say why, and are there after another try', async () => {
    const { inbox, ids, cutOff, event, settled } = startWaiting(openings(1, 2))
    await settled()
    cutOff(true)
    event.value = 'two'
    await settled()
    expect([inbox.rows.value, inbox.failure.value]).toEqual([null, expect.stringMatching(/\w/)])
    cutOff(false)
    await inbox.load()
    expect([ids(), inbox.failure.value]).toEqual([['o1', 'o2'], ''])
  })

  it('that could not be read again stay on the screen', async () => {
    const { inbox, ids, cutOff, hears, settled } = startWaiting(openings(1, 2))
    await settled()
    cutOff(true)
    hears(opening('o0', { position: '201' }))
    await settled()
    expect([ids(), inbox.failure.value]).toEqual([['o1', 'o2'], expect.stringMatching(/\w/)])
  })
})

describe('a reader who must not be disturbed', () => {
  it('keeps the rows in their places while others come and are judged elsewhere', async () => {
    const { inbox, ids, held, becomes, hears, settled } = startWaiting(openings(1, 3))
    await settled()
    held.value = true
    const position = becomes([opening('o0'), opening('o1'), opening('o3')])
    hears(opening('o0', { position }))
    hears(opening('o2', { position, verdict: 'suspicious' }))
    await settled()
    expect(ids()).toEqual(['o1', 'o2', 'o3'])
    expect(inbox.rows.value?.[1]?.verdict).toBe('suspicious')
    expect([inbox.fresh.value, inbox.total.value]).toEqual([1, 3])
    held.value = false
    await nextTick()
    expect([ids(), inbox.fresh.value]).toEqual([['o0', 'o1', 'o3'], 0])
  })

  it('is shown what came meanwhile when asked for', async () => {
    const { inbox, ids, held, becomes, hears, settled } = startWaiting(openings(1, 2))
    await settled()
    held.value = true
    const position = becomes(openings(0, 2))
    hears(opening('o0', { position }))
    await settled()
    inbox.showFresh()
    expect([ids(), inbox.fresh.value]).toEqual([['o0', 'o1', 'o2'], 0])
  })

  it('sees a row go that they judge themselves, and the next ones follow below', async () => {
    const { inbox, ids, held, settled } = startWaiting(openings(1, 12))
    await settled()
    held.value = true
    const giving = useVerdicts().give({ eventId: 'one', attemptId: 'o2', verdict: 'legitimate', note: null })
    expect([ids()?.slice(0, 2), inbox.total.value]).toEqual([['o1', 'o3'], 11])
    await giving
    await settled()
    expect([ids()?.length, ids()?.at(-1), inbox.total.value]).toEqual([10, 'o11', 11])
  })

  it('judges one page after the other without leaving the list', async () => {
    const { inbox, ids, held, settled } = startWaiting(openings(1, 25))
    await settled()
    held.value = true
    const verdicts = useVerdicts()
    for (let left = 25; left > 0; left--) {
      const [attemptId = ''] = ids() ?? []
      await verdicts.give({ eventId: 'one', attemptId, verdict: 'legitimate', note: null })
      await settled()
      expect([inbox.total.value, ids()?.length]).toEqual([left - 1, Math.min(left - 1, 10)])
    }
  })
})

describe('a verdict of this tab', () => {
  it('that is undone brings the row back', async () => {
    const { inbox, ids, becomes, settled } = startWaiting(openings(1, 2))
    await settled()
    const verdicts = useVerdicts()
    const saying = { eventId: 'one', attemptId: 'o1', note: null }
    await verdicts.give({ ...saying, verdict: 'suspicious' })
    await settled()
    expect([ids(), inbox.total.value]).toEqual([['o2'], 1])
    const undoing = verdicts.give({ ...saying, verdict: null })
    await Promise.resolve()
    becomes(openings(1, 2))
    await undoing
    await settled()
    expect([ids(), inbox.total.value]).toEqual([['o1', 'o2'], 2])
  })

  it('that is refused leaves the row and the number as they were', async () => {
    const { inbox, ids, cutOff, settled } = startWaiting(openings(1, 2))
    await settled()
    cutOff(true)
    const giving = useVerdicts().give({ eventId: 'one', attemptId: 'o1', verdict: 'legitimate', note: null })
    expect([ids(), inbox.total.value]).toEqual([['o2'], 1])
    await expect(giving).rejects.toThrow()
    expect([ids(), inbox.total.value]).toEqual([['o1', 'o2'], 2])
  })
})
