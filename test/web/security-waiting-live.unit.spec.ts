import { nextTick } from 'vue'
import { describe, expect, it } from 'vitest'
import { opening, openings, startWaiting } from './waiting-openings.ts'

describe('what the live feed tells', () => {
  it('of a flagged opening brings it on top, and one more', async () => {
    const { inbox, ids, becomes, hears, settled } = startWaiting(openings(1, 2))
    await settled()
    const position = becomes([opening('o0'), ...openings(1, 2)])
    hears(opening('o0', { position }))
    await settled()
    expect([ids(), inbox.total.value]).toEqual([['o0', 'o1', 'o2'], 3])
  })

  it('of a verdict given elsewhere takes the row away at once', async () => {
    const { inbox, ids, becomes, hears, settled } = startWaiting(openings(1, 3))
    await settled()
    const position = becomes([opening('o1'), opening('o3')])
    hears(opening('o2', { position, verdict: 'legitimate' }))
    expect([ids(), inbox.total.value]).toEqual([['o1', 'o3'], 2])
    await settled()
    expect([ids(), inbox.total.value]).toEqual([['o1', 'o3'], 2])
  })

  it('of a verdict taken back elsewhere brings the row back to its place', async () => {
    const { inbox, ids, becomes, hears, settled } = startWaiting([opening('o1'), opening('o3')])
    await settled()
    const position = becomes(openings(1, 3))
    hears(opening('o2', { position }))
    await settled()
    expect([ids(), inbox.total.value]).toEqual([['o1', 'o2', 'o3'], 3])
  })

  it('of a new score changes the row, or takes it away', async () => {
    const { inbox, ids, becomes, hears, settled } = startWaiting(openings(1, 2))
    await settled()
    const before = { score: 70, band: 'high', ruleSet: 'v1' } as const
    const worse = { score: 95, band: 'block', before } as const
    becomes([opening('o1', worse), opening('o2')])
    hears(opening('o1', { ...worse, position: '201' }))
    expect(inbox.rows.value?.[0]).toMatchObject({ score: 95, band: 'block' })
    becomes([opening('o2')])
    hears(opening('o1', { score: 12, band: 'low', before, position: '202' }))
    expect([ids(), inbox.total.value]).toEqual([['o2'], 1])
  })

  it('of one that was never read changes the number', async () => {
    const { inbox, ids, becomes, hears, settled } = startWaiting(openings(1, 12))
    await settled()
    const position = becomes(openings(1, 11))
    hears(opening('o12', { position, verdict: 'suspicious' }))
    await settled()
    expect([ids()?.length, inbox.total.value]).toEqual([10, 11])
  })

  it('of anything else is not asked about', async () => {
    const { asked, hears, settled } = startWaiting(openings(1, 2))
    await settled()
    hears(opening('calm', { score: 5, band: 'low' }))
    hears(opening('answer', { kind: 'rsvp', band: null }))
    hears(opening('unscored', { score: null, band: null }))
    await settled()
    expect(asked).toHaveLength(1)
  })

  it('in a storm is followed once a second, each item of it heard', async () => {
    const { inbox, asked, hears, becomes, settled } = startWaiting(openings(1, 2))
    await settled()
    for (let at = 0; at < 100; at++) hears(opening(`new${String(at)}`, { position: String(201 + at) }))
    becomes(openings(1, 102))
    await settled()
    expect([asked.length, inbox.total.value]).toEqual([2, 102])
  })

  it('after a break may leave things out, so it is read again', async () => {
    const { inbox, live, becomes, settled } = startWaiting(openings(1, 2))
    await settled()
    becomes(openings(1, 5))
    live.state = 'reconnecting'
    await nextTick()
    live.state = 'live'
    await settled()
    expect(inbox.total.value).toBe(5)
  })

  it('is not undone by a reading that was under way', async () => {
    const { ids, inbox, hears, settled } = startWaiting(openings(1, 2))
    await settled()
    hears(opening('o1', { position: '300', verdict: 'legitimate' }))
    await inbox.load()
    expect([ids(), inbox.total.value]).toEqual([['o2'], 1])
  })
})
