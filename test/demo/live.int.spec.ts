import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Company } from '../../src/demo/live/company.ts'
import { playNext } from '../../src/demo/live/trickle.ts'
import { diceOf } from '../../src/demo/random.ts'
import { storyOf } from '../../src/demo/seed.ts'
import { Stage, type Guest } from '../../src/demo/stage.ts'
import { EVENING } from '../../src/demo/story/evening.ts'
import { PRIVATE_VIEW } from '../../src/demo/story/private-view.ts'
import { reply, visit, visitorOf } from '../../src/demo/story/scene.ts'
import { SECOND } from '../../src/kernel/time.ts'
import { createOutbox } from '../../src/notify/outbox.ts'
import { startProduct, type Product } from '../../src/product.ts'
import { NOW, silent, tellStory, type Told } from './told.ts'

let told: Told
let product: Product
let clock = NOW

beforeAll(async () => {
  told = await tellStory()
  await told.leave()
  const { config, webRoot } = told
  product = await startProduct({ config, logger: silent, clock: { now: () => clock }, webRoot })
})

afterAll(async () => {
  await product.stop()
  await told.end()
})

const mails = () => createOutbox(`${told.config.dataDir}/outbox`).list(200)

describe('the demo, once the story is told', () => {
  it('writes to nobody about the past, and to the first who answers now', async () => {
    const stage = new Stage(product, 'test')
    const [guest] = storyOf(NOW).samples as [Guest]
    const { mobile, home } = guest.person
    for (const { play } of visit(guest, NOW, visitorOf(mobile, home))) await play(stage)
    await reply(guest, NOW + SECOND, { answer: 'maybe', partySize: 1 }).play(stage)
    // The processes read the log in its order: whoever is written to about this was passed by all before.
    await vi.waitFor(
      async () => {
        expect((await mails()).map(({ to }) => to)).toContain(guest.person.email)
      },
      { timeout: 20_000, interval: 100 },
    )
    expect(await mails()).toHaveLength(1)
  })

  it('has a pass for each of the guests whose links it prints, with everybody they may bring', async () => {
    const { samples } = storyOf(NOW)
    expect(samples).toHaveLength(2)
    for (const guest of samples) {
      const stage = new Stage(product, 'test pass')
      const invited = await stage.standing(guest)
      const partySize = 1 + (invited?.guest.plusOnesAllowed ?? 0)
      await stage.answer(guest, NOW + 2 * SECOND, { answer: 'attending', partySize })
      expect((await stage.standing(guest))?.seat).toMatchObject({ status: 'confirmed', partySize })
    }
  })

  it('goes on with openings, answers and arrivals, and leaves the guests alone whose links it prints', async () => {
    const before = await product.store.head()
    const story = storyOf(NOW)
    const stage = new Stage(product, 'test trickle')
    const company: Company = { stage, story, dice: diceOf('test trickle'), followUps: [] }
    for (let played = 0; played < 100; played++) {
      clock += 10 * SECOND
      expect(await playNext(company, clock)).toBe(true)
    }
    await product.projections.waitFor(await product.store.head(), 20_000)
    const { activity, guests } = product.projections.queries
    const news = [
      ...(await activity.after(EVENING, before, 500)),
      ...(await activity.after(PRIVATE_VIEW, before, 500)),
    ]
    const kinds = new Set(news.map(({ kind }) => kind))
    expect(kinds).toContain('opening')
    expect(kinds).toContain('rsvp')
    expect(kinds).toContain('check_in')
    expect(news.filter(({ band }) => band === 'high' || band === 'block').length).toBeGreaterThan(0)
    for (const { sentence } of news) expect(sentence).not.toMatch(/undefined|null|^\s*$/)
    const { counts } = await guests.list(EVENING, { limit: 1, sort: 'name' })
    expect(counts.invited).toBeLessThan(14)
    // The guests whose links are printed are left to whoever tries the demo.
    const sampled = new Set(story.samples.map(({ id }) => id))
    expect(news.filter(({ guest }) => sampled.has(guest?.id ?? ''))).toEqual([])
  })
})
